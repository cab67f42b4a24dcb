package io.blockgraph.job.stream;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.job.copy.ChainTop;
import java.lang.foreign.MemorySegment;

/// The disk that a stream job writes, as its users see it: whoever changes a range waits for a copy
/// into that range, and the other way round. Reads wait for nobody: a copy changes nothing that can
/// be seen.
final class StreamTopDisk extends FilterDisk implements ChainTop {
  private final RangeLocks locks;

  StreamTopDisk(BlockIo child, RangeLocks locks) {
    super(child);
    this.locks = locks;
  }

  @Override
  public BlockIo source() {
    return child();
  }

  @Override
  public BlockIo target() {
    return child();
  }

  @Override
  public RangeLocks.Held claim(ByteRange range) {
    return locks.exclude(range);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    try (RangeLocks.Held _ = locks.share(new ByteRange(offset, from.byteSize()))) {
      super.write(offset, from);
    }
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    try (RangeLocks.Held _ = locks.share(range.within(sizeBytes()))) {
      super.zero(range, mode);
    }
  }

  @Override
  public void discard(ByteRange range) {
    try (RangeLocks.Held _ = locks.share(range.within(sizeBytes()))) {
      super.discard(range);
    }
  }

  /// The job shares RESIZE with nobody; nobody comes here.
  @Override
  public void resize(long sizeBytes) {
    throw new BlockException(
        BlockException.Kind.UNSUPPORTED, "a disk keeps its length while it is streamed");
  }
}
