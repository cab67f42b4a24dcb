package io.blockgraph.os;

import io.blockgraph.block.BlockException;
import io.blockgraph.os.ImageRoots.Devices;
import io.blockgraph.os.OpenFile.Access;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Another JVM that locks an image.
///
///     hold FOLDER NAME USED UNSHARED    takes the locks, prints "held" and waits to be killed
///     race FOLDER NAME MILLISECONDS     prints "ready" and waits for a line; takes and drops a writer's locks, prints how
///                                       often it got them, or "two owners"
final class LockingProcess implements AutoCloseable {
  private static final long DEADLINE_S = 60;

  private final Process process;
  private final BufferedReader output;

  private LockingProcess(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  static LockingProcess start(String... arguments) throws Exception {
    return new LockingProcess(
        new ProcessBuilder(command(arguments))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  private static List<String> command(String... arguments) {
    List<String> command = javaCommand();
    command.add(LockingProcess.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /// The start of the command line of a JVM that sees what was compiled and nothing else.
  static List<String> javaCommand() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-ea", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(placeOf(OpenFile.class) + ":" + placeOf(LockingProcess.class));
    return command;
  }

  private static Path placeOf(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  long pid() {
    return process.pid();
  }

  /// Lets it begin.
  void go() throws IOException {
    try (OutputStream input = process.getOutputStream()) {
      input.write('\n');
    }
  }

  /// The next line it prints; it ends by itself within a minute, so this does too.
  String line() throws IOException {
    return String.valueOf(output.readLine());
  }

  /// kill -9, and its end.
  @Override
  public void close() throws Exception {
    process.destroyForcibly();
    if (!process.waitFor(DEADLINE_S, TimeUnit.SECONDS)) {
      throw new AssertionError("process " + process.pid() + " outlived kill -9");
    }
  }

  public static void main(String[] arguments) throws Exception {
    try (ImageRoots roots = ImageRoots.open(List.of(Path.of(arguments[1])), Devices.REFUSED);
        OpenFile file = roots.open(arguments[2], Access.READ_WRITE)) {
      if (arguments[0].equals("hold")) {
        hold(file, Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
      } else {
        race(file, Integer.parseInt(arguments[3]));
      }
    }
  }

  private static void hold(OpenFile file, int used, int unshared) throws Exception {
    try (ByteLocks locks = ByteLocks.open(file, ByteLocks.Mode.ON)) {
      locks.prepare(used, unshared);
      locks.commit();
      System.out.println("held");
      Thread.sleep(TimeUnit.SECONDS.toMillis(DEADLINE_S));
    } catch (BlockException e) {
      System.out.println(e.kind() + " " + e.getMessage());
    }
  }

  /// A file that only one owner can make tells whether there are two. Pauses of different lengths
  /// let the other one in.
  private static void race(OpenFile file, int forMs) throws IOException {
    Path owner = Path.of(file.name() + ".owner");
    int owned = 0;
    int refused = 0;
    try (ByteLocks locks = ByteLocks.open(file, ByteLocks.Mode.ON)) {
      System.out.println("ready");
      int told = System.in.read();
      assert told >= 0;
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(forMs);
      while (System.nanoTime() < end) {
        boolean got = ownOnce(locks, owner);
        owned += got ? 1 : 0;
        refused += got ? 0 : 1;
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(owned % 8 * 100));
      }
    }
    System.out.println("owned " + owned + " refused " + refused);
  }

  private static boolean ownOnce(ByteLocks locks, Path owner) throws IOException {
    try {
      locks.prepare(
          ByteLocks.WRITE | ByteLocks.CONSISTENT_READ, ByteLocks.WRITE | ByteLocks.RESIZE);
    } catch (BlockException e) {
      return false;
    }
    locks.commit();
    try {
      Files.createFile(owner);
      Files.delete(owner);
    } catch (FileAlreadyExistsException e) {
      System.out.println("two owners");
      Runtime.getRuntime().halt(1);
    }
    locks.prepare(0, 0);
    locks.commit();
    return true;
  }
}
