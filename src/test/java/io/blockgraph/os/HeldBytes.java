package io.blockgraph.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// Which bytes of a file are locked at all, from the kernel's own list in /proc/locks.
final class HeldBytes {
  private HeldBytes() {}

  static TreeSet<Integer> of(Path file) throws IOException {
    String inode = ":" + Files.getAttribute(file, "unix:ino");
    TreeSet<Integer> bytes = new TreeSet<>();
    Files.readString(Path.of("/proc/locks"))
        .lines()
        .map(line -> line.split("\\s+"))
        .filter(words -> words.length > 3 && words[words.length - 3].endsWith(inode))
        .forEach(words -> range(words).forEach(bytes::add));
    return bytes;
  }

  private static IntStream range(String[] words) {
    return IntStream.rangeClosed(
        Integer.parseInt(words[words.length - 2]), Integer.parseInt(words[words.length - 1]));
  }
}
