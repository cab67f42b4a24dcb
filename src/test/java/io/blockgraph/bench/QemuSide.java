package io.blockgraph.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// QEMU's tools: they make the images and are the side to compare with.
final class QemuSide {
  /// The byte that images are made of and that both sides write.
  static final int PATTERN = 0x5a;

  private static final int CLUSTER_BYTES = 64 * 1024;
  private static final Pattern TIME = Pattern.compile("Run completed in ([0-9.]+) seconds");
  private static final long DEADLINE_SECONDS = 300;

  private QemuSide() {}

  /// Requests per second on an image by QEMU's own clock, which leaves out opening and closing.
  ///
  /// @param aio how QEMU asks the kernel: `threads`, its default, or `io_uring`
  static double requestsPerSecond(Load load, Path image, String aio)
      throws IOException, InterruptedException {
    List<String> command =
        words("qemu-img bench -f qcow2 -t writeback -i " + aio + " -d " + load.depth());
    command.addAll(words("-c " + load.span().requests() + " -s " + load.sizeBytes()));
    command.addAll(words("-S " + load.stepBytes()));
    if (load.kind().writes()) {
      command.addAll(words("-w --pattern=" + PATTERN));
    }
    if (load.kind().flushes()) {
      command.add("--flush-interval=" + Load.FLUSH_EVERY);
    }
    command.add(image.toString());
    Matcher told = TIME.matcher(run(command));
    if (!told.find()) {
      throw new IllegalStateException("no run time in the answer of " + command);
    }
    return load.span().requests() / Double.parseDouble(told.group(1));
  }

  /// An image with clusters of 64 KiB that holds nothing.
  static void create(Path image, long diskBytes) throws IOException, InterruptedException {
    List<String> command = words("qemu-img create -q -f qcow2 -o cluster_size=64k");
    command.addAll(List.of(image.toString(), Long.toString(diskBytes)));
    run(command);
  }

  /// Writes every byte of an image's disk, a cluster at a time: one huge write would leave the page
  /// cache with huge folios, and ext4 then spends ten times as long in every 4 KiB overwrite.
  static void fill(Path image, long diskBytes) throws IOException, InterruptedException {
    String size = Integer.toString(CLUSTER_BYTES);
    List<String> command = words("qemu-img bench -f qcow2 -w -d 1 --pattern=" + PATTERN);
    command.addAll(List.of("-s", size, "-S", size));
    command.addAll(List.of("-c", Long.toString(diskBytes / CLUSTER_BYTES), image.toString()));
    run(command);
  }

  /// An image of which all clusters are compressed: words of a small language, in any order.
  static void compress(Path image, long diskBytes, String compression)
      throws IOException, InterruptedException {
    Path raw = image.resolveSibling(compression + ".raw");
    if (!Files.exists(raw)) {
      Files.write(raw, words((int) diskBytes));
    }
    List<String> command = words("qemu-img convert -c -f raw -O qcow2 -o");
    command.add("cluster_size=" + CLUSTER_BYTES + ",compression_type=" + compression);
    command.addAll(List.of(raw.toString(), image.toString()));
    run(command);
  }

  private static byte[] words(int bytes) {
    Random random = new Random(1);
    byte[][] language = new byte[2048][];
    for (int i = 0; i < language.length; i++) {
      language[i] = new byte[2 + random.nextInt(9)];
      random.nextBytes(language[i]);
    }
    byte[] text = new byte[bytes];
    for (int at = 0; at < bytes; ) {
      byte[] word = language[random.nextInt(1 + random.nextInt(language.length))];
      int length = Math.min(word.length, bytes - at);
      System.arraycopy(word, 0, text, at, length);
      at += length;
    }
    return text;
  }

  /// Fails when QEMU finds an error or a leak.
  static void check(Path image) throws IOException, InterruptedException {
    run(List.of("qemu-img", "check", "-q", "-f", "qcow2", image.toString()));
  }

  /// Runs a program to its end and answers what it printed.
  static String run(List<String> command) throws IOException, InterruptedException {
    Path printed = Files.createTempFile("printed", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(printed.toFile())
              .start();
      if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("more than " + DEADLINE_SECONDS + " s: " + command);
      }
      String text = Files.readString(printed, StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new IllegalStateException(command + " failed: " + text);
      }
      return text;
    } finally {
      Files.delete(printed);
    }
  }

  private static List<String> words(String text) {
    return new ArrayList<>(Arrays.asList(text.split(" ", -1)));
  }
}
