package io.blockgraph.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A name in a directory, and what it is called for.
///
/// @param name the last part of a path
/// @param type what it is, as far as the file system says without being asked for each
public record DirectoryEntry(String name, Type type) {
  /// What an entry is.
  public enum Type {
    /// A regular file.
    FILE,
    /// A directory.
    DIRECTORY,
    /// Anything else, or the file system does not say.
    OTHER
  }

  private static final long BUFFER_BYTES = 32_768;
  private static final long LENGTH_AT = 16;
  private static final long TYPE_AT = 18;
  private static final long NAME_AT = 19;

  /// Reads a directory with getdents64 (struct linux_dirent64 in getdents(2)).
  static List<DirectoryEntry> readAll(int directory, String quoted, int limit) {
    List<DirectoryEntry> entries = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BUFFER_BYTES, Long.BYTES);
      long got = FileCalls.lseek(directory, 0, 0);
      while (got >= 0 && (got = PathCalls.getdents(directory, buffer)) > 0) {
        addAll(buffer.asSlice(0, got), entries);
        if (entries.size() > limit) {
          throw new BlockException(
              Kind.INVALID, "directory " + quoted + " has more than " + limit + " entries");
        }
      }
      if (got < 0) {
        throw new BlockException(
            Errno.kindOf(got), "directory " + quoted + " cannot be read, " + Errno.nameOf(got));
      }
    }
    return List.copyOf(entries);
  }

  private static void addAll(MemorySegment records, List<DirectoryEntry> entries) {
    long at = 0;
    while (at < records.byteSize()) {
      long length = Short.toUnsignedLong(records.get(JAVA_SHORT, at + LENGTH_AT));
      String name = nameIn(records.asSlice(at + NAME_AT, length - NAME_AT));
      if (ImagePath.isAcceptable(name)) {
        entries.add(new DirectoryEntry(name, typeOf(records.get(JAVA_BYTE, at + TYPE_AT))));
      }
      at += length;
    }
  }

  /// A name that is no UTF-8 gets replacement characters here, and cannot be opened by them.
  private static String nameIn(MemorySegment bytes) {
    return bytes.getString(0, StandardCharsets.UTF_8);
  }

  private static Type typeOf(byte type) {
    return switch (type) {
      case 8 -> Type.FILE;
      case 4 -> Type.DIRECTORY;
      default -> Type.OTHER;
    };
  }
}
