package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.qcow2.CreateOptions.Preallocation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Makes images.
///
/// Whatever the file held before is gone first: the first cluster is zeroed and made durable. The
/// header comes last, after everything else is durable: a crash at any moment leaves a file that is
/// no qcow2 image, or the whole one. One use per image; one thread.
public final class Qcow2Creator {
  private final BlockIo file;
  private final CreateOptions options;
  private final Geometry geometry;
  private final long sizeBytes;
  private final CreateLayout layout;

  private Qcow2Creator(BlockIo file, NewImage image) {
    this.file = file;
    this.options = image.options();
    this.geometry = image.geometry();
    this.sizeBytes = image.sizeBytes();
    this.layout = image.layout();
  }

  /// Makes an image in `file`, which is emptied if it can be, and is durable afterwards.
  ///
  /// An external data file is only recorded; its owner makes it as long as the disk.
  ///
  /// @throws BlockException INVALID naming the option before anything is written; NO_SPACE when the
  ///   file can neither hold the image nor grow; otherwise what went wrong below, and then no image
  ///   is there
  public static void create(BlockIo file, CreateOptions options) {
    NewImage image = NewImage.of(options);
    byte[] header = image.header().toBytes();
    Qcow2Creator creator = new Qcow2Creator(file, image);
    creator.makeRoom();
    creator.writeRefcounts();
    creator.writeL1();
    creator.writeL2();
    creator.reserveData();
    file.flush();
    creator.write(0, MemorySegment.ofArray(header));
    file.flush();
  }

  private void makeRoom() {
    long bytes = geometry.offsetOf(layout.clusters());
    if (file instanceof Resizable resizable) {
      resizable.resize(0);
      resizable.resize(bytes);
    } else if (file.sizeBytes() < bytes) {
      throw new BlockException(
          BlockException.Kind.NO_SPACE,
          "the image needs " + bytes + " bytes; its disk has " + file.sizeBytes());
    }
    Zeroes.write(file, new ByteRange(0, geometry.clusterSize()));
    file.flush();
  }

  private void writeRefcounts() {
    long blocks = layout.refcountBlocks();
    writeTable(
        1,
        layout.refcountTable(),
        8,
        (index, out, at) -> {
          long block = geometry.offsetOf(layout.firstRefcountBlock() + index);
          BigEndian.putLong(out, at, index < blocks ? block : 0);
        });
    long perBlock = geometry.refcountBlockEntries();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(geometry.clusterSize());
      for (long i = 0; i < perBlock; i++) {
        RefcountBits.set(block, geometry.refcountOrder(), i, 1);
      }
      for (long i = 0; i < blocks; i++) {
        for (long unused = layout.clusters() - i * perBlock; unused < perBlock; unused++) {
          RefcountBits.set(block, geometry.refcountOrder(), unused, 0);
        }
        file.write(geometry.offsetOf(layout.firstRefcountBlock() + i), block);
      }
    }
  }

  private void writeL1() {
    writeTable(
        layout.firstL1(),
        layout.l1(),
        8,
        (index, out, at) -> {
          long table = geometry.offsetOf(layout.firstL2() + index) | L2Entry.COPIED;
          BigEndian.putLong(out, at, index < layout.l2() ? table : 0);
        });
  }

  private void writeL2() {
    long guestClusters = geometry.clustersFor(sizeBytes);
    boolean inDataFile = options.links().dataFile().isPresent();
    long first = inDataFile ? 0 : layout.firstData();
    writeTable(
        layout.firstL2(),
        layout.l2(),
        geometry.l2EntryBytes(),
        (index, out, at) -> {
          long place = geometry.offsetOf(first + index) | L2Entry.COPIED;
          BigEndian.putLong(out, at, index < guestClusters ? place : 0);
          if (geometry.extendedL2()) {
            boolean visible = options.links().dataFileRaw() && index < guestClusters;
            BigEndian.putLong(out, at + 8, visible ? L2Entry.ALL_ALLOCATED : 0);
          }
        });
  }

  private void reserveData() {
    long start = geometry.offsetOf(layout.firstData());
    ByteRange data = ByteRange.between(start, geometry.offsetOf(layout.clusters()));
    if (options.preallocation() == Preallocation.FULL) {
      Zeroes.write(file, data);
    } else if (options.preallocation() == Preallocation.FALLOC && !data.isEmpty()) {
      Zeroes.zero(file, data, Zeroable.Mode.KEEP_ALLOCATED);
    } else if (!(file instanceof Resizable) && !data.isEmpty()) {
      Zeroes.zero(file, data, Zeroable.Mode.MAY_UNMAP);
    }
  }

  /// Puts the entry with a number at an offset of a buffer.
  private interface Entry {
    void put(long index, MemorySegment out, long at);
  }

  /// Writes all clusters of a table, entry by entry.
  private void writeTable(long firstCluster, long clusters, int entryBytes, Entry entry) {
    int perCluster = geometry.clusterSize() / entryBytes;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(geometry.clusterSize());
      for (long c = 0; c < clusters; c++) {
        for (int i = 0; i < perCluster; i++) {
          entry.put(c * perCluster + i, out, (long) i * entryBytes);
        }
        file.write(geometry.offsetOf(firstCluster + c), out);
      }
    }
  }

  private void write(long offset, MemorySegment bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocate(bytes.byteSize());
      copy.copyFrom(bytes);
      file.write(offset, copy);
    }
  }
}
