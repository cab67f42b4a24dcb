package io.blockgraph.bench.scale;

import io.blockgraph.block.ResidentMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// What a process takes of the memory.
final class Memory {
  private Memory() {}

  /// Its resident pages, in KiB.
  static long residentKib(long pid) throws IOException {
    return ResidentMemory.bytes(pid) / 1024;
  }

  /// What lives on the heap of a JVM after a collection, in KiB.
  static long liveKib(long pid) throws IOException {
    jcmd(pid, "GC.run");
    String told = jcmd(pid, "GC.heap_info");
    return told.lines()
        .filter(
            line ->
                (line.contains("heap") && line.contains("used ")) || line.contains(" generation"))
        .filter(line -> line.contains("used "))
        .mapToLong(line -> Long.parseLong(line.replaceAll(".*used (\\d+)K.*", "$1")))
        .sum();
  }

  private static String jcmd(long pid, String command) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                command)
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
