package io.blockgraph.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.os.ImageRoots.Devices;
import io.blockgraph.os.OpenFile.Access;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The kernel reuses the number of a closed descriptor at once. Readers that fetched it before must
/// not read the next file.
final class CloseRaceTest {
  private static final int ROUNDS = 100;
  private static final int READERS = 8;

  @TempDir Path folder;
  private ImageRoots roots;
  private final LongAdder reads = new LongAdder();
  private final LongAdder foreignReads = new LongAdder();

  @BeforeEach
  void create() {
    roots = ImageRoots.open(List.of(folder), Devices.REFUSED);
    for (String name : List.of("mine", "other")) {
      try (OpenFile file = roots.create(name)) {
        file.write(0, Patterns.of(name.charAt(0), 4096));
      }
    }
  }

  @AfterEach
  void close() {
    roots.close();
  }

  @Test
  void neverReadsAnotherFileThatGotTheNumber() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      closeUnderReaders(round);
    }
    assertThat(foreignReads.sum()).isZero();
    assertThat(reads.sum()).isGreaterThan(ROUNDS);
  }

  private void closeUnderReaders(int round) throws Exception {
    OpenFile mine = roots.open("mine", Access.READ_ONLY);
    List<Thread> readers =
        IntStream.range(0, READERS)
            .mapToObj(i -> Thread.ofPlatform().start(() -> readUntilClosed(mine)))
            .toList();
    Thread.sleep(Duration.ofNanos(round * 10_000L));
    mine.close();
    List<OpenFile> others = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      others.add(roots.open("other", Access.READ_ONLY));
    }
    for (Thread reader : readers) {
      assertThat(reader.join(Duration.ofSeconds(10))).isTrue();
    }
    others.forEach(OpenFile::close);
  }

  private void readUntilClosed(OpenFile file) {
    MemorySegment into = Patterns.of(0, 64);
    try {
      while (true) {
        long got = file.read(0, into);
        reads.increment();
        if (got != 64 || into.get(JAVA_BYTE, 0) != 'm') {
          foreignReads.increment();
        }
      }
    } catch (BlockException e) {
      if (e.kind() != Kind.CLOSED) {
        foreignReads.increment();
      }
    }
  }
}
