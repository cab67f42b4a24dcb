package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.nbd.Wire;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/// A disk with the gaps in its capabilities filled: zeroes can always be written, a discard can
/// always be done nothing about, and what cannot tell its extents is all data. Any thread may use
/// it.
final class ServedDisk {
  /// One call to the disk is never about more, so that a pause of the disk never waits long for a
  /// call to end.
  private static final long STEP_BYTES = 64L << 20;

  /// Neighbours in one state become one, so a reply could take any number of calls.
  private static final int EXTENT_CALLS = 64;

  private final BlockIo io;
  private volatile boolean retired;

  ServedDisk(BlockIo io) {
    this.io = io;
  }

  /// From now on nothing new is begun, and long work ends with CLOSED at its next step.
  void retire() {
    retired = true;
  }

  boolean isRetired() {
    return retired;
  }

  long sizeBytes() {
    return io.sizeBytes();
  }

  boolean canDiscard() {
    return io instanceof Discardable;
  }

  void read(long offset, MemorySegment into) {
    io.read(offset, into);
  }

  void write(long offset, MemorySegment from) {
    io.write(offset, from);
  }

  void flush() {
    io.flush();
  }

  /// Discards `range`, or leaves it as it is where the disk cannot.
  ///
  /// @param wanted asked now and then whether anybody waits for the end of it
  /// @throws BlockException CLOSED when nobody does
  void discard(ByteRange range, BooleanSupplier wanted) {
    if (io instanceof Discardable discardable) {
      inSteps(range, wanted, step -> discardStep(discardable, step));
    }
  }

  private static void discardStep(Discardable discardable, ByteRange step) {
    try {
      discardable.discard(step);
    } catch (BlockException e) {
      rethrowUnlessUnsupported(e);
    }
  }

  /// Makes `range` read as zeroes; with FAST_ONLY fails with UNSUPPORTED where that would take
  /// writing them.
  ///
  /// @param wanted asked now and then whether anybody waits for the end of it
  /// @throws BlockException CLOSED when nobody does
  void zero(ByteRange range, Zeroable.Mode mode, BooleanSupplier wanted) {
    inSteps(range, wanted, step -> zeroStep(step, mode));
  }

  private void inSteps(ByteRange range, BooleanSupplier wanted, Consumer<ByteRange> work) {
    for (long at = range.offset(); at < range.end(); ) {
      if (retired || !wanted.getAsBoolean()) {
        throw new BlockException(BlockException.Kind.CLOSED, "the export is being taken away");
      }
      long end = Math.min(range.end() - at, STEP_BYTES) + at;
      work.accept(ByteRange.between(at, end));
      at = end;
    }
  }

  private void zeroStep(ByteRange step, Zeroable.Mode mode) {
    try {
      Zeroes.zero(io, step, mode);
    } catch (BlockException e) {
      if (mode == Zeroable.Mode.FAST_ONLY) {
        throw e;
      }
      rethrowUnlessUnsupported(e);
      Zeroes.write(io, step);
    }
  }

  /// The states of a context from the start of `range`: neighbours differ, at most `most` of them.
  List<Status> status(StatusContext context, ByteRange range, int most) {
    return switch (context) {
      case StatusContext.Allocation _ -> status(range, most, StatusContext.Allocation::flags);
      case StatusContext.Depth _ -> status(range, most, StatusContext.Depth::flags);
      case StatusContext.Dirty(String _, var bits) -> dirty(bits.get(), range, most);
    };
  }

  private static List<Status> dirty(Optional<DirtyBits> bits, ByteRange range, int most) {
    if (bits.isEmpty()) {
      return List.of(new Status(range.length(), Wire.STATE_DIRTY));
    }
    return bits.get().pieces(range, most).stream()
        .map(
            piece ->
                new Status(
                    piece.range().length(),
                    piece.state() == DirtyBits.State.DIRTY ? Wire.STATE_DIRTY : 0))
        .toList();
  }

  private List<Status> status(ByteRange range, int most, ToIntFunction<Extent> flags) {
    List<Status> found = new ArrayList<>();
    long at = range.offset();
    for (int call = 0; at < range.end() && call < EXTENT_CALLS; call++) {
      for (Extent extent : extents(ByteRange.between(at, range.end()))) {
        Status next = new Status(extent.range().length(), flags.applyAsInt(extent));
        if (!append(found, next, most)) {
          return found;
        }
        at = extent.range().end();
      }
    }
    return found;
  }

  private List<Extent> extents(ByteRange range) {
    try {
      return Extents.of(io, range);
    } catch (BlockException e) {
      rethrowUnlessUnsupported(e);
      return List.of(Extent.data(range));
    }
  }

  private static boolean append(List<Status> found, Status next, int most) {
    Status last = found.isEmpty() ? null : found.getLast();
    if (last != null && last.flags == next.flags) {
      found.set(found.size() - 1, new Status(last.length + next.length, next.flags));
      return true;
    }
    if (found.size() == most) {
      return false;
    }
    return found.add(next);
  }

  private static void rethrowUnlessUnsupported(BlockException e) {
    if (e.kind() != BlockException.Kind.UNSUPPORTED) {
      throw e;
    }
  }

  /// A run of bytes in one state.
  ///
  /// @param length bytes; not more than the request, so it fits 32 bits where that does
  /// @param flags what its context says: as [Wire#STATE_HOLE], [Wire#STATE_ZERO],
  ///   [Wire#STATE_DIRTY]
  record Status(long length, int flags) {}
}
