package io.blockgraph.driver.preallocate;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;

/// What is reserved behind the data of one disk. Any thread; it is given the disk below with each
/// call, as it is bound then.
///
/// ```
///   0                    data end          reserve          file end
///   |------ data ------------|------ zeroes, allocated --------|
///   `---- shown to parents --'
/// ```
///
/// The end of the data is what parents asked for last, so there is nothing of theirs behind it. It
/// is only known while there is a reserve, and there is one only while nobody else may change the
/// disk below. At all other times parents see that disk as it is.
final class Preallocation {
  private static final long NO_RESERVE = -1;

  private final Object growth = new Object();
  private volatile Reserve reserve;
  private volatile Phase phase = Phase.OFF;
  private volatile long dataEnd = NO_RESERVE;
  private volatile long reservedBytes;

  private enum Phase {
    /// Parents cannot make the disk longer.
    OFF,
    ON,
    /// The reserve was given back: others may write before the change that they come with ends.
    GIVEN_BACK
  }

  Preallocation(Reserve reserve) {
    this.reserve = reserve;
  }

  /// Reserves this much from now on.
  void use(Reserve other) {
    reserve = other;
  }

  /// Parents may make the disk longer, and nobody else changes it.
  void begin() {
    synchronized (growth) {
      phase = Phase.ON;
    }
  }

  /// They may not any more; the reserve has been given back.
  void end() {
    synchronized (growth) {
      phase = Phase.OFF;
    }
  }

  /// What [#giveBack] was called for does not happen.
  void goOn() {
    synchronized (growth) {
      if (phase == Phase.GIVEN_BACK) {
        phase = Phase.ON;
      }
    }
  }

  /// How much is reserved now.
  long bytes() {
    return reservedBytes;
  }

  /// The length that parents see. The file is asked first: when it has become longer meanwhile, the
  /// end of the data is known by then.
  long shownBytes(BlockIo file) {
    long bytes = file.sizeBytes();
    long end = dataEnd;
    return end == NO_RESERVE ? bytes : end;
  }

  /// Parents see at least this length, and more is reserved behind it where there is none yet.
  void makeRoom(BlockIo file, long sizeBytes) {
    synchronized (growth) {
      if (phase != Phase.ON) {
        resizable(file).makeRoom(sizeBytes);
      } else if (sizeBytes > shownBytes(file)) {
        // Before the file is longer: nobody may take the reserve for room.
        dataEnd = shownBytes(file);
        try {
          if (sizeBytes > file.sizeBytes()) {
            lengthen(file, sizeBytes);
          }
          dataEnd = sizeBytes;
        } finally {
          reservedBytes = file.sizeBytes() - dataEnd;
        }
      }
    }
  }

  /// Whoever has no room for a reserve may still have some for the data.
  private void lengthen(BlockIo file, long sizeBytes) {
    long before = file.sizeBytes();
    long wanted = reserve.lengthFor(sizeBytes);
    try {
      resizable(file).makeRoom(wanted);
      Zeroes.zero(file, ByteRange.between(before, wanted), Zeroable.Mode.KEEP_ALLOCATED);
    } catch (BlockException e) {
      if (e.kind() != BlockException.Kind.NO_SPACE && e.kind() != BlockException.Kind.UNSUPPORTED) {
        throw e;
      }
      resizable(file).resize(sizeBytes);
    }
  }

  /// The disk gets exactly this length. What was reserved goes, so that it takes no more storage
  /// than parents have asked for. Only while no request is under way.
  void resize(BlockIo file, long sizeBytes) {
    synchronized (growth) {
      if (sizeBytes > shownBytes(file)) {
        cut(file);
      }
      resizable(file).resize(sizeBytes);
      forget();
    }
  }

  /// Gives the reserve back, and reserves nothing until [#goOn] or [#begin]. Only while no request
  /// is under way.
  void giveBack(BlockIo file) {
    synchronized (growth) {
      if (phase == Phase.ON) {
        cut(file);
        phase = Phase.GIVEN_BACK;
      }
    }
  }

  private void cut(BlockIo file) {
    if (dataEnd != NO_RESERVE) {
      resizable(file).resize(dataEnd);
      forget();
    }
  }

  /// There is no reserve any more. While requests are under way its end stays known, as a length of
  /// the file that somebody has just asked for may be one with the reserve.
  private void forget() {
    dataEnd = NO_RESERVE;
    reservedBytes = 0;
  }

  private static Resizable resizable(BlockIo file) {
    if (file instanceof Resizable resizable) {
      return resizable;
    }
    throw new BlockException(
        BlockException.Kind.UNSUPPORTED, "the disk below the filter has a fixed length");
  }
}
