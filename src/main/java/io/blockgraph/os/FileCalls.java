package io.blockgraph.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.blockgraph.os.Foreign.Frame;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The calls on an open descriptor. Each makes exactly one system call and returns its result or
/// `-errno`; retries, fallbacks and messages are the caller's. Numbers are from Linux' uapi headers
/// (fcntl.h, falloc.h, fs.h).
final class FileCalls {
  static final int SEEK_END = 2;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;
  static final int KEEP_SIZE = 0x01;
  static final int PUNCH_HOLE = 0x02;
  static final int ZERO_RANGE = 0x10;
  static final int GET_FLAGS = 3;
  static final int SET_FLAGS = 4;
  static final int OFD_GETLK = 36;
  static final int OFD_SETLK = 37;

  private static final int RWF_NOWAIT = 0x08;
  private static final int SYNC_FILE_RANGE_WRITE = 2;
  private static final MethodHandle PREAD =
      Foreign.bind(
          "pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle PWRITE =
      Foreign.bind(
          "pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle PREADV2 =
      Foreign.bind(
          "preadv2",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS));

  /// `_IOW(0x94, 13, struct file_clone_range)`.
  private static final long CLONE_RANGE = 0x4020940DL;

  private static final MethodHandle IOCTL =
      Foreign.bindVariadic(
          "ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
  private static final MethodHandle LSEEK =
      Foreign.bind("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle FALLOCATE =
      Foreign.bind(
          "fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle FTRUNCATE =
      Foreign.bind("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle FDATASYNC =
      Foreign.bind("fdatasync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle SYNC_FILE_RANGE =
      Foreign.bind(
          "sync_file_range",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle FSYNC =
      Foreign.bind("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOSE =
      Foreign.bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle FCNTL =
      Foreign.bindVariadic(
          "fcntl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));

  private FileCalls() {}

  static long pread(int fd, MemorySegment into, long offset) {
    Frame frame = Foreign.frame();
    try {
      return frame.resultOrErrno(
          (long) PREAD.invokeExact(frame.capture, fd, into, into.byteSize(), offset));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  static long pwrite(int fd, MemorySegment from, long offset) {
    Frame frame = Foreign.frame();
    try {
      return frame.resultOrErrno(
          (long) PWRITE.invokeExact(frame.capture, fd, from, from.byteSize(), offset));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  /// Reads only what is in the page cache; EAGAIN when nothing is.
  ///
  /// The buffer is passed once more behind the last argument of preadv2, in a register that the
  /// function never looks at: an address inside of the iovec is only a number to the runtime, an
  /// argument is memory that it keeps alive during the call.
  static long preadNoWait(int fd, MemorySegment into, long offset) {
    Frame frame = Foreign.frame();
    MemorySegment iovec = frame.parameters;
    iovec.set(ADDRESS, 0, into);
    iovec.set(JAVA_LONG, ADDRESS.byteSize(), into.byteSize());
    try {
      return frame.resultOrErrno(
          (long) PREADV2.invokeExact(frame.capture, fd, iovec, 1, offset, RWF_NOWAIT, into));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  /// A place in a file.
  record Place(int fd, long offset) {}

  /// FICLONERANGE with a struct file_clone_range: source, its offset, length, offset in the target.
  static long cloneRange(Place from, Place to, long length) {
    Frame frame = Foreign.frame();
    MemorySegment range = frame.parameters;
    range.set(JAVA_LONG, 0, from.fd);
    range.set(JAVA_LONG, 8, from.offset);
    range.set(JAVA_LONG, 16, length);
    range.set(JAVA_LONG, 24, to.offset);
    try {
      return frame.resultOrErrno((int) IOCTL.invokeExact(frame.capture, to.fd, CLONE_RANGE, range));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  static long lseek(int fd, long offset, int whence) {
    Frame frame = Foreign.frame();
    try {
      return frame.resultOrErrno((long) LSEEK.invokeExact(frame.capture, fd, offset, whence));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  static long fallocate(int fd, int mode, long offset, long length) {
    Frame frame = Foreign.frame();
    try {
      return frame.resultOrErrno(
          (int) FALLOCATE.invokeExact(frame.capture, fd, mode, offset, length));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  static long ftruncate(int fd, long sizeBytes) {
    Frame frame = Foreign.frame();
    try {
      return frame.resultOrErrno((int) FTRUNCATE.invokeExact(frame.capture, fd, sizeBytes));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  static long fdatasync(int fd) {
    Frame frame = Foreign.frame();
    try {
      return frame.resultOrErrno((int) FDATASYNC.invokeExact(frame.capture, fd));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  /// Starts the write-back of all dirty pages of a file.
  static long startWriteback(int fd) {
    Frame frame = Foreign.frame();
    try {
      return frame.resultOrErrno(
          (int) SYNC_FILE_RANGE.invokeExact(frame.capture, fd, 0L, 0L, SYNC_FILE_RANGE_WRITE));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  static long fsync(int fd) {
    Frame frame = Foreign.frame();
    try {
      return frame.resultOrErrno((int) FSYNC.invokeExact(frame.capture, fd));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  static long close(int fd) {
    Frame frame = Foreign.frame();
    try {
      return frame.resultOrErrno((int) CLOSE.invokeExact(frame.capture, fd));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  /// fcntl with a number, or the address of a parameter block that the caller keeps alive.
  static long fcntl(int fd, int command, long argument) {
    Frame frame = Foreign.frame();
    try {
      return frame.resultOrErrno((int) FCNTL.invokeExact(frame.capture, fd, command, argument));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }
}
