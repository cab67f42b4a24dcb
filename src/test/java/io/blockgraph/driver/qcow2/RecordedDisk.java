package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A disk that notes every change and every flush, so that all states a power cut may leave can be
/// made.
final class RecordedDisk implements BlockIo, Resizable, Zeroable, Discardable {
  /// What was done.
  sealed interface Step {}

  /// Bytes were written, or became zero.
  record Wrote(long offset, byte[] bytes) implements Step {}

  /// The length was set.
  record Resized(long size) implements Step {}

  /// Everything before is durable.
  record Flushed() implements Step {}

  private final SparseDisk start;
  private final SparseDisk disk;
  private final List<Step> steps = new ArrayList<>();

  RecordedDisk(SparseDisk start) {
    this.start = start;
    this.disk = start.copy();
  }

  /// What was done so far.
  synchronized List<Step> steps() {
    return List.copyOf(steps);
  }

  synchronized int count() {
    return steps.size();
  }

  /// The disk after the first `count` steps, when all of them reached it.
  SparseDisk prefix(int count) {
    SparseDisk crashed = start.copy();
    steps().subList(0, count).forEach(step -> apply(crashed, step));
    return crashed;
  }

  /// The disk after a power cut behind the first `count` steps: what was flushed is there, of the
  /// rest each sector of 512 bytes may be there or not.
  SparseDisk torn(int count, Random random) {
    List<Step> done = steps().subList(0, count);
    int durable = done.lastIndexOf(new Flushed()) + 1;
    SparseDisk crashed = prefix(durable);
    for (Step step : done.subList(durable, count)) {
      if (step instanceof Wrote(long offset, byte[] bytes)) {
        tear(crashed, offset, bytes, random);
      } else {
        apply(crashed, step);
      }
    }
    return crashed;
  }

  private static void tear(SparseDisk to, long offset, byte[] bytes, Random random) {
    boolean whole = random.nextBoolean();
    boolean present = random.nextBoolean();
    for (int at = 0; at < bytes.length; ) {
      int end = (int) Math.min(bytes.length, at + 512 - (offset + at) % 512);
      if (whole ? present : random.nextBoolean()) {
        byte[] sector = java.util.Arrays.copyOfRange(bytes, at, end);
        apply(to, new Wrote(offset + at, sector));
      }
      at = end;
    }
  }

  private static void apply(SparseDisk to, Step step) {
    switch (step) {
      case Wrote(long offset, byte[] bytes) -> {
        if (offset + bytes.length > to.sizeBytes()) {
          to.resize(offset + bytes.length);
        }
        ImageUnderTest.put(to, offset, bytes);
      }
      case Resized(long size) -> to.resize(size);
      case Flushed _ -> {}
    }
  }

  /// Notes the whole sectors that were touched, as they are now: a disk never has less than a
  /// sector.
  private void note(long offset, long length) {
    long from = offset / 512 * 512;
    long to = Math.min(disk.sizeBytes(), (offset + length + 511) / 512 * 512);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sectors = arena.allocate(to - from);
      disk.read(from, sectors);
      steps.add(new Wrote(from, sectors.toArray(ValueLayout.JAVA_BYTE)));
    }
  }

  @Override
  public void read(long offset, MemorySegment into) {
    disk.read(offset, into);
  }

  @Override
  public synchronized void write(long offset, MemorySegment from) {
    disk.write(offset, from);
    note(offset, from.byteSize());
  }

  @Override
  public synchronized void flush() {
    steps.add(new Flushed());
  }

  @Override
  public long sizeBytes() {
    return disk.sizeBytes();
  }

  @Override
  public synchronized void resize(long sizeBytes) {
    disk.resize(sizeBytes);
    steps.add(new Resized(sizeBytes));
  }

  @Override
  public synchronized void zero(ByteRange range, Mode mode) {
    disk.zero(range, mode);
    note(range.offset(), range.length());
  }

  @Override
  public synchronized void discard(ByteRange range) {
    disk.discard(range);
    note(range.offset(), range.length());
  }
}
