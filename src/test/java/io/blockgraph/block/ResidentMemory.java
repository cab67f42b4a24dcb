package io.blockgraph.block;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much memory processes hold, as proc(5) tells it.
public final class ResidentMemory {
  private static final int BYTES_PER_KIB = 1024;

  private ResidentMemory() {}

  /// What this process holds that no file stands behind, in bytes: its heap and all else.
  public static long ownAnonymousBytes() throws IOException {
    return bytes("self", "RssAnon:");
  }

  /// All that a process holds, in bytes.
  public static long bytes(long pid) throws IOException {
    return bytes(Long.toString(pid), "VmRSS:");
  }

  private static long bytes(String process, String field) throws IOException {
    return Files.readAllLines(Path.of("/proc", process, "status")).stream()
        .filter(line -> line.startsWith(field))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * BYTES_PER_KIB)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + field + " of process " + process));
  }
}
