package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentSkipListMap;

/// A disk in memory that can do everything: it grows, has holes, and can be loaded from and saved
/// to a file. Any thread.
final class SparseDisk implements BlockIo, Resizable, Zeroable, Discardable {
  private static final int PAGE = 1 << 16;

  private final ConcurrentSkipListMap<Long, byte[]> pages = new ConcurrentSkipListMap<>();
  private volatile long size;

  /// The length behind which it cannot grow.
  private volatile long capacity = Long.MAX_VALUE;

  /// An empty disk of `size` zeroes.
  public SparseDisk(long size) {
    this.size = size;
  }

  /// A disk with the content of a file.
  public static SparseDisk load(Path path) {
    try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ)) {
      SparseDisk disk = new SparseDisk(in.size());
      for (long at = 0; at < in.size(); at += PAGE) {
        ByteBuffer page = ByteBuffer.allocate(PAGE);
        while (page.hasRemaining() && in.read(page, at + page.position()) >= 0) {
          continue;
        }
        disk.put(at / PAGE, page.array());
      }
      return disk;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A copy as it is now.
  public SparseDisk copy() {
    SparseDisk copy = new SparseDisk(size);
    pages.forEach((index, page) -> copy.pages.put(index, page.clone()));
    return copy;
  }

  /// Writes the content into a file, with holes.
  public void save(Path path) {
    try (FileChannel out =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (var entry : pages.entrySet()) {
        long at = entry.getKey() * PAGE;
        int length = Math.clamp(size - at, 0, PAGE);
        out.write(ByteBuffer.wrap(entry.getValue(), 0, length), at);
      }
      if (out.size() < size) {
        out.write(ByteBuffer.allocate(1), size - 1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Lets the disk run out of space at `bytes`.
  public void limitTo(long bytes) {
    capacity = bytes;
  }

  private void put(long index, byte[] page) {
    for (byte b : page) {
      if (b != 0) {
        pages.put(index, page);
        return;
      }
    }
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), size);
    each(
        offset,
        into.byteSize(),
        (index, within, at, length) -> {
          byte[] page = pages.get(index);
          MemorySegment part = into.asSlice(at, length);
          if (page == null) {
            part.fill((byte) 0);
          } else {
            MemorySegment.copy(page, within, part, ValueLayout.JAVA_BYTE, 0, length);
          }
        });
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), size);
    each(
        offset,
        from.byteSize(),
        (index, within, at, length) -> {
          byte[] page = pages.computeIfAbsent(index, i -> new byte[PAGE]);
          MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, page, within, length);
        });
  }

  @Override
  public void flush() {
    // Memory is as durable as it gets.
  }

  @Override
  public long sizeBytes() {
    return size;
  }

  @Override
  public void resize(long sizeBytes) {
    if (sizeBytes > capacity) {
      throw new BlockException(
          BlockException.Kind.NO_SPACE, "the disk ends at " + capacity + " bytes");
    }
    if (sizeBytes < size) {
      clear(new ByteRange(sizeBytes, size - sizeBytes));
    }
    size = sizeBytes;
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    clear(range.within(size));
  }

  @Override
  public void discard(ByteRange range) {
    clear(range.within(size));
  }

  private void clear(ByteRange range) {
    each(
        range.offset(),
        range.length(),
        (index, within, at, length) -> {
          byte[] page = pages.get(index);
          if (page != null) {
            java.util.Arrays.fill(page, within, within + length, (byte) 0);
          }
        });
  }

  private interface Part {
    void visit(long index, int within, long at, int length);
  }

  private static void each(long offset, long length, Part part) {
    for (long done = 0; done < length; ) {
      int within = (int) ((offset + done) % PAGE);
      int here = (int) Math.min(length - done, PAGE - within);
      part.visit((offset + done) / PAGE, within, done, here);
      done += here;
    }
  }
}
