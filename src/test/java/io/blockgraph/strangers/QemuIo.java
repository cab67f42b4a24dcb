package io.blockgraph.strangers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `qemu-io`: reads and writes of patterns, as a guest would do them.
public final class QemuIo {
  private QemuIo() {}

  /// Runs commands (as after `-c`) on an image of a named format; fails when one of them fails or a
  /// pattern differs.
  public static Ran run(Path image, String format, String... commands) {
    return run(image.toString(), List.of("-f", format), commands);
  }

  /// Runs commands on whatever `target` names for `options`: an NBD URI, `--image-opts`, a
  /// read-only image.
  public static Ran run(String target, List<String> options, String... commands) {
    Ran ran = tryRun(target, options, commands).ok();
    boolean differs = ran.out().contains("verification failed") || ran.out().contains(" failed: ");
    return differs ? ran.fail("a command failed") : ran;
  }

  /// The same, for commands that may fail: nothing is judged.
  public static Ran tryRun(String target, List<String> options, String... commands) {
    List<String> arguments = new ArrayList<>(options);
    for (String command : commands) {
      arguments.add("-c");
      arguments.add(command);
    }
    arguments.add(target);
    return Tool.QEMU_IO.run(arguments);
  }

  /// The command that writes one byte value over a range.
  public static String write(int pattern, long offset, long length) {
    return "write -P " + pattern + " " + offset + " " + length;
  }

  /// The same, not waiting for the end before the next command; close with [#awaitAll].
  public static String asyncWrite(int pattern, long offset, long length) {
    return "aio_write -P " + pattern + " " + offset + " " + length;
  }

  /// The command that waits for all asynchronous ones.
  public static String awaitAll() {
    return "aio_flush";
  }

  /// The command that makes a range read as zeroes and lets its storage go.
  public static String zero(long offset, long length) {
    return "write -z -u " + offset + " " + length;
  }

  /// The command that discards a range.
  public static String discard(long offset, long length) {
    return "discard " + offset + " " + length;
  }

  /// The command that writes one cluster compressed.
  public static String writeCompressed(int pattern, long offset, long length) {
    return "write -c -P " + pattern + " " + offset + " " + length;
  }

  /// The command that reads a range and fails unless all its bytes are `pattern`.
  public static String verify(int pattern, long offset, long length) {
    return "read -P " + pattern + " " + offset + " " + length;
  }
}
