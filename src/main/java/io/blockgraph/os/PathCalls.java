package io.blockgraph.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.blockgraph.os.Foreign.Frame;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The calls that look up names. Results as in [FileCalls].
///
/// Numbers are from Linux' uapi headers (fcntl.h, openat2.h, stat.h); openat2 has number 437 on
/// every architecture, O_DIRECTORY differs between x86 and ARM.
final class PathCalls {
  static final int CURRENT_DIRECTORY = -100;
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_NOCTTY = 0x100;
  static final int O_NONBLOCK = 0x800;
  static final int O_DIRECTORY = System.getProperty("os.arch").equals("aarch64") ? 0x4000 : 0x10000;
  static final int O_CLOEXEC = 0x80000;
  static final int O_PATH = 0x200000;

  /// Follow what the path says.
  static final long RESOLVE_ANYWHERE = 0;

  /// RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and RESOLVE_NO_MAGICLINKS.
  static final long RESOLVE_CONFINED = 0x08 | 0x04 | 0x02;

  private static final long OPENAT2 = 437;
  private static final int OPEN_HOW_BYTES = 24;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_BASIC = 0x7ff;
  private static final MethodHandle SYSCALL =
      Foreign.bindVariadic(
          "syscall",
          1,
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
  private static final MethodHandle STATX =
      Foreign.bind(
          "statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle UNLINKAT =
      Foreign.bind("unlinkat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle GETDENTS =
      Foreign.bind("getdents64", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

  private PathCalls() {}

  /// How a path is opened: O_ flags, the mode of a file that is made, RESOLVE_ flags.
  record How(int flags, int mode, long resolve) {
    /// Opens what is there.
    static How existing(int flags, long resolve) {
      return new How(flags | O_CLOEXEC, 0, resolve);
    }
  }

  static long openat2(int directory, String path, How how) {
    Frame frame = Foreign.frame();
    MemorySegment parameters = frame.parameters;
    parameters.set(JAVA_LONG, 0, how.flags);
    parameters.set(JAVA_LONG, 8, how.mode);
    parameters.set(JAVA_LONG, 16, how.resolve);
    try (Arena arena = Arena.ofConfined()) {
      return frame.resultOrErrno(
          (long)
              SYSCALL.invokeExact(
                  frame.capture,
                  OPENAT2,
                  directory,
                  arena.allocateFrom(path),
                  parameters,
                  (long) OPEN_HOW_BYTES));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  /// Asks what an open descriptor is; the answer is read with [Status#lastOfThisThread].
  static long statusOf(int fd) {
    return statx(fd, "", AT_EMPTY_PATH);
  }

  /// Asks what `name` in a directory is, not following a symbolic link.
  static long statusIn(int directory, String name) {
    return statx(directory, name, AT_SYMLINK_NOFOLLOW);
  }

  private static long statx(int fd, String path, int flags) {
    Frame frame = Foreign.frame();
    try (Arena arena = Arena.ofConfined()) {
      return frame.resultOrErrno(
          (int)
              STATX.invokeExact(
                  frame.capture,
                  fd,
                  arena.allocateFrom(path),
                  flags,
                  STATX_BASIC,
                  frame.parameters));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  static long unlinkat(int directory, String name) {
    Frame frame = Foreign.frame();
    try (Arena arena = Arena.ofConfined()) {
      return frame.resultOrErrno(
          (int) UNLINKAT.invokeExact(frame.capture, directory, arena.allocateFrom(name), 0));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  static long getdents(int directory, MemorySegment into) {
    Frame frame = Foreign.frame();
    try {
      return frame.resultOrErrno(
          (long) GETDENTS.invokeExact(frame.capture, directory, into, into.byteSize()));
    } catch (Throwable t) {
      throw Foreign.thrown(t);
    }
  }

  /// What a file is, from the answer of statx (whose layout is the same on every architecture).
  ///
  /// @param allocatedBytes storage that is taken; the kernel counts it in units of 512 bytes
  record Status(int mode, FileIdentity identity, long allocatedBytes) {
    private static final int TYPE = 0xf000;
    private static final int REGULAR = 0x8000;
    private static final int DIRECTORY = 0x4000;
    private static final int BLOCK_DEVICE = 0x6000;

    /// The answer to the last successful question of this thread.
    static Status lastOfThisThread() {
      MemorySegment statx = Foreign.frame().parameters;
      long major = Integer.toUnsignedLong(statx.get(JAVA_INT, 136));
      long minor = Integer.toUnsignedLong(statx.get(JAVA_INT, 140));
      int mode = Short.toUnsignedInt(statx.get(JAVA_SHORT, 28));
      FileIdentity identity =
          (mode & TYPE) == BLOCK_DEVICE
              ? new FileIdentity(statx.get(JAVA_INT, 128), statx.get(JAVA_INT, 132), 0)
              : new FileIdentity((int) major, (int) minor, statx.get(JAVA_LONG, 32));
      return new Status(mode, identity, statx.get(JAVA_LONG, 48) * 512);
    }

    boolean isRegular() {
      return (mode & TYPE) == REGULAR;
    }

    boolean isDirectory() {
      return (mode & TYPE) == DIRECTORY;
    }

    boolean isBlockDevice() {
      return (mode & TYPE) == BLOCK_DEVICE;
    }

    /// The type in words.
    String what() {
      return switch (mode & TYPE) {
        case REGULAR -> "a regular file";
        case DIRECTORY -> "a directory";
        case BLOCK_DEVICE -> "a block device";
        case 0x2000 -> "a character device";
        case 0x1000 -> "a pipe";
        case 0xc000 -> "a socket";
        case 0xa000 -> "a symbolic link";
        default -> "something unknown";
      };
    }
  }
}
