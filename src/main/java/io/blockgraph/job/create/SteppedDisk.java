package io.blockgraph.job.create;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.job.JobControl;
import java.lang.foreign.MemorySegment;

/// A disk on which a job works step by step: it rests between two when it is asked to, and ends
/// there when it is cancelled. One thread.
class SteppedDisk implements BlockIo, Zeroable {
  private static final long WAIT_MS = 1_000;

  /// So much is zeroed in one step at most.
  private static final long PIECE_BYTES = 64L << 20;

  private final BlockIo disk;
  private final JobControl control;
  private final CreateProgress progress;

  private SteppedDisk(BlockIo disk, JobControl control, CreateProgress progress) {
    this.disk = disk;
    this.control = control;
    this.progress = progress;
  }

  /// A disk over `disk`, with another length if that can have one.
  static SteppedDisk over(BlockIo disk, JobControl control, CreateProgress progress) {
    if (disk instanceof Resizable growable) {
      return new Growing(disk, growable, new SteppedDisk(disk, control, progress));
    }
    progress.sized(disk.sizeBytes());
    return new SteppedDisk(disk, control, progress);
  }

  private static final class Growing extends SteppedDisk implements Resizable {
    private final Resizable growable;
    private final SteppedDisk steps;

    Growing(BlockIo disk, Resizable growable, SteppedDisk steps) {
      super(disk, steps.control, steps.progress);
      this.growable = growable;
      this.steps = steps;
    }

    @Override
    public void resize(long sizeBytes) {
      steps.step(0, () -> growable.resize(sizeBytes));
      steps.progress.sized(sizeBytes);
    }

    @Override
    public long lengthFor(long sizeBytes) {
      return growable.lengthFor(sizeBytes);
    }
  }

  private void step(long bytes, Runnable work) {
    while (!control.beginStep(WAIT_MS)) {
      // It rests; whoever cancels it ends this.
    }
    try {
      work.run();
    } finally {
      control.endStep();
    }
    progress.wrote(bytes);
  }

  @Override
  public void read(long offset, MemorySegment into) {
    step(0, () -> disk.read(offset, into));
  }

  @Override
  public void write(long offset, MemorySegment from) {
    step(from.byteSize(), () -> disk.write(offset, from));
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    for (long at = range.offset(); at < range.end(); at += PIECE_BYTES) {
      ByteRange piece = ByteRange.between(at, Math.min(range.end(), at + PIECE_BYTES));
      step(piece.length(), () -> Zeroes.zero(disk, piece, mode));
    }
  }

  @Override
  public void flush() {
    step(0, disk::flush);
  }

  @Override
  public long sizeBytes() {
    return disk.sizeBytes();
  }
}
