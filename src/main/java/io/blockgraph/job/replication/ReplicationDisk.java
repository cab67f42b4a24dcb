package io.blockgraph.job.replication;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.driver.FilterDisk;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// One end of a replication as its users see it.
///
/// What a primary cannot forward is noted and answered as done: its user goes on, as it must when
/// the other host is gone, and whoever takes checkpoints is told. What the disk shows after that is
/// not what was written, so reads fail. A flush promises more, and fails.
final class ReplicationDisk extends FilterDisk {
  private final ReplicationNode node;

  ReplicationDisk(BlockIo child, ReplicationNode node) {
    super(child);
    this.node = node;
  }

  ReplicationNode node() {
    return node;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    node.requireTruth();
    super.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    change(() -> super.write(offset, from));
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    range.within(sizeBytes());
    change(() -> super.zero(range, mode));
  }

  @Override
  public void discard(ByteRange range) {
    range.within(sizeBytes());
    change(() -> super.discard(range));
  }

  private void change(Runnable request) {
    node.requirePassage();
    try {
      request.run();
    } catch (BlockException e) {
      if (!isLoss(e)) {
        throw e;
      }
      node.lose(e);
    }
  }

  /// A disk that has no fast way to zero says so before it has changed anything.
  private boolean isLoss(BlockException e) {
    return node.isPrimary() && e.kind() != BlockException.Kind.UNSUPPORTED;
  }

  @Override
  public void flush() {
    node.requirePassage();
    super.flush();
  }

  @Override
  public void resize(long sizeBytes) {
    throw keepsItsLength();
  }

  @Override
  public long lengthFor(long sizeBytes) {
    throw keepsItsLength();
  }

  private static BlockException keepsItsLength() {
    return new BlockException(
        BlockException.Kind.UNSUPPORTED, "both ends of a replication keep their length");
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    range.within(sizeBytes());
    node.requireTruth();
    return super.extents(range);
  }
}
