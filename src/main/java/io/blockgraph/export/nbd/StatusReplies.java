package io.blockgraph.export.nbd;

import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Answers BLOCK_STATUS requests.
final class StatusReplies {
  /// A payload that names the context to hear of: the length the request is about, and its number.
  static final int FILTER_BYTES = Long.BYTES + Integer.BYTES;

  private final Session session;
  private final int mostExtents;
  private final Replies replies;

  StatusReplies(Session session, int mostExtents, Replies replies) {
    this.session = session;
    this.mostExtents = mostExtents;
    this.replies = replies;
  }

  /// How many bytes of the disk a request with this payload is about; 0, which no request may be
  /// about, when it names a context that was not agreed on.
  static long effectBytes(MemorySegment payload) {
    boolean known = payload.get(Wire.U32, Long.BYTES) == Session.ALLOCATION_CONTEXT;
    return known ? payload.get(Wire.U64, 0) : 0;
  }

  /// Adds the whole reply to a request that has been judged good: a chunk for each context.
  void serve(Request request) throws IOException {
    int most = request.has(Wire.REQUEST_ONE) ? 1 : mostExtents;
    int last = session.contexts().getLast();
    for (int number : session.contexts()) {
      var found = session.disk().status(session.context(number), request.range(), most);
      add(request, new Told(number, number == last ? Wire.CHUNK_DONE : 0, found));
    }
  }

  /// What is told of one context.
  private record Told(int number, int flags, List<ServedDisk.Status> found) {}

  private void add(Request request, Told told) throws IOException {
    List<ServedDisk.Status> found = told.found();
    int payload = session.extended() ? 8 + 16 * found.size() : 4 + 8 * found.size();
    int type = session.extended() ? Wire.CHUNK_BLOCK_STATUS_EXTENDED : Wire.CHUNK_BLOCK_STATUS;
    MemorySegment to = replies.room(session.framing().chunkHeaderBytes() + payload);
    Replies.Chunk chunk = new Replies.Chunk(told.flags(), type, payload);
    int at = Replies.chunkHeader(session, request, chunk, to);
    to.set(Wire.U32, at, told.number());
    if (session.extended()) {
      to.set(Wire.U32, at + 4, found.size());
      extended(found, to.asSlice(at + 8));
    } else {
      compact(found, to.asSlice(at + 4));
    }
    replies.added(at + payload);
  }

  private static void compact(List<ServedDisk.Status> found, MemorySegment to) {
    long at = 0;
    for (ServedDisk.Status status : found) {
      to.set(Wire.U32, at, (int) status.length());
      to.set(Wire.U32, at + 4, status.flags());
      at += 8;
    }
  }

  private static void extended(List<ServedDisk.Status> found, MemorySegment to) {
    long at = 0;
    for (ServedDisk.Status status : found) {
      to.set(Wire.U64, at, status.length());
      to.set(Wire.U64, at + 8, status.flags());
      at += 16;
    }
  }
}
