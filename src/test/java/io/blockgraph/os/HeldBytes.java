package io.blockgraph.os;

import java.io.IOException;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// Which bytes of a file are locked at all, as the kernel tells it.
final class HeldBytes {
  private HeldBytes() {}

  static TreeSet<Integer> of(Path file) throws IOException {
    TreeSet<Integer> bytes = new TreeSet<>();
    KernelLocks.of(file)
        .forEach(lock -> IntStream.rangeClosed(lock.first(), lock.last()).forEach(bytes::add));
    return bytes;
  }
}
