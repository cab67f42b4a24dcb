package io.blockgraph.driver.quorum;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Clustered;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.RequestBarrier;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.Barriers;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.driver.quorum.Request.Operation;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// What most of the children say.
///
/// Overlapping changes go to the children one after the other: in different orders they would leave
/// the children different for good. A read takes no lock; only when it finds the children different
/// it looks again with the range to itself, so that a write that is under way is not mistaken for
/// corruption.
final class QuorumDisk
    implements BlockIo, Clustered, Zeroable, Discardable, Resizable, Extents, RequestBarrier {
  private final Voters voters;
  private final QuorumNode node;

  QuorumDisk(Voters voters, QuorumNode node) {
    this.voters = voters;
    this.node = node;
  }

  @Override
  public long sizeBytes() {
    long size = voters.disk(0).sizeBytes();
    for (int i = 1; i < voters.count(); i++) {
      if (voters.disk(i).sizeBytes() != size) {
        return node.lengthChanges().lengthOf(voters.lengths());
      }
    }
    return size;
  }

  /// The largest of the children's: whole clusters of that are whole clusters of all.
  @Override
  public long clusterBytes() {
    return voters.disks().stream().mapToLong(Clustered::clusterBytes).max().orElse(1);
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    Settings settings = node.settings();
    for (long done = 0; done < into.byteSize(); done += Ballot.MAX_BYTES) {
      MemorySegment part = into.asSlice(done, Math.min(Ballot.MAX_BYTES, into.byteSize() - done));
      switch (settings.pattern()) {
        case FIFO -> readFirst(offset + done, part);
        case QUORUM -> new Ballot(voters, settings, node.locks()).read(offset + done, part);
      }
    }
  }

  private void readFirst(long offset, MemorySegment into) {
    Request request = new Request(Operation.READ, new ByteRange(offset, into.byteSize()));
    BlockException last = new BlockException(Kind.IO, "no child");
    for (int i = 0; i < voters.count(); i++) {
      try {
        voters.disk(i).read(offset, into);
        voters.reports().agreed(voters.name(i));
        return;
      } catch (BlockException e) {
        voters.reports().failed(voters.name(i), request, e);
        last = e;
      }
    }
    voters.reports().failure(request);
    throw last;
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    change(Request.write(offset, from), (_, disk) -> disk.write(offset, from));
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    Request request = new Request(Operation.ZERO, range.within(sizeBytes()));
    if (mode != Mode.FAST_ONLY) {
      change(request, (_, disk) -> Zeroes.zero(disk, range, mode));
      return;
    }
    try (RangeLocks.Held held = node.locks().exclude(range)) {
      requireFastWay(range);
      voters.agree(
          request,
          node.settings().threshold(),
          (_, disk) -> Zeroes.zero(disk, range, Mode.MAY_UNMAP));
    }
  }

  /// A fast zero that only some children can do would leave them different. So the first child
  /// decides: when it has no fast way nothing changes, else the others do it as well as they can.
  private void requireFastWay(ByteRange range) {
    try {
      Zeroes.zero(voters.disk(0), range, Mode.FAST_ONLY);
    } catch (BlockException e) {
      // Any other failure is the child's vote, which it gives when all are asked.
      if (e.kind() == Kind.UNSUPPORTED) {
        throw e;
      }
    }
  }

  /// A discard leaves old bytes or zeroes, and each child its own choice: only zeroes are the same
  /// everywhere.
  @Override
  public void discard(ByteRange range) {
    zero(range, Mode.MAY_UNMAP);
  }

  private void change(Request request, Voters.Action action) {
    try (RangeLocks.Held held = node.locks().exclude(request.range())) {
      voters.agree(request, node.settings().threshold(), action);
    }
  }

  @Override
  public void flush() {
    Request request = new Request(Operation.FLUSH, new ByteRange(0, sizeBytes()));
    voters.agree(request, node.settings().threshold(), (_, disk) -> disk.flush());
  }

  @Override
  public void resize(long sizeBytes) {
    node.lengthChanges().set(voters.lengths(), sizeBytes);
  }

  @Override
  public long lengthFor(long sizeBytes) {
    return voters.lengths().lengthFor(sizeBytes);
  }

  /// A read of the quorum is one of each child, and those that cannot tell are behind no overlay.
  @Override
  public void awaitRequests(long deadlineMs) {
    Barriers.awaitAll(voters.disks(), deadlineMs);
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    range.within(sizeBytes());
    return new AgreedExtents(voters).of(range);
  }
}
