package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.SimulatedHostFiles.Lack;
import java.lang.foreign.MemorySegment;

/// An open file of [SimulatedHostFiles]. It has no locks that could be in anybody's way.
final class SimulatedHostFile implements HostFile {
  private final SimulatedHostFiles system;
  private final String path;
  private final MemoryDisk content;
  private final HostFiles.Mode mode;
  private volatile boolean flushFailed;

  SimulatedHostFile(
      SimulatedHostFiles system, String path, MemoryDisk content, HostFiles.Mode mode) {
    this.system = system;
    this.path = path;
    this.content = content;
    this.mode = mode;
  }

  @Override
  public long read(long offset, MemorySegment into) {
    requireNot(Lack.READING, Kind.IO);
    long present = Math.clamp(content.sizeBytes() - offset, 0, into.byteSize());
    content.read(offset, into.asSlice(0, present));
    return present;
  }

  @Override
  public void write(long offset, MemorySegment from) {
    requireWritable();
    long end = offset + from.byteSize();
    if (end > content.sizeBytes()) {
      content.resize(end);
    }
    content.write(offset, from);
  }

  @Override
  public void sync() {
    system.changing();
    flushFailed |= system.lacks(Lack.DURABILITY);
    if (flushFailed) {
      throw new BlockException(Kind.FLUSH_FAILED, "'" + path + "' could not be made durable");
    }
    content.flush();
  }

  @Override
  public long sizeBytes() {
    long bytes = content.sizeBytes();
    system.looked();
    return bytes;
  }

  @Override
  public long allocatedBytes() {
    return content.sizeBytes();
  }

  @Override
  public void startWriteback() {}

  @Override
  public void truncate(long sizeBytes) {
    requireWritable();
    content.resize(sizeBytes);
  }

  @Override
  public boolean punchHole(ByteRange range) {
    return zeroed(range, Lack.HOLES, Zeroable.Mode.MAY_UNMAP);
  }

  @Override
  public boolean zeroRange(ByteRange range) {
    return zeroed(range, Lack.ZERO_RANGE, Zeroable.Mode.KEEP_ALLOCATED);
  }

  private boolean zeroed(ByteRange range, Lack lack, Zeroable.Mode how) {
    requireWritable();
    if (system.lacks(lack)) {
      return false;
    }
    content.zero(range, how);
    return true;
  }

  @Override
  public long seekData(long offset) {
    return seek(offset, false);
  }

  @Override
  public long seekHole(long offset) {
    return seek(offset, true);
  }

  private long seek(long offset, boolean hole) {
    return content.extents(ByteRange.between(offset, content.sizeBytes())).stream()
        .filter(extent -> (extent.kind() == Extent.Kind.HOLE) == hole)
        .mapToLong(extent -> extent.range().offset())
        .findFirst()
        .orElse(content.sizeBytes());
  }

  @Override
  public boolean cloneTo(HostFile target, ByteRange range, long targetOffset) {
    return false;
  }

  @Override
  public Prepared prepareLocks(int used, int unshared) {
    if (system.lacks(Lack.LOCKS) && (used | unshared) != 0) {
      throw new BlockException(
          Kind.UNSUPPORTED, "'" + path + "' is in a file system without locks");
    }
    return Prepared.NOTHING;
  }

  @Override
  public void requireLockable(int used, int unshared) {
    // Nobody else has it open.
  }

  @Override
  public HostFile reopen(HostFiles.Mode other) {
    return new SimulatedHostFile(system, path, content, other);
  }

  @Override
  public String identity() {
    return path;
  }

  @Override
  public void close() {
    // Memory needs no closing.
  }

  private void requireWritable() {
    if (mode == HostFiles.Mode.READ_ONLY) {
      throw new BlockException(Kind.READ_ONLY, "'" + path + "' is open read-only");
    }
    requireNot(Lack.SPACE, Kind.NO_SPACE);
    system.changing();
  }

  private void requireNot(Lack lack, Kind kind) {
    if (system.lacks(lack)) {
      throw new BlockException(kind, "'" + path + "': " + lack + " fails");
    }
  }
}
