package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Answers READ requests: the disk reads straight into the buffer of replies, behind the header of
/// the reply.
final class Reads {
  private static final int CHUNK_DATA_BYTES = Wire.CHUNK_HEADER_BYTES + Long.BYTES;

  private final Session session;
  private final ServedDisk disk;
  private final int pieceBytes;
  private final Replies replies;

  Reads(Session session, int pieceBytes, Replies replies) {
    this.session = session;
    this.disk = session.disk();
    this.pieceBytes = pieceBytes;
    this.replies = replies;
  }

  /// Adds the whole reply to a request that has been judged good.
  ///
  /// @throws BlockException when the disk fails and the reply can still be an error
  /// @throws ProtocolBroken when the disk fails and the client already has a header that says all
  ///   is well
  void serve(Request request) throws IOException {
    if (request.length() <= pieceBytes) {
      MemorySegment to = replies.room(CHUNK_DATA_BYTES + (int) request.length());
      replies.added(whole(session, request, to));
    } else if (session.structured()) {
      structured(request);
    } else {
      simple(request);
    }
  }

  /// The whole reply to a request that fits into `to`, in one piece.
  ///
  /// @return its length
  static int whole(Session session, Request request, MemorySegment to) {
    int length = (int) request.length();
    if (!session.structured()) {
      session.disk().read(request.offset(), to.asSlice(Wire.SIMPLE_REPLY_BYTES, length));
      Replies.simpleHeader(to, request.cookie(), NbdError.NONE);
      return Wire.SIMPLE_REPLY_BYTES + length;
    }
    if (length == 0) {
      Replies.chunkHeader(
          to, new Replies.Chunk(Wire.CHUNK_DONE, Wire.CHUNK_NONE, request.cookie(), 0));
      return Wire.CHUNK_HEADER_BYTES;
    }
    session.disk().read(request.offset(), to.asSlice(CHUNK_DATA_BYTES, length));
    dataHeader(to, request, Wire.CHUNK_DONE, new Piece(request.offset(), length));
    return CHUNK_DATA_BYTES + length;
  }

  private record Piece(long offset, int bytes) {}

  private static void dataHeader(MemorySegment to, Request request, int flags, Piece piece) {
    Replies.chunkHeader(
        to,
        new Replies.Chunk(
            flags, Wire.CHUNK_OFFSET_DATA, request.cookie(), piece.bytes() + Long.BYTES));
    to.set(Wire.U64, Wire.CHUNK_HEADER_BYTES, piece.offset());
  }

  /// Each piece is a chunk of its own; an error chunk may follow any of them.
  private void structured(Request request) throws IOException {
    for (long done = 0; done < request.length(); ) {
      int piece = (int) Math.min(pieceBytes, request.length() - done);
      long offset = request.offset() + done;
      MemorySegment to = replies.room(CHUNK_DATA_BYTES + piece);
      disk.read(offset, to.asSlice(CHUNK_DATA_BYTES, piece));
      done += piece;
      int flags = done == request.length() ? Wire.CHUNK_DONE : 0;
      dataHeader(to, request, flags, new Piece(offset, piece));
      replies.added(CHUNK_DATA_BYTES + piece);
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
