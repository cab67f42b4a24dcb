package io.blockgraph.store.files;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.Prepared;
import io.blockgraph.os.FileIdentity;
import io.blockgraph.os.ImageRoots;
import io.blockgraph.os.OpenFile;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/// An open file of the host.
final class OsHostFile implements HostFile {
  private final ImageRoots roots;
  private final OpenFile file;
  private final SharedLocks locks;
  private final AtomicBoolean closed = new AtomicBoolean();

  OsHostFile(ImageRoots roots, OpenFile file, SharedLocks locks) {
    this.roots = roots;
    this.file = file;
    this.locks = locks;
    locks.join(file);
  }

  @Override
  public long read(long offset, MemorySegment into) {
    return file.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    file.write(offset, from);
  }

  @Override
  public void sync() {
    file.sync();
  }

  @Override
  public void startWriteback() {
    file.startWriteback();
  }

  @Override
  public long sizeBytes() {
    return file.sizeBytes();
  }

  @Override
  public long allocatedBytes() {
    return file.allocatedBytes();
  }

  @Override
  public void truncate(long sizeBytes) {
    file.truncate(sizeBytes);
  }

  @Override
  public boolean punchHole(ByteRange range) {
    return file.punchHole(range);
  }

  @Override
  public boolean zeroRange(ByteRange range) {
    return file.zeroRange(range);
  }

  @Override
  public long seekData(long offset) {
    long found = file.seekData(offset);
    return found == OpenFile.NO_DATA ? file.sizeBytes() : found;
  }

  @Override
  public long seekHole(long offset) {
    return file.seekHole(offset);
  }

  @Override
  public boolean cloneTo(HostFile target, ByteRange range, long targetOffset) {
    return target instanceof OsHostFile other && file.cloneRange(range, other.file, targetOffset);
  }

  @Override
  public Prepared prepareLocks(int used, int unshared) {
    return locks.prepare(file, used, unshared);
  }

  @Override
  public void requireLockable(int used, int unshared) {
    locks.requireFree(file, used, unshared);
  }

  @Override
  public HostFile reopen(HostFiles.Mode mode) {
    OpenFile again = roots.open(file.name(), OsHostFiles.access(mode));
    if (!again.identity().equals(file.identity())) {
      again.close();
      throw new BlockException(
          BlockException.Kind.INVALID,
          "'" + file.name() + "' is another file than the one that is open");
    }
    return new OsHostFile(roots, again, locks);
  }

  @Override
  public String identity() {
    FileIdentity identity = file.identity();
    return identity.major()
        + ":"
        + identity.minor()
        + ":"
        + Long.toUnsignedString(identity.inode());
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        file.close();
      } finally {
        locks.leave();
      }
    }
  }
}
