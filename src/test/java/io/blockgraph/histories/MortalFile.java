package io.blockgraph.histories;

import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.Prepared;
import java.lang.foreign.MemorySegment;

/// An open file in one [Life]. Any thread.
record MortalFile(Life life, HostFile file) implements HostFile {
  private void living(Runnable call) {
    Object unused =
        life.living(
            () -> {
              call.run();
              return this;
            });
  }

  @Override
  public long read(long offset, MemorySegment into) {
    return life.living(() -> file.read(offset, into));
  }

  @Override
  public void write(long offset, MemorySegment from) {
    living(() -> file.write(offset, from));
  }

  @Override
  public void sync() {
    living(file::sync);
  }

  @Override
  public void startWriteback() {
    living(file::startWriteback);
  }

  @Override
  public long sizeBytes() {
    return life.living(file::sizeBytes);
  }

  @Override
  public long allocatedBytes() {
    return life.living(file::allocatedBytes);
  }

  @Override
  public void truncate(long sizeBytes) {
    living(() -> file.truncate(sizeBytes));
  }

  @Override
  public boolean punchHole(ByteRange range) {
    return life.living(() -> file.punchHole(range));
  }

  @Override
  public boolean zeroRange(ByteRange range) {
    return life.living(() -> file.zeroRange(range));
  }

  @Override
  public long seekData(long offset) {
    return life.living(() -> file.seekData(offset));
  }

  @Override
  public long seekHole(long offset) {
    return life.living(() -> file.seekHole(offset));
  }

  @Override
  public boolean cloneTo(HostFile target, ByteRange range, long targetOffset) {
    return target instanceof MortalFile(Life _, HostFile other)
        && life.living(() -> file.cloneTo(other, range, targetOffset));
  }

  @Override
  public Prepared prepareLocks(int used, int unshared) {
    return life.living(() -> new MortalLocks(life, file.prepareLocks(used, unshared)));
  }

  /// Other locks, which are not taken any more when the life is over.
  private record MortalLocks(Life life, Prepared locks) implements Prepared {
    @Override
    public void commit() {
      life.ifLiving(locks::commit);
    }

    @Override
    public void abort() {
      life.ifLiving(locks::abort);
    }
  }

  @Override
  public void requireLockable(int used, int unshared) {
    living(() -> file.requireLockable(used, unshared));
  }

  @Override
  public HostFile reopen(HostFiles.Mode mode) {
    return life.living(() -> life.adopt(file.reopen(mode)));
  }

  @Override
  public String identity() {
    return life.living(file::identity);
  }

  @Override
  public void close() {
    life.close(file);
  }
}
