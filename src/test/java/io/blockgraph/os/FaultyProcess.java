package io.blockgraph.os;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.os.ImageRoots.Devices;
import io.blockgraph.os.OpenFile.Access;
import java.nio.file.Path;
import java.util.List;

/// Another JVM that makes calls on the file `a.img`, started such that some of them fail. It prints
/// one line per call: `ok`, the number the call gave, or kind and message of the failure.
final class FaultyProcess {
  private FaultyProcess() {}

  /// The command line that runs `calls` (names of the methods below) one after the other in
  /// `folder`.
  static List<String> command(Path folder, String... calls) {
    List<String> command = LockingProcess.javaCommand();
    command.add(FaultyProcess.class.getName());
    command.add(folder.toString());
    command.addAll(List.of(calls));
    return command;
  }

  public static void main(String[] arguments) {
    try (ImageRoots roots = ImageRoots.open(List.of(Path.of(arguments[0])), Devices.REFUSED);
        OpenFile file = roots.open("a.img", Access.READ_WRITE)) {
      for (String call : List.of(arguments).subList(1, arguments.length)) {
        System.out.println(answer(roots, file, call));
      }
    } catch (BlockException e) {
      System.out.println(e.kind() + " " + e.getMessage());
    }
  }

  private static String answer(ImageRoots roots, OpenFile file, String call) {
    try {
      return call.equals("create") ? done(() -> roots.create("b.img").close()) : call(file, call);
    } catch (BlockException e) {
      return e.kind() + " " + e.getMessage();
    }
  }

  private static String call(OpenFile file, String call) {
    return switch (call) {
      case "read" -> String.valueOf(Patterns.count(Patterns.read(file, 0, 8192), 'd'));
      case "readNoWait" -> String.valueOf(file.readNoWait(0, Patterns.of(0, 8192)));
      case "write" -> wrote(file, 8192);
      case "fill" -> wrote(file, 4 << 20);
      case "sync" -> done(file::sync);
      case "truncate" -> done(() -> file.truncate(100_000));
      case "punchHole" -> String.valueOf(file.punchHole(new ByteRange(0, 4096)));
      case "zeroRange" -> String.valueOf(file.zeroRange(new ByteRange(0, 4096)));
      case "allocate" -> String.valueOf(file.allocate(new ByteRange(0, 4096)));
      case "cloneRange" -> String.valueOf(file.cloneRange(new ByteRange(0, 4096), file, 65_536));
      case "seekData" -> String.valueOf(file.seekData(0));
      case "locks" -> locked(file, ByteLocks.Mode.ON);
      case "locksIfPossible" -> locked(file, ByteLocks.Mode.AUTO);
      default -> throw new IllegalArgumentException(call);
    };
  }

  private static String done(Runnable action) {
    action.run();
    return "ok";
  }

  private static String wrote(OpenFile file, int bytes) {
    file.write(0, Patterns.of('w', bytes));
    return "ok " + Patterns.prefix(Patterns.read(file, 0, bytes), 'w');
  }

  private static String locked(OpenFile file, ByteLocks.Mode mode) {
    ByteLocks locks = ByteLocks.open(file, mode);
    locks.prepare(ByteLocks.WRITE, ByteLocks.WRITE);
    locks.commit();
    locks.close();
    return "ok";
  }
}
