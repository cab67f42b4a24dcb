package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;

/// What happens when an image contradicts itself: it is flagged, takes no more writes, and whoever
/// listens is told.
final class Corruption {
  private final ImageState state;

  Corruption(ImageState state) {
    this.state = state;
  }

  /// Flags the image and answers what to throw. The flag goes into the file only where writing has
  /// begun: whoever only reads an image never changes it.
  BlockException found(Disks disks, String reason) {
    boolean first =
        state.locked(
            () -> {
              if (state.corruption != null) {
                return false;
              }
              state.corruption = reason;
              return true;
            });
    if (first) {
      state.listener.corrupted(reason);
      if (state.writing && state.version() >= 3) {
        flag(disks);
      }
    }
    return new BlockException(BlockException.Kind.CORRUPT, "the image is corrupt: " + reason);
  }

  /// Nobody knows what the file says by now: the image takes no more writes until it is opened
  /// anew.
  void giveUp(String reason) {
    state.locked(
        () -> {
          if (state.corruption == null) {
            state.corruption = reason;
          }
          return true;
        });
  }

  private void flag(Disks disks) {
    Features now = state.header().features();
    Qcow2Header flagged =
        state.header().withFeatures(now.withIncompatible(now.incompatible() | Features.CORRUPT));
    state.locked(
        () -> {
          state.header(flagged);
          return flagged;
        });
    flagged.writeFeatures(disks.file());
    disks.file().flush();
  }

  /// Refuses what would change a corrupt image.
  void requireSound() {
    String reason = state.corruption;
    if (reason != null) {
      throw new BlockException(
          BlockException.Kind.CORRUPT, "the image is corrupt and takes no more writes: " + reason);
    }
  }

  /// Makes sure that a write touches no metadata but of the classes it may.
  ///
  /// @param allowed what the write itself holds: 0 for data
  void requireNoOverlap(Disks disks, long offset, long bytes, int allowed) {
    int checked = state.settings.overlapCheck().classes & ~allowed;
    long last = state.geometry.clusterOf(offset + bytes - 1);
    for (long c = state.geometry.clusterOf(offset); c <= last; c++) {
      int hit = state.map.classesOf(c) & checked;
      if (hit != 0) {
        throw found(
            disks,
            "a write of "
                + bytes
                + " bytes at offset "
                + offset
                + " would overwrite "
                + MetadataMap.name(hit)
                + " in cluster "
                + c);
      }
    }
  }
}
