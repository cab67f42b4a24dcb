package io.blockgraph.os;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.ByteRange;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/// One open regular file (or, where the operator allows it, block device).
///
/// All methods may be called from many threads at once; there is no file position. Segments are
/// native memory. Calls block in the kernel and cannot be interrupted; on a virtual thread they
/// hold its carrier. A call that begins after [#close] fails with CLOSED; a call under way is never
/// disturbed by it.
///
/// Short results and EINTR are dealt with here. Failures are [BlockException]s that name the call,
/// the file and the error. Abilities that a file system may lack are answered with `false` or
/// [#WOULD_BLOCK] instead, and then nothing has changed: the caller has another way.
public final class OpenFile implements AutoCloseable {
  /// The bytes are not in memory, or it cannot be told.
  public static final int WOULD_BLOCK = -1;

  /// There is no data from the offset to the end of the file.
  public static final int NO_DATA = -1;

  private static final long CLOSE_DEADLINE_MS = 10_000;

  /// What a file is opened for.
  public enum Access {
    /// Reading only.
    READ_ONLY,
    /// Reading and writing.
    READ_WRITE
  }

  private final Descriptor descriptor;
  private final String name;
  private final Access access;
  private final FileIdentity identity;
  private final SharedCall syncs = new SharedCall();
  private volatile boolean syncFailed;
  private volatile boolean cannotReadNoWait;

  /// Takes over an open descriptor.
  OpenFile(int fd, String name, Access access, FileIdentity identity) {
    this.descriptor = new Descriptor(fd, name);
    this.name = name;
    this.access = access;
    this.identity = identity;
  }

  /// The absolute path under which the file was opened.
  public String name() {
    return name;
  }

  /// What the file was opened for.
  public Access access() {
    return access;
  }

  /// Which file it is.
  public FileIdentity identity() {
    return identity;
  }

  /// Reads at `offset` until `into` is full or the file ends.
  ///
  /// @return how many bytes were read: `into.byteSize()`, or fewer when the file ends before, 0
  ///   when it ends at or before `offset`; the rest of `into` is as it was
  public long read(long offset, MemorySegment into) {
    int user = descriptor.enter();
    try {
      long got = FileCalls.pread(descriptor.number(), into, offset);
      return got == into.byteSize() ? got : readRest(offset, into, got);
    } finally {
      descriptor.exit(user);
    }
  }

  private long readRest(long offset, MemorySegment into, long first) {
    long done = 0;
    long got = first;
    while (true) {
      if (got == 0) {
        return done;
      }
      if (got > 0) {
        done += got;
      } else if (!Errno.EINTR.is(got)) {
        throw failed("pread of " + into.byteSize() + " bytes at " + offset, got);
      }
      if (done == into.byteSize()) {
        return done;
      }
      got = FileCalls.pread(descriptor.number(), into.asSlice(done), offset + done);
    }
  }

  /// Reads at `offset` what is in memory already, without waiting for the disk. One attempt, not
  /// repeated.
  ///
  /// @return how many bytes were read from `offset` on (maybe fewer than asked for), 0 at or behind
  ///   the end of the file, or [#WOULD_BLOCK]; then [#read] has to be called where waiting is all
  ///   right
  public long readNoWait(long offset, MemorySegment into) {
    if (cannotReadNoWait) {
      return WOULD_BLOCK;
    }
    int user = descriptor.enter();
    try {
      long got = FileCalls.preadNoWait(descriptor.number(), into, offset);
      return got >= 0 ? got : notReadAtOnce(offset, into, got);
    } finally {
      descriptor.exit(user);
    }
  }

  private long notReadAtOnce(long offset, MemorySegment into, long result) {
    if (Errno.EOPNOTSUPP.is(result)) {
      cannotReadNoWait = true;
      return WOULD_BLOCK;
    }
    if (Errno.EAGAIN.is(result) || Errno.EINTR.is(result)) {
      return WOULD_BLOCK;
    }
    throw failed("preadv2 of " + into.byteSize() + " bytes at " + offset, result);
  }

  /// Writes all of `from` at `offset`; the file grows when that is behind its end.
  ///
  /// @throws BlockException READ_ONLY, NO_SPACE, IO; then any part of the range may have been
  ///   written
  public void write(long offset, MemorySegment from) {
    requireWritable("write");
    int user = descriptor.enter();
    try {
      long put = FileCalls.pwrite(descriptor.number(), from, offset);
      if (put != from.byteSize()) {
        writeRest(offset, from, put);
      }
    } finally {
      descriptor.exit(user);
    }
  }

  private void writeRest(long offset, MemorySegment from, long first) {
    long done = 0;
    long put = first;
    while (true) {
      if (put > 0) {
        done += put;
      } else if (!Errno.EINTR.is(put)) {
        throw failed("pwrite of " + from.byteSize() + " bytes at " + offset, put);
      }
      if (done == from.byteSize()) {
        return;
      }
      put = FileCalls.pwrite(descriptor.number(), from.asSlice(done), offset + done);
    }
  }

  /// Makes every write, truncation and allocation that ended before this call durable (fdatasync).
  ///
  /// Callers that wait for each other share one call of the kernel. A failure is final for this
  /// open file: Linux may have marked pages clean that never reached the disk, so a later success
  /// would prove nothing.
  ///
  /// @throws BlockException FLUSH_FAILED, also for every later call until the file is opened anew
  public void sync() {
    int user = descriptor.enter();
    try {
      // One at a time, because the kernel reports an error to one of several concurrent callers
      // only.
      syncs.run(this::syncNow);
    } finally {
      descriptor.exit(user);
    }
  }

  private void syncNow() {
    if (syncFailed) {
      throw new BlockException(
          Kind.FLUSH_FAILED,
          "an earlier fdatasync of '"
              + name
              + "' failed; what was written since the last good one may be lost");
    }
    long result = retried(() -> FileCalls.fdatasync(descriptor.number()));
    if (result < 0) {
      syncFailed = true;
      throw new BlockException(
          Kind.FLUSH_FAILED, "fdatasync of '" + name + "' failed with " + Errno.nameOf(result));
    }
  }

  /// Sets the length of the file; what is cut off is lost, what is added reads as zeroes and takes
  /// no space.
  public void truncate(long sizeBytes) {
    requireWritable("truncate");
    long result = call(() -> FileCalls.ftruncate(descriptor.number(), sizeBytes));
    if (result < 0) {
      throw failed("ftruncate to " + sizeBytes + " bytes", result);
    }
  }

  /// The length of the file or device, asked from the kernel.
  public long sizeBytes() {
    return found(
        call(() -> FileCalls.lseek(descriptor.number(), 0, FileCalls.SEEK_END)),
        "lseek to the end");
  }

  /// How much storage the file takes, asked from the kernel.
  public long allocatedBytes() {
    found(call(() -> PathCalls.statusOf(descriptor.number())), "statx");
    return PathCalls.Status.lastOfThisThread().allocatedBytes();
  }

  /// Lets the kernel begin to write out what is in memory of this file, without waiting for it. A
  /// hint: whether it comes to anything is seen by [#sync] alone.
  public void startWriteback() {
    long ignored = call(() -> FileCalls.startWriteback(descriptor.number()));
  }

  /// Makes `range` read as zeroes and gives its space back; the length of the file stays.
  ///
  /// @return false when the file system cannot: nothing has changed, the caller writes zeroes
  public boolean punchHole(ByteRange range) {
    return fallocate(FileCalls.PUNCH_HOLE | FileCalls.KEEP_SIZE, range, "fallocate(PUNCH_HOLE)");
  }

  /// Makes `range` read as zeroes and keeps or gives it space, without writing it; the length of
  /// the file stays.
  ///
  /// @return false when the file system cannot: nothing has changed, the caller writes zeroes
  public boolean zeroRange(ByteRange range) {
    return fallocate(FileCalls.ZERO_RANGE | FileCalls.KEEP_SIZE, range, "fallocate(ZERO_RANGE)");
  }

  /// Gives `range` space, so that no later write into it can fail for want of it; bytes that are
  /// there stay, the file grows to the end of the range.
  ///
  /// @return false when the file system cannot: nothing has changed
  public boolean allocate(ByteRange range) {
    return fallocate(0, range, "fallocate");
  }

  private boolean fallocate(int mode, ByteRange range, String what) {
    requireWritable(what);
    if (range.isEmpty()) {
      return true;
    }
    long result =
        call(() -> FileCalls.fallocate(descriptor.number(), mode, range.offset(), range.length()));
    if (isUnsupported(result)) {
      return false;
    }
    if (result < 0) {
      throw failed(what + " of " + range.length() + " bytes at " + range.offset(), result);
    }
    return true;
  }

  /// A block device says EINVAL for a range that does not fit its blocks.
  private static boolean isUnsupported(long result) {
    return Errno.EOPNOTSUPP.is(result)
        || Errno.ENOSYS.is(result)
        || Errno.ENODEV.is(result)
        || Errno.EINVAL.is(result);
  }

  /// The first byte at or behind `offset` that may hold data, or [#NO_DATA]. Everything before it
  /// reads as zeroes. Where holes are unknown (a block device), all is data.
  public long seekData(long offset) {
    long result = call(() -> FileCalls.lseek(descriptor.number(), offset, FileCalls.SEEK_DATA));
    if (knowsNoHoles(result, offset)) {
      return offset < sizeBytes() ? offset : NO_DATA;
    }
    return Errno.ENXIO.is(result) ? NO_DATA : found(result, "lseek(SEEK_DATA) from " + offset);
  }

  /// The first byte at or behind `offset` that lies in a hole; all from the end on counts as one.
  public long seekHole(long offset) {
    long result = call(() -> FileCalls.lseek(descriptor.number(), offset, FileCalls.SEEK_HOLE));
    if (knowsNoHoles(result, offset)) {
      return Math.max(offset, sizeBytes());
    }
    return Errno.ENXIO.is(result) ? offset : found(result, "lseek(SEEK_HOLE) from " + offset);
  }

  private static boolean knowsNoHoles(long result, long offset) {
    return Errno.EINVAL.is(result) && offset >= 0;
  }

  private long found(long result, String what) {
    if (result < 0) {
      throw failed(what, result);
    }
    return result;
  }

  /// Makes `source` of this file show at `targetOffset` of `target` too, by sharing the storage
  /// (FICLONERANGE): nothing is read or written, and who writes to one of the two later gets
  /// storage of its own. The target grows to the end of the range.
  ///
  /// @return false when it is not possible between these two, for want of a file system that can or
  ///   because the range does not fit its blocks: nothing has changed, the caller copies
  public boolean cloneRange(ByteRange source, OpenFile target, long targetOffset) {
    target.requireWritable("FICLONERANGE");
    if (source.isEmpty()) {
      // The kernel takes a length of 0 for all that is there.
      return true;
    }
    int targetUser = target.descriptor.enter();
    try {
      return cloned(source, target, targetOffset);
    } finally {
      target.descriptor.exit(targetUser);
    }
  }

  private boolean cloned(ByteRange source, OpenFile target, long targetOffset) {
    FileCalls.Place from = new FileCalls.Place(descriptor.number(), source.offset());
    FileCalls.Place to = new FileCalls.Place(target.descriptor.number(), targetOffset);
    long result = call(() -> FileCalls.cloneRange(from, to, source.length()));
    if (Errno.EXDEV.is(result) || Errno.ENOTTY.is(result) || isUnsupported(result)) {
      return false;
    }
    if (result < 0) {
      String what = "FICLONERANGE of %d bytes at %d to '%s'";
      throw failed(what.formatted(source.length(), source.offset(), target.name), result);
    }
    return true;
  }

  /// Lets no new call begin, waits for those under way and closes the descriptor. Idempotent. Makes
  /// nothing durable.
  ///
  /// @throws BlockException TIMEOUT when a call is still under way after 10 s; the last one then
  ///   closes the descriptor. IO when closing reports an error; the file is closed all the same
  @Override
  public void close() {
    descriptor.close(CLOSE_DEADLINE_MS);
  }

  /// The descriptor, for the byte locks that guard it.
  Descriptor descriptor() {
    return descriptor;
  }

  /// One system call, repeated while signals cut it short, with the descriptor kept open.
  private long call(LongSupplier systemCall) {
    int user = descriptor.enter();
    try {
      return retried(systemCall);
    } finally {
      descriptor.exit(user);
    }
  }

  private static long retried(LongSupplier systemCall) {
    long result;
    do {
      result = systemCall.getAsLong();
    } while (Errno.EINTR.is(result));
    return result;
  }

  private void requireWritable(String what) {
    if (access == Access.READ_ONLY) {
      throw new BlockException(
          Kind.READ_ONLY, what + " of '" + name + "' refused: it is open read-only");
    }
  }

  private BlockException failed(String what, long result) {
    return new BlockException(
        Errno.kindOf(result), what + " in '" + name + "' failed with " + Errno.nameOf(result));
  }
}
