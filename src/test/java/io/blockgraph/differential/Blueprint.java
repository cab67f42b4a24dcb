package io.blockgraph.differential;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What a node shall be.
sealed interface Blueprint {
  /// Whether the node may be written.
  Access access();

  /// The driver, in Blockgraph's words.
  default String driver() {
    return switch (this) {
      case File _ -> "file";
      case Raw _, Window _ -> "raw";
      case Qcow2 _ -> "qcow2";
      case Null _ -> "null";
      case Throttle _ -> "throttle";
      case Filter(String name, _) -> name;
      case Luks _ -> "luks";
      case CopyOnRead _ -> "copy-on-read";
      case Blkdebug _ -> "blkdebug";
      case Quorum _ -> "quorum";
      case Blkverify _ -> "blkverify";
    };
  }

  /// The file of an image.
  record File(Image image, Access access) implements Blueprint {}

  /// The bytes of a file as they are.
  record Raw(Below file, Access access) implements Blueprint {}

  /// A part of a file.
  record Window(Below file, long offset, OptionalLong size, Access access) implements Blueprint {}

  /// A qcow2 image.
  record Qcow2(Below file, Optional<String> backing, Access access) implements Blueprint {}

  /// A disk that forgets.
  record Null(long size, Access access) implements Blueprint {}

  /// A filter without limits.
  record Throttle(Below file, Access access) implements Blueprint {}

  /// A filter without options.
  record Filter(String name, Below file) implements Blueprint {
    @Override
    public Access access() {
      return Access.WRITABLE;
    }
  }

  /// An encrypted image.
  record Luks(Below file, String keySecret, Access access) implements Blueprint {}

  /// A filter that brings up what it reads.
  record CopyOnRead(Below file, Access access) implements Blueprint {}

  /// A filter that bends permissions.
  record Blkdebug(Below file, List<String> takes, List<String> unshares) implements Blueprint {
    @Override
    public Access access() {
      return Access.WRITABLE;
    }
  }

  /// Several disks and a vote.
  record Quorum(List<Below> children, int threshold, Access access) implements Blueprint {}

  /// A filter that compares two disks.
  record Blkverify(Below raw, Below test) implements Blueprint {
    @Override
    public Access access() {
      return Access.WRITABLE;
    }
  }
}
