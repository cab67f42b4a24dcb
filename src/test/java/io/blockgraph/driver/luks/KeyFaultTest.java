package io.blockgraph.driver.luks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Amendable;
import io.blockgraph.driver.Amendable.Amendment;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Secrets;
import io.blockgraph.graph.Options;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Every write and every flush of a change of keys fails once: the image opens all the same, and
/// whoever asks again gets what he asked for.
class KeyFaultTest {
  private static final Map<String, Object> ADDED =
      Map.of("state", "active", "newSecret", "second", "iterations", 1000L);
  private static final Map<String, Object> ERASED =
      Map.of("state", "inactive", "oldSecret", "first");

  private final Secrets secrets = new Secrets(Map.of());
  private final LuksDriver driver = new LuksDriver(secrets);
  private Failing file = new Failing(new MemoryDisk(0));

  KeyFaultTest() {
    for (String name : List.of("first", "second")) {
      secrets.put(name, name.getBytes(UTF_8));
    }
  }

  private void made() {
    MemoryDisk image = new MemoryDisk(0);
    Map<String, Object> options = Map.of("size", 512L, "keySecret", "first", "iterations", 1000L);
    driver.create(image, new Options(options));
    file = new Failing(image);
  }

  private void amend(String opened, Map<String, Object> options) {
    Map<String, Object> request = Map.of("file", "f", "keySecret", opened);
    try (Bench bench = new Bench()) {
      Amendable disk = (Amendable) bench.open(driver, request, Map.of("f", file)).disk();
      Amendment amendment = disk.amendment(new Options(options));
      assertThat(amendment.advance(disk)).isFalse();
      amendment.compute();
      amendment.write(disk);
    }
  }

  /// Whether there is such a step.
  private boolean failsAt(int step, String opened, Map<String, Object> options) {
    file.goodFor = step;
    try {
      amend(opened, options);
      return false;
    } catch (BlockException e) {
      assertThat(e.kind()).isEqualTo(Kind.IO);
      return true;
    } finally {
      file.goodFor = Integer.MAX_VALUE;
    }
  }

  private static boolean opens(BlockIo image, String password) {
    byte[] word = password.getBytes(UTF_8);
    return !new KeySlots(image, Header.read(image)).openedBy(word).isEmpty();
  }

  @Test
  void aKeyIsAddedWhenItIsAskedForAgain() {
    made();
    int step = 0;
    for (; failsAt(step, "first", ADDED); step++) {
      assertThat(opens(file, "first")).isTrue();
      amend("first", ADDED);
      assertThat(opens(file, "second")).isTrue();
      made();
    }
    assertThat(step).isEqualTo(5);
  }

  /// Whoever has kept the header of before, and learns the old password, must not open it.
  @Test
  void theMaterialOfAnErasedKeyIsGoneWhenItIsAskedForAgain() {
    int step = 0;
    boolean failed = true;
    for (; failed; step++) {
      made();
      amend("first", ADDED);
      byte[] header = Content.read(file, 0, Header.BYTES);
      failed = failsAt(step, "second", ERASED);
      assertThat(opens(file, "second")).isTrue();
      againIfItIsThere();
      assertThat(opens(file, "second")).isTrue();
      assertThat(opens(file, "first")).isFalse();
      Content.write(file, 0, header);
      assertThat(opens(file, "first")).as("failed at step " + step).isFalse();
    }
    assertThat(step).isEqualTo(6);
  }

  private void againIfItIsThere() {
    try {
      amend("second", ERASED);
    } catch (BlockException e) {
      assertThat(e).hasMessage(KeySlots.OPENS_NONE);
    }
  }

  /// Works for some writes and flushes, and then not.
  private static final class Failing implements BlockIo {
    private final BlockIo disk;
    private int goodFor = Integer.MAX_VALUE;

    Failing(BlockIo disk) {
      this.disk = disk;
    }

    private boolean fails() {
      return goodFor-- <= 0;
    }

    private static BlockException failed() {
      return new BlockException(Kind.IO, "the disk fails");
    }

    @Override
    public void read(long offset, MemorySegment into) {
      disk.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      if (fails()) {
        throw failed();
      }
      disk.write(offset, from);
    }

    @Override
    public void flush() {
      if (fails()) {
        throw failed();
      }
      disk.flush();
    }

    @Override
    public long sizeBytes() {
      return disk.sizeBytes();
    }
  }
}
