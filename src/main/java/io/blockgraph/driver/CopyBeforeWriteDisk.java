package io.blockgraph.driver;

import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.CopyBeforeWrite.Ends;
import java.lang.foreign.MemorySegment;

/// A disk as its users see it while a moment of it is kept: before they change something for the
/// first time, it is copied.
public abstract class CopyBeforeWriteDisk extends FilterDisk {
  private final Ends ends;
  private final CopyBeforeWrite moment;

  /// A disk that shows the file and keeps a moment of it on the target.
  protected CopyBeforeWriteDisk(Ends ends, CopyBeforeWrite moment) {
    super(ends.file());
    this.ends = ends;
    this.moment = moment;
  }

  /// The disks.
  public final Ends ends() {
    return ends;
  }

  /// What is kept.
  public final CopyBeforeWrite moment() {
    return moment;
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    moment.beforeChange(ends, new ByteRange(offset, from.byteSize()));
    super.write(offset, from);
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    moment.beforeChange(ends, range.within(sizeBytes()));
    super.zero(range, mode);
  }

  @Override
  public void discard(ByteRange range) {
    moment.beforeChange(ends, range.within(sizeBytes()));
    super.discard(range);
  }
}
