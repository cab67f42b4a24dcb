package io.blockgraph.export.nbd;

import io.blockgraph.block.ScratchBuffers;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// The bytes a client has sent and nobody has looked at yet, in one native buffer that is filled by
/// large receives.
///
/// Used by the connection's thread alone. Before it waits for the client it sends what is due, so
/// that no reply stays behind while both sides wait.
final class Receiver implements AutoCloseable {
  private final ReadableByteChannel channel;
  private final Replies replies;
  private final ScratchBuffers.Lease lease;
  private final MemorySegment buffer;
  private final ByteBuffer view;
  private int start;
  private int end;

  Receiver(ReadableByteChannel channel, Replies replies, ScratchBuffers.Lease lease) {
    this.channel = channel;
    this.replies = replies;
    this.lease = lease;
    this.buffer = lease.segment();
    this.view = buffer.asByteBuffer();
  }

  /// The most bytes [#await] can give.
  long capacity() {
    return buffer.byteSize();
  }

  /// Whether the next `bytes` are there already.
  boolean holds(int bytes) {
    return end - start >= bytes;
  }

  /// The next `bytes`, in place; valid until the next call here. They stay there until they are
  /// consumed.
  ///
  /// @throws EOFException when the client ends before that
  MemorySegment await(int bytes) throws IOException {
    if (buffer.byteSize() - start < bytes) {
      moveToFront();
    }
    while (end - start < bytes) {
      fill();
    }
    return buffer.asSlice(start, bytes);
  }

  /// Passes over bytes that were awaited.
  void consume(int bytes) {
    start += bytes;
    if (start == end) {
      start = 0;
      end = 0;
    }
  }

  /// Passes over the next `bytes`, received or not.
  void drain(long bytes) throws IOException {
    long left = bytes;
    while (left > 0) {
      if (start == end) {
        fill();
      }
      int step = (int) Math.min(left, end - start);
      consume(step);
      left -= step;
    }
  }

  /// Fills `target` with the next bytes, past the buffer where nothing is in it.
  void receive(MemorySegment target) throws IOException {
    int there = (int) Math.min(end - start, target.byteSize());
    MemorySegment.copy(buffer, start, target, 0, there);
    consume(there);
    ByteBuffer rest = target.asSlice(there).asByteBuffer();
    replies.send();
    while (rest.hasRemaining()) {
      readSome(rest);
    }
  }

  private void fill() throws IOException {
    if (end == buffer.byteSize()) {
      moveToFront();
    }
    replies.send();
    view.limit(view.capacity()).position(end);
    end += readSome(view);
  }

  private int readSome(ByteBuffer into) throws IOException {
    int bytes = channel.read(into);
    if (bytes < 0) {
      throw new EOFException();
    }
    return bytes;
  }

  private void moveToFront() {
    MemorySegment.copy(buffer, start, buffer, 0, end - start);
    end -= start;
    start = 0;
  }

  @Override
  public void close() {
    lease.close();
  }
}
