package io.blockgraph.driver.blkdebug;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.blkdebug.Fault.Operation;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// A disk whose requests fail as told. A failed flush fails once, unlike that of a file: whether
/// later ones succeed is up to the faults.
final class BlkdebugDisk extends FilterDisk {
  private static final ByteRange NOWHERE = new ByteRange(0, 0);

  private final Supplier<List<Fault>> faults;

  BlkdebugDisk(BlockIo child, Supplier<List<Fault>> faults) {
    super(child);
    this.faults = faults;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    run(Operation.READ, new ByteRange(offset, into.byteSize()), () -> super.read(offset, into));
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    run(Operation.WRITE, new ByteRange(offset, from.byteSize()), () -> super.write(offset, from));
  }

  @Override
  public void flush() {
    run(Operation.FLUSH, NOWHERE, super::flush);
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    run(Operation.WRITE_ZEROES, range.within(sizeBytes()), () -> super.zero(range, mode));
  }

  @Override
  public void discard(ByteRange range) {
    run(Operation.DISCARD, range.within(sizeBytes()), () -> super.discard(range));
  }

  /// A change of length that fails never reaches the child: a failed one leaves the length as it
  /// was.
  @Override
  public void resize(long sizeBytes) {
    Optional<Fault> fault = fault(Operation.RESIZE, NOWHERE);
    if (fault.isPresent()) {
      throw fault.get().error(new ByteRange(0, Math.max(0, sizeBytes)));
    }
    super.resize(sizeBytes);
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    List<Extent> found = new ArrayList<>();
    run(Operation.EXTENTS, range.within(sizeBytes()), () -> found.addAll(super.extents(range)));
    return found;
  }

  private void run(Operation operation, ByteRange range, Runnable below) {
    Optional<Fault> fault = fault(operation, range);
    if (fault.isEmpty() || !fault.get().immediately()) {
      below.run();
    }
    if (fault.isPresent()) {
      throw fault.get().error(range);
    }
  }

  private Optional<Fault> fault(Operation operation, ByteRange range) {
    return faults.get().stream().filter(fault -> fault.strikes(operation, range)).findFirst();
  }
}
