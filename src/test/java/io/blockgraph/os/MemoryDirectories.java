package io.blockgraph.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Directories for thousands of small images that come and go, and that no crash of the machine
/// need spare: in memory where there is room. Containers often have 64 MiB there, which two classes
/// of tests would have to share.
public final class MemoryDirectories {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOM_BYTES = 1L << 30;

  private MemoryDirectories() {}

  /// Makes a new one; whoever asks for it removes it.
  public static Path create(String prefix) throws IOException {
    return isRoomy()
        ? Files.createTempDirectory(MEMORY, prefix)
        : Files.createTempDirectory(prefix);
  }

  private static boolean isRoomy() throws IOException {
    return Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM_BYTES;
  }
}
