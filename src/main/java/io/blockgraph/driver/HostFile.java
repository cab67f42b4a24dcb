package io.blockgraph.driver;

import io.blockgraph.block.ByteRange;
import java.lang.foreign.MemorySegment;

/// An open file of the host. Any thread; positioned I/O only. All failures are
/// [io.blockgraph.block.BlockException]s that name the file and the call.
public interface HostFile extends AutoCloseable {
  /// Reads at `offset` until `into` is full or the file ends; answers how many bytes there were.
  long read(long offset, MemorySegment into);

  /// Writes all of `from` at `offset`; the file grows when that is behind its end.
  void write(long offset, MemorySegment from);

  /// Makes everything written durable (fdatasync). After one failure every later call fails with
  /// FLUSH_FAILED.
  void sync();

  /// Begins to bring what was written to the storage, and waits for none of it.
  void startWriteback();

  /// The length in bytes.
  long sizeBytes();

  /// How many bytes of storage it takes.
  long allocatedBytes();

  /// Sets the length; what is added reads as zeroes.
  void truncate(long sizeBytes);

  /// Makes a hole, keeping the length; false when the file system cannot.
  boolean punchHole(ByteRange range);

  /// Makes zeroes that keep their storage; false when the file system cannot.
  boolean zeroRange(ByteRange range);

  /// The first offset at or behind `offset` that holds data; the file's length when there is none.
  long seekData(long offset);

  /// The first offset at or behind `offset` that is a hole; the file's length counts as one.
  long seekHole(long offset);

  /// Makes `range` show at `targetOffset` of `target` too, by sharing the storage; false when the
  /// pair cannot do that for this range, and then nothing has changed.
  boolean cloneTo(HostFile target, ByteRange range, long targetOffset);

  /// Gets ready for other permission locks (QEMU's bytes): bit i of a mask is the permission with
  /// ordinal i.
  ///
  /// @param used what the parents take
  /// @param unshared what they do not share
  /// @throws io.blockgraph.block.BlockException LOCKED, naming the permission, or UNSUPPORTED where
  ///   the file system has no such locks; then the locks are as before
  Prepared prepareLocks(int used, int unshared);

  /// Finds out whether [#prepareLocks] would be refused for the sake of others, and takes nothing.
  ///
  /// @throws io.blockgraph.block.BlockException LOCKED, naming the permission
  void requireLockable(int used, int unshared);

  /// Opens the very same file once more, for another mode. The locks are common to both and stay
  /// until both are closed; from now on either may change them.
  ///
  /// @throws io.blockgraph.block.BlockException FORBIDDEN, or INVALID when another file has the
  ///   name by now
  HostFile reopen(HostFiles.Mode mode);

  /// Which file this is: the same for two names of one file (device and inode).
  String identity();

  /// Lets go of locks and descriptor once no call is under way.
  @Override
  void close();
}
