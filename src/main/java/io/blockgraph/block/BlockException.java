package io.blockgraph.block;

import org.jspecify.annotations.Nullable;

/// The world broke while bytes were moved: what kind of trouble, where, and what caused it.
///
/// Thrown as it is through every layer and mapped once by each protocol (an NBD errno, a problem
/// over HTTP). The message says what, which file or node, which number.
public final class BlockException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// What kind of trouble.
  public enum Kind {
    /// The storage answered with an error (EIO and everything without a kind of its own).
    IO,
    /// No space left, quota used up, or the file size limit reached.
    NO_SPACE,
    /// The request leaves the disk.
    OUT_OF_RANGE,
    /// A write to something that is read-only.
    READ_ONLY,
    /// An image contradicts itself; it is flagged and takes no more writes.
    CORRUPT,
    /// An image is malformed or asks for what is not supported; it was not opened.
    BAD_IMAGE,
    /// Disks that must have the same length have not.
    SIZE_MISMATCH,
    /// The disk cannot do this at all.
    UNSUPPORTED,
    /// An argument is wrong in itself.
    INVALID,
    /// Another process holds a lock that stands in the way.
    LOCKED,
    /// No such file.
    NOT_FOUND,
    /// A file that should be made is there already.
    EXISTS,
    /// The path leaves the configured roots, or the system denies access.
    FORBIDDEN,
    /// The node was closed.
    CLOSED,
    /// A flush failed now or earlier; what was written since the last good flush may be lost.
    FLUSH_FAILED,
    /// A deadline passed.
    TIMEOUT
  }

  private final Kind kind;

  /// Trouble without a cause of its own.
  public BlockException(Kind kind, String message) {
    this(kind, message, null);
  }

  /// Trouble caused by another failure.
  public BlockException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /// What kind of trouble.
  public Kind kind() {
    return kind;
  }
}
