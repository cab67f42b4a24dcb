package io.blockgraph.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.os.PathCalls.How;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The permissions of one image file as other processes see them: byte locks in the places where
/// QEMU takes and looks for them.
///
/// Whoever uses permission i holds a shared lock on byte 100+i, whoever does not share it with
/// others one on byte 200+i. After taking them, each tests that nobody else holds 200+i of what it
/// uses and 100+i of what it does not share. All first take, then test, so of two that race both
/// may be refused but never both accepted. The locks belong to an open file description of their
/// own (OFD locks): opening and closing the file elsewhere in this process does not drop them, as
/// it would drop POSIX locks, and another `ByteLocks` on the same file in this process is as
/// foreign as another process. They vanish with the process.
///
/// A change is [#prepare], which may be refused, then [#commit] or [#abort], which may not.
/// Thread-safe.
public final class ByteLocks implements AutoCloseable {
  /// The permission to read what is there consistently.
  public static final int CONSISTENT_READ = 1;

  /// The permission to change content.
  public static final int WRITE = 1 << 1;

  /// The permission to write what is there already.
  public static final int WRITE_UNCHANGED = 1 << 2;

  /// The permission to change the length.
  public static final int RESIZE = 1 << 3;

  /// Whether locks are taken.
  public enum Mode {
    /// Locks are taken, and it is an error when the file system has none.
    ON,
    /// Locks are taken where the file system has them.
    AUTO,
    /// No locks: the operator knows that nobody else opens the file.
    OFF
  }

  private static final int PERMISSIONS = 4;
  private static final int ALL = (1 << PERMISSIONS) - 1;
  private static final List<String> NAMES =
      List.of("CONSISTENT_READ", "WRITE", "WRITE_UNCHANGED", "RESIZE");
  private static final int USED_AT = 100;
  private static final int UNSHARED_AT = 200;
  private static final short READ_LOCK = 0;
  private static final short WRITE_LOCK = 1;
  private static final short NO_LOCK = 2;
  private static final long CLOSE_DEADLINE_MS = 10_000;

  private final String name;
  private final FileIdentity identity;
  private final Mode mode;
  private final Descriptor descriptor;
  private boolean active;
  private int current;
  private int next;
  private int held;
  private boolean preparing;
  private int guardedFiles;
  private boolean closeWanted;

  private ByteLocks(OpenFile file, Mode mode, int fd) {
    this.name = file.name();
    this.identity = file.identity();
    this.mode = mode;
    this.descriptor = new Descriptor(fd, "locks of " + name);
    this.active = mode != Mode.OFF;
  }

  /// Opens the locks of an open file, holding none yet, and guards the file.
  public static ByteLocks open(OpenFile file, Mode mode) {
    ByteLocks locks = new ByteLocks(file, mode, again(file));
    locks.guard(file);
    return locks;
  }

  /// A second open file description of the very same file: by its descriptor, not by its name,
  /// which may mean another file by now.
  private static int again(OpenFile file) {
    int user = file.descriptor().enter();
    try {
      long fd =
          PathCalls.openat2(
              PathCalls.CURRENT_DIRECTORY,
              "/proc/self/fd/" + file.descriptor().number(),
              How.existing(PathCalls.O_RDONLY, PathCalls.RESOLVE_ANYWHERE));
      if (fd < 0) {
        throw new BlockException(
            Errno.kindOf(fd),
            "'"
                + file.name()
                + "' cannot be opened for locking, openat2 failed with "
                + Errno.nameOf(fd));
      }
      return (int) fd;
    } finally {
      file.descriptor().exit(user);
    }
  }

  /// Keeps the locks until `file`, another opening of the same file, is closed too.
  public void guard(OpenFile file) {
    synchronized (this) {
      if (!file.identity().equals(identity)) {
        throw new IllegalArgumentException("'" + file.name() + "' is not '" + name + "' any more");
      }
      guardedFiles++;
    }
    file.descriptor().whenClosed(this::oneFileLess);
  }

  /// Takes what old and new permissions need together and tests the new ones against everybody
  /// else.
  ///
  /// @param newUsed which permissions will be used (bits 1 [#CONSISTENT_READ] to 8 [#RESIZE])
  /// @param newUnshared which permissions nobody else may use
  /// @throws BlockException LOCKED when another process stands in the way, naming file, permission
  ///   and, if it can be found, the process; UNSUPPORTED when the file system has no such locks and
  ///   mode is ON. Then the locks are as before
  public synchronized void prepare(int newUsed, int newUnshared) {
    if (preparing) {
      throw new IllegalStateException("the locks of '" + name + "' are being changed already");
    }
    next = (newUsed & ALL) | ((newUnshared & ALL) << PERMISSIONS);
    preparing = true;
    try {
      acquire(next & ~current);
    } catch (RuntimeException e) {
      abort();
      throw e;
    }
  }

  /// Finds out whether [#prepare] would be refused, and takes nothing. A file system without locks
  /// refuses nobody.
  ///
  /// @throws BlockException LOCKED, as [#prepare] says it
  public synchronized void requireFree(int wantedUsed, int wantedUnshared) {
    int wanted = (wantedUsed & ALL) | ((wantedUnshared & ALL) << PERMISSIONS);
    for (int bit = 0; active && bit < 2 * PERMISSIONS; bit++) {
      boolean added = (wanted & ~current & (1 << bit)) != 0;
      if (added && isHeldByOthers(READ_LOCK, byteOf(bit)) > 0) {
        throw heldAlone(bit);
      }
      if (added && isHeldByOthers(WRITE_LOCK, opposite(bit)) > 0) {
        throw conflict(bit);
      }
    }
  }

  /// Drops what the new permissions do not need.
  public synchronized void commit() {
    requirePreparing();
    current = next;
    preparing = false;
    dropAllBut(current);
  }

  /// Goes back to the locks before [#prepare].
  public synchronized void abort() {
    requirePreparing();
    next = current;
    preparing = false;
    dropAllBut(current);
  }

  /// Gives up all locks as soon as every guarded file is closed. Idempotent.
  @Override
  public void close() {
    synchronized (this) {
      closeWanted = true;
    }
    closeIfUnguarded();
  }

  private void oneFileLess() {
    synchronized (this) {
      guardedFiles--;
    }
    closeIfUnguarded();
  }

  private void closeIfUnguarded() {
    synchronized (this) {
      if (!closeWanted || guardedFiles > 0) {
        return;
      }
    }
    descriptor.close(CLOSE_DEADLINE_MS);
  }

  private void requirePreparing() {
    if (!preparing) {
      throw new IllegalStateException("the locks of '" + name + "' are not being changed");
    }
  }

  private void acquire(int added) {
    for (int bit = 0; active && bit < 2 * PERMISSIONS; bit++) {
      if ((added & (1 << bit)) != 0) {
        take(bit);
      }
    }
    for (int bit = 0; active && bit < 2 * PERMISSIONS; bit++) {
      if ((added & (1 << bit)) != 0) {
        test(bit);
      }
    }
  }

  private void take(int bit) {
    long result = lock(FileCalls.OFD_SETLK, READ_LOCK, byteOf(bit));
    if (result >= 0) {
      held |= 1 << bit;
    } else if (Errno.EAGAIN.is(result) || Errno.EACCES.is(result)) {
      throw heldAlone(bit);
    } else {
      giveUp(result);
    }
  }

  private BlockException heldAlone(int bit) {
    return new BlockException(
        Kind.LOCKED,
        "'"
            + name
            + "' is locked, "
            + holderOf(byteOf(bit), 0)
            + " holds byte "
            + byteOf(bit)
            + " for itself alone");
  }

  private void giveUp(long result) {
    if (mode == Mode.ON || held != 0) {
      throw new BlockException(
          Kind.UNSUPPORTED,
          "the file system of '"
              + name
              + "' takes no byte locks, fcntl(F_OFD_SETLK) failed with "
              + Errno.nameOf(result)
              + "; locking 'auto' or 'off' opens it without");
    }
    active = false;
  }

  private void test(int bit) {
    long result = isHeldByOthers(WRITE_LOCK, opposite(bit));
    if (result < 0) {
      throw new BlockException(
          Kind.IO, "fcntl(F_OFD_GETLK) on '" + name + "' failed with " + Errno.nameOf(result));
    }
    if (result > 0) {
      throw conflict(bit);
    }
  }

  /// Positive when somebody else's lock stands against one of this type, else zero, or `-errno`; in
  /// the first case the parameters of this thread's frame say whose it is.
  private long isHeldByOthers(short type, int at) {
    long result = lock(FileCalls.OFD_GETLK, type, at);
    return result < 0 || Foreign.frame().parameters.get(JAVA_SHORT, 0) == NO_LOCK ? result : 1;
  }

  private BlockException conflict(int bit) {
    String permission = NAMES.get(bit % PERMISSIONS);
    String holder = holderOf(opposite(bit), Foreign.frame().parameters.get(JAVA_INT, 24));
    return new BlockException(
        Kind.LOCKED,
        bit < PERMISSIONS
            ? "'" + name + "' is locked, " + holder + " does not share " + permission
            : "'"
                + name
                + "' is locked, "
                + holder
                + " uses "
                + permission
                + ", which is not to be shared");
  }

  /// A lock that cannot be dropped stays held, which is safe, and is dropped with the next change.
  private void dropAllBut(int needed) {
    for (int bit = 0; bit < 2 * PERMISSIONS; bit++) {
      if ((held & ~needed & (1 << bit)) != 0
          && lock(FileCalls.OFD_SETLK, NO_LOCK, byteOf(bit)) >= 0) {
        held &= ~(1 << bit);
      }
    }
  }

  private static int byteOf(int bit) {
    return bit < PERMISSIONS ? USED_AT + bit : UNSHARED_AT + bit - PERMISSIONS;
  }

  /// The byte somebody holds who cannot live with `bit`.
  private static int opposite(int bit) {
    return byteOf(bit < PERMISSIONS ? bit + PERMISSIONS : bit - PERMISSIONS);
  }

  /// fcntl with a struct flock for one byte; GETLK leaves its answer in the parameters of this
  /// thread's frame.
  private long lock(int command, short type, int at) {
    MemorySegment flock = Foreign.frame().parameters.asSlice(0, 32).fill((byte) 0);
    flock.set(JAVA_SHORT, 0, type);
    flock.set(JAVA_LONG, 8, at);
    flock.set(JAVA_LONG, 16, 1);
    int user = descriptor.enter();
    try {
      return FileCalls.fcntl(descriptor.number(), command, flock.address());
    } finally {
      descriptor.exit(user);
    }
  }

  private String holderOf(int at, int pid) {
    return pid > 0
        ? LockHolder.named(Integer.toString(pid))
        : LockHolder.find(descriptor.number(), at);
  }
}
