package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Resizable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A real file as a disk, for tests that need no locks and no confinement. Counts what is written.
final class ChannelDisk implements BlockIo, Resizable, AutoCloseable {
  private final FileChannel channel;
  private long writes;

  private ChannelDisk(FileChannel channel) {
    this.channel = channel;
  }

  static ChannelDisk readOnly(Path path) {
    return open(path, StandardOpenOption.READ);
  }

  static ChannelDisk writable(Path path) {
    return open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  private static ChannelDisk open(Path path, StandardOpenOption... options) {
    try {
      return new ChannelDisk(FileChannel.open(path, options));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// How many writes and changes of the length there were.
  long writes() {
    return writes;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    try {
      ByteBuffer buffer = into.asByteBuffer();
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, offset + buffer.position()) < 0) {
          throw new IOException("the file ended early");
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    writes++;
    try {
      ByteBuffer buffer = from.asByteBuffer();
      while (buffer.hasRemaining()) {
        channel.write(buffer, offset + buffer.position());
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void flush() {
    // The tests that use this class kill no machine: the page cache is as good as a disk.
  }

  @Override
  public long sizeBytes() {
    try {
      return channel.size();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void resize(long sizeBytes) {
    writes++;
    try {
      if (sizeBytes < channel.size()) {
        channel.truncate(sizeBytes);
      } else if (sizeBytes > channel.size()) {
        channel.write(ByteBuffer.allocate(1), sizeBytes - 1);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static BlockException failed(IOException e) {
    return new BlockException(BlockException.Kind.IO, "test file: " + e.getMessage(), e);
  }
}
