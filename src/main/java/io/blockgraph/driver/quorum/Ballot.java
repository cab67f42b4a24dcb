package io.blockgraph.driver.quorum;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.driver.quorum.Settings.OnMismatch;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One read that is voted on: everybody reads, the bytes are compared, and where they differ each
/// version is known by its SHA-256 and the one with most votes wins.
final class Ballot {
  /// The longest range that is voted on at once.
  static final long MAX_BYTES = 1 << 20;

  /// The longest range that takes a small buffer.
  private static final long SMALL_BYTES = 64 << 10;

  /// Shared by all quorums; a read of n children needs n - 1 of them.
  private static final ScratchBuffers SMALL = new ScratchBuffers(SMALL_BYTES, 128);

  private static final ScratchBuffers LARGE = new ScratchBuffers(MAX_BYTES, 16);

  private final Voters voters;
  private final Settings settings;
  private final RangeLocks locks;

  Ballot(Voters voters, Settings settings, RangeLocks locks) {
    this.voters = voters;
    this.settings = settings;
    this.locks = locks;
  }

  /// Reads at most [#MAX_BYTES] at `offset`.
  ///
  /// @throws BlockException when too few children agree on the bytes, or on having any
  void read(long offset, MemorySegment into) {
    Request request = new Request(Request.Operation.READ, new ByteRange(offset, into.byteSize()));
    List<ScratchBuffers.Lease> leases = new ArrayList<>();
    try {
      List<MemorySegment> copies = copies(into, leases);
      if (!agreed(request, copies)) {
        try (RangeLocks.Held held = locks.exclude(request.range())) {
          decide(request, copies);
        }
      }
    } finally {
      leases.forEach(ScratchBuffers.Lease::close);
    }
  }

  /// The first child reads into the caller's memory, where the winner has to be in the end.
  private List<MemorySegment> copies(MemorySegment into, List<ScratchBuffers.Lease> leases) {
    List<MemorySegment> copies = new ArrayList<>();
    copies.add(into);
    for (int i = 1; i < voters.count(); i++) {
      ScratchBuffers.Lease lease = (into.byteSize() <= SMALL_BYTES ? SMALL : LARGE).borrow();
      leases.add(lease);
      copies.add(lease.first(into.byteSize()));
    }
    return copies;
  }

  /// Whether all children have been read and hold the same.
  private boolean agreed(Request request, List<MemorySegment> copies) {
    long offset = request.range().offset();
    List<Optional<BlockException>> failures =
        voters.failures(request, (i, disk) -> disk.read(offset, copies.get(i)));
    boolean same = areSame(failures, copies);
    if (same) {
      for (int i = 0; i < copies.size(); i++) {
        count(i);
      }
    }
    return same;
  }

  private static boolean areSame(
      List<Optional<BlockException>> failures, List<MemorySegment> copies) {
    if (failures.getFirst().isPresent()) {
      return false;
    }
    for (int i = 1; i < copies.size(); i++) {
      if (failures.get(i).isPresent() || copies.getFirst().mismatch(copies.get(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private void count(int agreeing) {
    voters.reports().agreed(voters.name(agreeing));
  }

  /// Reads once more, with nobody writing, and votes.
  private void decide(Request request, List<MemorySegment> copies) {
    long offset = request.range().offset();
    List<Optional<BlockException>> failures =
        voters.each(request, (i, disk) -> disk.read(offset, copies.get(i)));
    voters.requireSuccesses(failures, request, settings.threshold());
    Versions versions = Versions.of(copies, failures);
    if (settings.onMismatch() == OnMismatch.FAIL && versions.count() > 1) {
      throw differ(request, copies);
    }
    Versions.Version winner = versions.mostVotes();
    if (winner.votes() < settings.threshold()) {
      voters.reports().failure(request);
      throw tooFew(request, winner);
    }
    winner.voters().forEach(this::count);
    copies.getFirst().copyFrom(winner.bytes());
    correct(request, versions, winner);
  }

  private void correct(Request request, Versions versions, Versions.Version winner) {
    for (int loser : versions.losersAgainst(winner)) {
      voters
          .reports()
          .lost(
              voters.name(loser),
              request,
              "its bytes differ from those of " + winner.votes() + " others");
      if (settings.onMismatch() == OnMismatch.REWRITE) {
        rewrite(request, loser, winner.bytes());
      }
    }
  }

  /// The read has its answer; a child that cannot be mended is reported, as it will be at the next
  /// read.
  private void rewrite(Request request, int loser, MemorySegment bytes) {
    try {
      voters.disk(loser).write(request.range().offset(), bytes);
    } catch (BlockException e) {
      Request rewrite = new Request(Request.Operation.REWRITE, request.range());
      voters.reports().failed(voters.name(loser), rewrite, e);
    }
  }

  private BlockException tooFew(Request request, Versions.Version winner) {
    return new BlockException(
        Kind.IO,
        "node '"
            + voters.reports().quorum()
            + "': of "
            + voters.count()
            + " children at most "
            + winner.votes()
            + " agree at offset "
            + request.range().offset()
            + ", length "
            + request.range().length()
            + "; "
            + settings.threshold()
            + " are needed");
  }

  private BlockException differ(Request request, List<MemorySegment> copies) {
    long at = request.range().offset() + copies.get(0).mismatch(copies.get(1));
    voters.reports().failure(request);
    return new BlockException(
        Kind.IO,
        "node '" + voters.reports().quorum() + "': its two children differ at offset " + at);
  }
}
