package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.nbd.ProtocolBroken;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Answers READ requests: the disk reads straight into the buffer of replies, behind the header of
/// the reply.
final class Reads {
  private final Session session;
  private final ServedDisk disk;
  private final int pieceBytes;
  private final Replies replies;
  private final int dataHeaderBytes;

  Reads(Session session, int pieceBytes, Replies replies) {
    this.session = session;
    this.disk = session.disk();
    this.pieceBytes = pieceBytes;
    this.replies = replies;
    this.dataHeaderBytes = dataHeaderBytes(session);
  }

  private static int dataHeaderBytes(Session session) {
    return session.framing().chunkHeaderBytes() + Long.BYTES;
  }

  /// Adds the whole reply to a request that has been judged good.
  ///
  /// @throws BlockException when the disk fails and the reply can still be an error
  /// @throws ProtocolBroken when the disk fails and the client already has a header that says all
  ///   is well
  void serve(Request request) throws IOException {
    if (request.length() <= pieceBytes) {
      int most = Math.max(dataHeaderBytes, Wire.SIMPLE_REPLY_BYTES) + (int) request.length();
      replies.added(whole(session, request, replies.room(most)));
    } else if (session.chunked()) {
      inChunks(request);
    } else {
      simple(request);
    }
  }

  /// The whole reply to a request that fits into `to`, in one piece.
  ///
  /// @return its length
  static int whole(Session session, Request request, MemorySegment to) {
    int length = (int) request.length();
    if (!session.chunked()) {
      session.disk().read(request.offset(), to.asSlice(Wire.SIMPLE_REPLY_BYTES, length));
      Replies.simpleHeader(to, request.cookie(), NbdError.NONE);
      return Wire.SIMPLE_REPLY_BYTES + length;
    }
    if (length == 0) {
      return Replies.chunkHeader(session, request, Replies.NOTHING, to);
    }
    int header = dataHeaderBytes(session);
    session.disk().read(request.offset(), to.asSlice(header, length));
    dataHeader(session, request, new Piece(Wire.CHUNK_DONE, request.offset(), length), to);
    return header + length;
  }

  private record Piece(int flags, long offset, int bytes) {}

  private static void dataHeader(Session session, Request request, Piece piece, MemorySegment to) {
    Replies.Chunk chunk =
        new Replies.Chunk(piece.flags(), Wire.CHUNK_OFFSET_DATA, piece.bytes() + Long.BYTES);
    to.set(Wire.U64, Replies.chunkHeader(session, request, chunk, to), piece.offset());
  }

  /// Each piece is a chunk of its own; an error chunk may follow any of them.
  private void inChunks(Request request) throws IOException {
    for (long done = 0; done < request.length(); ) {
      int piece = (int) Math.min(pieceBytes, request.length() - done);
      long offset = request.offset() + done;
      MemorySegment to = replies.room(dataHeaderBytes + piece);
      disk.read(offset, to.asSlice(dataHeaderBytes, piece));
      done += piece;
      int flags = done == request.length() ? Wire.CHUNK_DONE : 0;
      dataHeader(session, request, new Piece(flags, offset, piece), to);
      replies.added(dataHeaderBytes + piece);
    }
  }

  private void simple(Request request) throws IOException {
    int first = (int) Math.min(pieceBytes, request.length());
    MemorySegment to = replies.room(Wire.SIMPLE_REPLY_BYTES + first);
    disk.read(request.offset(), to.asSlice(Wire.SIMPLE_REPLY_BYTES, first));
    Replies.simpleHeader(to, request.cookie(), NbdError.NONE);
    replies.added(Wire.SIMPLE_REPLY_BYTES + first);
    for (long done = first; done < request.length(); ) {
      int piece = (int) Math.min(pieceBytes, request.length() - done);
      rest(request.offset() + done, piece);
      done += piece;
    }
  }

  private void rest(long offset, int bytes) throws IOException {
    MemorySegment to = replies.room(bytes);
    try {
      disk.read(offset, to);
    } catch (BlockException e) {
      throw new ProtocolBroken("READ failed at " + offset + " behind a good header", e);
    }
    replies.added(bytes);
  }
}
