package io.blockgraph.export.nbd;

import io.blockgraph.block.DirtyBits;
import io.blockgraph.block.Extent;
import io.blockgraph.nbd.Wire;
import java.util.Optional;
import java.util.function.Supplier;

/// What BLOCK_STATUS can tell of an export.
public sealed interface StatusContext {
  /// The name clients choose it by.
  String name();

  /// Which ranges read as zeroes, and which take no storage.
  record Allocation() implements StatusContext {
    @Override
    public String name() {
      return "base:allocation";
    }

    static int flags(Extent extent) {
      return switch (extent.kind()) {
        case DATA, COMPRESSED -> 0;
        case ZERO -> Wire.STATE_ZERO;
        case HOLE -> Wire.STATE_ZERO | Wire.STATE_HOLE;
      };
    }
  }

  /// Which layer of the backing chain holds a range: 1 the disk itself, 2 what backs it, ...; 0
  /// none.
  record Depth() implements StatusContext {
    @Override
    public String name() {
      return "qemu:allocation-depth";
    }

    static int flags(Extent extent) {
      return extent.depth() == Extent.NOWHERE ? 0 : extent.depth() + 1;
    }
  }

  /// Which ranges are dirty.
  ///
  /// @param bitmap the name of the bitmap
  /// @param bits its bits at the moment of a request; empty when it is gone, and then everything is
  ///   told to be dirty
  record Dirty(String bitmap, Supplier<Optional<DirtyBits>> bits) implements StatusContext {
    static final String PREFIX = "qemu:dirty-bitmap:";

    @Override
    public String name() {
      return PREFIX + bitmap;
    }
  }
}
