package io.blockgraph.os;

import static io.blockgraph.os.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.os.PathCalls.How;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DescriptorTest {
  @TempDir Path folder;

  @Test
  void leavesClosingToTheLastCallUnderWay() throws Exception {
    Path path = Files.createFile(folder.resolve("a"));
    Descriptor descriptor = open(path);
    AtomicInteger closed = new AtomicInteger();
    descriptor.whenClosed(closed::incrementAndGet);

    int user = descriptor.enter();
    assertFails(Kind.TIMEOUT, () -> descriptor.close(20)).contains("still has calls in flight");
    assertFails(Kind.CLOSED, descriptor::enter);
    assertThat(isOpen(descriptor, path)).isTrue();
    assertThat(closed).hasValue(0);

    descriptor.exit(user);
    assertThat(isOpen(descriptor, path)).isFalse();
    assertThat(closed).hasValue(1);
    descriptor.close(0);
  }

  @Test
  void waitsForACallAlthoughItIsInterrupted() throws Exception {
    Descriptor descriptor = open(Files.createFile(folder.resolve("a")));
    int user = descriptor.enter();
    AtomicInteger interruptKept = new AtomicInteger();
    Thread closer =
        Thread.ofPlatform()
            .start(
                () -> {
                  Thread.currentThread().interrupt();
                  descriptor.close(10_000);
                  interruptKept.set(Thread.interrupted() ? 1 : -1);
                });

    assertThat(closer.join(Duration.ofMillis(100))).isFalse();
    descriptor.exit(user);
    assertThat(closer.join(Duration.ofSeconds(10))).isTrue();
    assertThat(interruptKept).hasValue(1);
  }

  @Test
  void runsAnActionAtOnceWhenItIsClosedAlready() throws Exception {
    Descriptor descriptor = open(Files.createFile(folder.resolve("a")));
    descriptor.close(0);
    AtomicInteger ran = new AtomicInteger();

    descriptor.whenClosed(ran::incrementAndGet);

    assertThat(ran).hasValue(1);
  }

  private static Descriptor open(Path path) {
    How how = How.existing(PathCalls.O_RDONLY, PathCalls.RESOLVE_ANYWHERE);
    long fd = PathCalls.openat2(PathCalls.CURRENT_DIRECTORY, path.toString(), how);
    assertThat(fd).isNotNegative();
    return new Descriptor((int) fd, path.toString());
  }

  /// The number may belong to another file by now, so it is asked what it is.
  private static boolean isOpen(Descriptor descriptor, Path path) throws Exception {
    Path link = Path.of("/proc/self/fd/" + descriptor.number());
    return Files.exists(link) && Files.readSymbolicLink(link).equals(path);
  }
}
