package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Resizable;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// An image that qemu-img has compressed, open over a disk that is watched.
final class CompressedImage implements AutoCloseable {
  final Watched file;
  final byte[] content;
  final Qcow2Image image;
  final Qcow2Io io;

  private CompressedImage(Watched file, byte[] content, Inflation inflation) {
    this.file = file;
    this.content = content;
    this.image =
        Qcow2Image.open(
            file,
            null,
            Settings.DEFAULT,
            new Qcow2Image.Services(CorruptionListener.NOBODY, inflation));
    this.io = image.bind(file, null, null);
  }

  /// How an image is compressed.
  record Kind(String compression, int clusterBytes, int clusters) {
    int bytes() {
      return clusters * clusterBytes;
    }
  }

  /// Has qemu-img compress bytes that can be compressed to about a quarter.
  static CompressedImage make(Path folder, Kind kind, Inflation inflation) {
    return of(folder, kind, compressible(kind.bytes(), 1), inflation);
  }

  /// Has qemu-img compress these bytes.
  static CompressedImage of(Path folder, Kind kind, byte[] content, Inflation inflation) {
    try {
      Path raw = folder.resolve("plain.raw");
      Path image = folder.resolve("compressed.qcow2");
      Files.write(raw, content);
      String options =
          "compression_type=" + kind.compression + ",cluster_size=" + kind.clusterBytes;
      QemuImg.convert(raw, "raw", image, "qcow2", "-c", "-o", options);
      return new CompressedImage(new Watched(SparseDisk.load(image)), content, inflation);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The same image, open once more.
  CompressedImage again(Inflation inflation) {
    return new CompressedImage(new Watched(file.disk), content, inflation);
  }

  /// Bytes of which each has one of four values.
  static byte[] compressible(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    for (int i = 0; i < length; i++) {
      bytes[i] &= 3;
    }
    return bytes;
  }

  /// Reads and compares.
  void verify(long offset, int length) {
    int at = Arrays.mismatch(read(offset, length), wanted(offset, length));
    if (at >= 0) {
      throw new AssertionError("wrong byte at " + (offset + at));
    }
  }

  /// Reads all of it in order.
  void verifyAll(int stepBytes) {
    for (long at = 0; at < content.length; at += stepBytes) {
      verify(at, (int) Math.min(stepBytes, content.length - at));
    }
  }

  private byte[] wanted(long offset, int length) {
    return Arrays.copyOfRange(content, (int) offset, (int) offset + length);
  }

  byte[] read(long offset, int length) {
    return get(io, offset, length);
  }

  /// Reads from any disk.
  static byte[] get(BlockIo disk, long offset, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(length);
      disk.read(offset, into);
      return into.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @Override
  public void close() {
    image.close(file, null);
  }

  /// A disk in memory that counts what is read, may wait before each read, and fails when told so.
  static final class Watched implements BlockIo, Resizable, Discardable {
    final AtomicLong reads = new AtomicLong();
    final AtomicLong bytesRead = new AtomicLong();
    volatile LongConsumer beforeRead = offset -> {};
    volatile boolean broken;
    volatile boolean discardsFail;
    private final SparseDisk disk;

    /// What it watches.
    SparseDisk disk() {
      return disk;
    }

    Watched(SparseDisk disk) {
      this.disk = disk;
    }

    @Override
    public void read(long offset, MemorySegment into) {
      reads.incrementAndGet();
      bytesRead.addAndGet(into.byteSize());
      beforeRead.accept(offset);
      if (broken) {
        throw new BlockException(BlockException.Kind.IO, "the disk is broken");
      }
      disk.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      disk.write(offset, from);
    }

    @Override
    public void flush() {
      disk.flush();
    }

    @Override
    public long sizeBytes() {
      return disk.sizeBytes();
    }

    @Override
    public void resize(long sizeBytes) {
      disk.resize(sizeBytes);
    }

    @Override
    public void discard(ByteRange range) {
      if (discardsFail) {
        throw new BlockException(BlockException.Kind.IO, "the disk takes no discards");
      }
      disk.discard(range);
    }
  }
}
