package io.blockgraph.engine;

import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.Prepared;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/// A file that a change would make, in memory, for the time of a dry run. Pages of zeroes take no
/// memory; what formats write into a new image is little else.
final class FileToBe implements HostFile {
  private static final int PAGE = 4096;

  private final String path;
  private final Map<Long, byte[]> pages = new ConcurrentSkipListMap<>();
  private volatile long sizeBytes;

  FileToBe(String path) {
    this.path = path;
  }

  @Override
  public long read(long offset, MemorySegment into) {
    long length = Math.clamp(sizeBytes - offset, 0, into.byteSize());
    for (long at = 0; at < length; at += step(offset + at, length - at)) {
      MemorySegment part = into.asSlice(at, step(offset + at, length - at));
      byte[] page = pages.get((offset + at) / PAGE);
      if (page == null) {
        part.fill((byte) 0);
      } else {
        part.copyFrom(MemorySegment.ofArray(page).asSlice((offset + at) % PAGE, part.byteSize()));
      }
    }
    return length;
  }

  @Override
  public void write(long offset, MemorySegment from) {
    long length = from.byteSize();
    for (long at = 0; at < length; at += step(offset + at, length - at)) {
      put(offset + at, from.asSlice(at, step(offset + at, length - at)));
    }
    sizeBytes = Math.max(sizeBytes, offset + length);
  }

  private void put(long offset, MemorySegment part) {
    long number = offset / PAGE;
    boolean zeroes = part.mismatch(MemorySegment.ofArray(new byte[(int) part.byteSize()])) < 0;
    if (zeroes && !pages.containsKey(number)) {
      return;
    }
    byte[] page = pages.computeIfAbsent(number, _ -> new byte[PAGE]);
    MemorySegment.ofArray(page).asSlice(offset % PAGE).copyFrom(part);
  }

  /// As much of `length` as lies in the page of `offset`.
  private static long step(long offset, long length) {
    return Math.min(length, PAGE - offset % PAGE);
  }

  @Override
  public void sync() {
    // Nothing of it will be kept.
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public long allocatedBytes() {
    return (long) pages.size() * PAGE;
  }

  @Override
  public void startWriteback() {}

  @Override
  public void truncate(long bytes) {
    if (bytes < sizeBytes) {
      zeroRange(new ByteRange(bytes, sizeBytes - bytes));
    }
    sizeBytes = bytes;
  }

  @Override
  public boolean punchHole(ByteRange range) {
    return zeroRange(range);
  }

  @Override
  public boolean zeroRange(ByteRange range) {
    long end = range.end();
    for (long at = range.offset(); at < end; at += step(at, end - at)) {
      if (pages.containsKey(at / PAGE)) {
        put(at, MemorySegment.ofArray(new byte[(int) step(at, end - at)]));
      }
    }
    return true;
  }

  @Override
  public long seekData(long offset) {
    return Math.min(offset, sizeBytes);
  }

  @Override
  public long seekHole(long offset) {
    return sizeBytes;
  }

  @Override
  public boolean cloneTo(HostFile target, ByteRange range, long targetOffset) {
    return false;
  }

  @Override
  public Prepared prepareLocks(int used, int unshared) {
    return Prepared.NOTHING;
  }

  @Override
  public void requireLockable(int used, int unshared) {
    // Nobody else knows of it.
  }

  @Override
  public HostFile reopen(HostFiles.Mode mode) {
    return this;
  }

  @Override
  public String identity() {
    return "to-be:" + path;
  }

  @Override
  public void close() {
    // Memory needs no closing.
  }
}
