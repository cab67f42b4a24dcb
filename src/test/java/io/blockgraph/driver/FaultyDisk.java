package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.MemoryDisk;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// A disk in memory that fails everything with one kind of error, as long as it is told to.
public final class FaultyDisk extends FilterDisk {
  private volatile Optional<BlockException.Kind> failure = Optional.empty();

  /// A healthy disk of zeroes.
  public FaultyDisk(long sizeBytes) {
    super(new MemoryDisk(sizeBytes));
  }

  /// From now on every request fails.
  public void fail(BlockException.Kind kind) {
    failure = Optional.of(kind);
  }

  /// From now on no request fails.
  public void heal() {
    failure = Optional.empty();
  }

  private void work() {
    failure.ifPresent(
        kind -> {
          throw new BlockException(kind, "this disk fails with " + kind);
        });
  }

  @Override
  public void read(long offset, MemorySegment into) {
    work();
    super.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    work();
    super.write(offset, from);
  }

  @Override
  public void flush() {
    work();
    super.flush();
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    work();
    super.zero(range, mode);
  }

  @Override
  public void resize(long sizeBytes) {
    work();
    super.resize(sizeBytes);
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    work();
    return super.extents(range);
  }
}
