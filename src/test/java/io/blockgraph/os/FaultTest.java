package io.blockgraph.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.Ran;
import io.blockgraph.strangers.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of every error and half success of the kernel. strace makes them: it changes what
/// the calls of another JVM on the image give.
final class FaultTest {
  private static final Tool STRACE = new Tool("strace", "strace");

  /// Every call of a JVM that starts is stopped and let go.
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  @TempDir Path folder;

  @BeforeEach
  void create() throws Exception {
    Files.writeString(folder.resolve("a.img"), "d".repeat(8192));
  }

  /// Runs `calls` while `fault` is injected; gives what each call answered.
  private List<String> under(String fault, String... calls) {
    List<String> arguments = new ArrayList<>(List.of("-f", "-qq", "-o", "/dev/null"));
    String image = folder.resolve("a.img").toString();
    boolean onImage = !fault.startsWith("openat2") && !fault.startsWith("fsync");
    if (onImage) {
      arguments.addAll(List.of("-P", image));
    }
    arguments.addAll(List.of("-e", "inject=" + fault));
    arguments.addAll(FaultyProcess.command(folder, calls));
    Ran ran = STRACE.run(arguments, DEADLINE).ok();
    return ran.out().lines().toList();
  }

  private String nameInMessages() {
    return "'" + folder.resolve("a.img") + "'";
  }

  @Test
  void reportsAReadErrorAndReadsOnAfterwards() {
    assertThat(under("pread64:error=EIO:when=1", "read", "read"))
        .containsExactly(
            "IO pread of 8192 bytes at 0 in " + nameInMessages() + " failed with EIO", "8192");
  }

  @Test
  void repeatsACallThatASignalCutShort() {
    assertThat(
            under(
                "pread64,pwrite64,fdatasync,ftruncate:error=EINTR:when=1..3",
                "read",
                "write",
                "sync",
                "truncate"))
        .containsExactly("8192", "ok 8192", "ok", "ok");
  }

  @Test
  void reportsEachErrorOfAWriteWithItsKind() {
    assertThat(under("pwrite64:error=EIO:when=1", "write"))
        .first()
        .asString()
        .startsWith("IO pwrite of 8192");
    assertThat(under("pwrite64:error=ENOSPC:when=1", "write"))
        .first()
        .asString()
        .startsWith("NO_SPACE pwrite");
    assertThat(under("pwrite64:error=EDQUOT:when=1", "write"))
        .first()
        .asString()
        .endsWith("failed with EDQUOT");
    assertThat(under("pwrite64:error=EROFS:when=1", "write"))
        .first()
        .asString()
        .startsWith("READ_ONLY pwrite");
  }

  @Test
  void neverTakesAShortResultForTheWhole() {
    // strace says 100 and does nothing: the rest, and only the rest, must be asked for.
    assertThat(under("pread64:retval=100:when=1", "read")).containsExactly("8092");
    assertThat(under("pwrite64:retval=100:when=1", "write")).containsExactly("ok 0");
    assertThat(folder.resolve("a.img")).hasContent("d".repeat(100) + "w".repeat(8092));
    assertThat(under("pwrite64:retval=0:when=1", "write"))
        .first()
        .asString()
        .startsWith("IO pwrite");
  }

  @Test
  void syncStaysFailedAfterOneFailure() {
    List<String> answers =
        under("fdatasync:error=EIO:when=2", "write", "sync", "write", "sync", "sync", "sync");

    assertThat(answers.subList(0, 3)).containsExactly("ok 8192", "ok", "ok 8192");
    assertThat(answers.get(3))
        .isEqualTo("FLUSH_FAILED fdatasync of " + nameInMessages() + " failed with EIO");
    assertThat(answers.subList(4, 6))
        .allMatch(line -> line.startsWith("FLUSH_FAILED an earlier fdatasync"));
  }

  @Test
  void aFileSystemWithoutAnAbilityIsAnsweredNotFailed() {
    assertThat(
            under("fallocate:error=EOPNOTSUPP", "punchHole", "punchHole", "zeroRange", "allocate"))
        .containsExactly("false", "false", "false", "false");
    assertThat(under("preadv2:error=EOPNOTSUPP", "readNoWait", "readNoWait", "read"))
        .containsExactly("-1", "-1", "8192");
    assertThat(under("ioctl:error=EXDEV", "cloneRange")).containsExactly("false");
  }

  @Test
  void otherErrorsOfTheseCallsAreFailures() {
    assertThat(under("fallocate:error=EIO", "punchHole", "zeroRange", "allocate"))
        .allMatch(line -> line.startsWith("IO fallocate"));
    assertThat(under("preadv2:error=EIO", "readNoWait"))
        .first()
        .asString()
        .startsWith("IO preadv2");
    assertThat(under("ioctl:error=ENOSPC", "cloneRange"))
        .first()
        .asString()
        .startsWith("NO_SPACE FICLONERANGE");
    assertThat(under("ftruncate:error=EFBIG", "truncate"))
        .first()
        .asString()
        .startsWith("NO_SPACE ftruncate");
  }

  @Test
  void aFileWhoseNameCannotBeMadeDurableIsNotMade() {
    for (String fault : List.of("fsync:error=EIO:when=1", "fsync:error=EIO")) {
      assertThat(under(fault, "create"))
          .singleElement()
          .asString()
          .startsWith("IO image path 'b.img' cannot be made durable in its directory");
      assertThat(folder.resolve("b.img")).doesNotExist();
    }
    assertThat(under("fsync:error=EINVAL", "create")).containsExactly("ok");
  }

  @Test
  void aFileSystemWithoutLocksIsRefusedUnlessTheOperatorAllowsIt() {
    List<String> answers = under("fcntl:error=ENOLCK:when=3+", "locks", "locksIfPossible");

    assertThat(answers.get(0))
        .startsWith("UNSUPPORTED the file system of " + nameInMessages() + " takes no byte locks");
    assertThat(answers.get(1)).isEqualTo("ok");
  }

  @Test
  void aKernelWithoutOpenat2IsRefusedAndNothingIsOpenedByOtherMeans() {
    assertThat(under("openat2:error=ENOSYS", "read"))
        .singleElement()
        .asString()
        .startsWith("UNSUPPORTED this kernel (or its sandbox) does not offer openat2");
  }

  @Test
  void reportsTheLimitOnTheLengthOfFiles() throws Exception {
    List<String> command = FaultyProcess.command(folder, "fill", "read");
    String limited = "ulimit -f 1024; exec \"$@\"";
    List<String> shell = new ArrayList<>(List.of("-c", limited, "sh"));
    shell.addAll(command);

    List<String> answers = new Tool("sh", "dash").run(shell).ok().out().lines().toList();

    assertThat(answers.get(0))
        .startsWith("NO_SPACE pwrite of 4194304 bytes at 0")
        .endsWith("EFBIG");
    assertThat(answers.get(1)).isEqualTo("0");
  }
}
