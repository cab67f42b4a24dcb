package io.blockgraph.engine;

import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.Prepared;
import java.lang.foreign.MemorySegment;

/// A file of the host as a dry run opens it: it is read as it is, locks are asked about and not
/// taken, and nothing is written: that a driver should try is a mistake of ours.
///
/// One thread.
final class RehearsedFile implements HostFile {
  private final HostFile file;
  private final LockWishes wishes;
  private final LockWishes.Holder holder;

  /// The real `file`, which this closes, seen so.
  ///
  /// @param wishes what the openings of this dry run would lock
  /// @param holder for whom, common to openings that follow one another
  RehearsedFile(HostFile file, LockWishes wishes, LockWishes.Holder holder) {
    this.file = file;
    this.wishes = wishes;
    this.holder = holder;
    wishes.join(holder, file);
  }

  @Override
  public long read(long offset, MemorySegment into) {
    return file.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    throw untouchable();
  }

  /// Nothing was written: there is nothing to make durable. A disk that was opened on trial is
  /// asked for it when it becomes read-only on trial.
  @Override
  public void sync() {}

  @Override
  public long sizeBytes() {
    return file.sizeBytes();
  }

  @Override
  public long allocatedBytes() {
    return file.allocatedBytes();
  }

  @Override
  public void startWriteback() {}

  @Override
  public void truncate(long sizeBytes) {
    throw untouchable();
  }

  @Override
  public boolean punchHole(ByteRange range) {
    throw untouchable();
  }

  @Override
  public boolean zeroRange(ByteRange range) {
    throw untouchable();
  }

  @Override
  public long seekData(long offset) {
    return file.seekData(offset);
  }

  @Override
  public long seekHole(long offset) {
    return file.seekHole(offset);
  }

  @Override
  public boolean cloneTo(HostFile target, ByteRange range, long targetOffset) {
    throw untouchable();
  }

  @Override
  public Prepared prepareLocks(int used, int unshared) {
    requireLockable(used, unshared);
    return new Prepared() {
      @Override
      public void commit() {
        wishes.put(holder, LockWishes.Wish.of(used, unshared));
      }
    };
  }

  @Override
  public void requireLockable(int used, int unshared) {
    wishes.requireFree(holder, file, LockWishes.Wish.of(used, unshared));
  }

  @Override
  public HostFile reopen(HostFiles.Mode mode) {
    return new RehearsedFile(file.reopen(mode), wishes, holder);
  }

  @Override
  public String identity() {
    return file.identity();
  }

  @Override
  public void close() {
    wishes.leave(holder);
    file.close();
  }

  private IllegalStateException untouchable() {
    return new IllegalStateException("a dry run was about to change file " + identity());
  }
}
