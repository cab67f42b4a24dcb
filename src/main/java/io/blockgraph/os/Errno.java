package io.blockgraph.os;

import io.blockgraph.block.BlockException.Kind;

/// The error numbers of Linux that file calls give, and the kind of trouble each is for a caller.
///
/// Numbers are those of asm-generic, which x86-64 and AArch64 share.
enum Errno {
  EPERM(1, Kind.FORBIDDEN),
  ENOENT(2, Kind.NOT_FOUND),
  EINTR(4, Kind.IO),
  EIO(5, Kind.IO),
  ENXIO(6, Kind.INVALID),
  EBADF(9, Kind.IO),
  EAGAIN(11, Kind.LOCKED),
  ENOMEM(12, Kind.IO),
  EACCES(13, Kind.FORBIDDEN),
  EBUSY(16, Kind.LOCKED),
  EEXIST(17, Kind.EXISTS),
  EXDEV(18, Kind.FORBIDDEN),
  ENODEV(19, Kind.UNSUPPORTED),
  ENOTDIR(20, Kind.NOT_FOUND),
  EISDIR(21, Kind.INVALID),
  EINVAL(22, Kind.INVALID),
  ENFILE(23, Kind.IO),
  EMFILE(24, Kind.IO),
  ENOTTY(25, Kind.UNSUPPORTED),
  ETXTBSY(26, Kind.LOCKED),
  EFBIG(27, Kind.NO_SPACE),
  ENOSPC(28, Kind.NO_SPACE),
  EROFS(30, Kind.READ_ONLY),
  ENAMETOOLONG(36, Kind.INVALID),
  ENOLCK(37, Kind.UNSUPPORTED),
  ENOSYS(38, Kind.UNSUPPORTED),
  ELOOP(40, Kind.FORBIDDEN),
  EOVERFLOW(75, Kind.IO),
  EOPNOTSUPP(95, Kind.UNSUPPORTED),
  ETIMEDOUT(110, Kind.TIMEOUT),
  ESTALE(116, Kind.IO),
  EDQUOT(122, Kind.NO_SPACE);

  private final int number;
  private final Kind kind;

  Errno(int number, Kind kind) {
    this.number = number;
    this.kind = kind;
  }

  /// Whether `result` of a call (see [FileCalls]) is this error.
  boolean is(long result) {
    return result == -number;
  }

  /// What a call answers that fails so.
  long result() {
    return -number;
  }

  /// The kind of trouble behind the failed `result`; IO for a number without a name here.
  static Kind kindOf(long result) {
    for (Errno errno : values()) {
      if (errno.is(result)) {
        return errno.kind;
      }
    }
    return Kind.IO;
  }

  /// The name of the error behind the failed `result`, or its number.
  static String nameOf(long result) {
    for (Errno errno : values()) {
      if (errno.is(result)) {
        return errno.name();
      }
    }
    return "errno " + -result;
  }
}
