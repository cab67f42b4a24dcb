package io.blockgraph.job.commit;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.job.copy.ChainTop;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The top as its users see it while it is committed: what they change is changed in the base, too,
/// after the top: so what shows through the layers above the base never changes before it should.
final class ActiveTopDisk extends FilterDisk implements ChainTop {
  private final BlockIo base;
  private final ActiveWrites writes;

  ActiveTopDisk(BlockIo top, BlockIo base, ActiveWrites writes) {
    super(top);
    this.base = base;
    this.writes = writes;
  }

  @Override
  public BlockIo source() {
    return child();
  }

  @Override
  public BlockIo target() {
    return base;
  }

  @Override
  public RangeLocks.Held claim(ByteRange range) {
    return writes.locks().exclude(range);
  }

  @Override
  public List<ByteRange> takeMissed() {
    return writes.takeMissed(sizeBytes());
  }

  @Override
  public @Nullable BlockException takeFailure() {
    return writes.takeFailure();
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    change(
        new ByteRange(offset, from.byteSize()),
        () -> super.write(offset, from),
        () -> base.write(offset, from));
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    Mode there = mode == Mode.FAST_ONLY ? Mode.MAY_UNMAP : mode;
    change(
        range.within(sizeBytes()),
        () -> super.zero(range, mode),
        () -> Zeroes.zero(base, range, there));
  }

  /// A base that is shorter grows soon after the job has begun; what comes behind its end before is
  /// copied when it has.
  private void change(ByteRange range, Runnable onTop, Runnable onBase) {
    if (range.end() > base.sizeBytes()) {
      writes.topOnly(range, onTop);
    } else {
      writes.both(range, onTop, () -> toBase(onBase));
    }
  }

  /// A discarded range reads as before or as zeroes, and each disk may decide otherwise.
  @Override
  public void discard(ByteRange range) {
    writes.topOnly(range.within(sizeBytes()), () -> super.discard(range));
  }

  private static void toBase(Runnable change) {
    try {
      change.run();
    } catch (BlockException e) {
      throw new ActiveWrites.BaseFailed(e);
    }
  }

  /// The job shares RESIZE with nobody; nobody comes here.
  @Override
  public void resize(long sizeBytes) {
    throw new BlockException(
        BlockException.Kind.UNSUPPORTED, "a disk keeps its length while it is committed");
  }
}
