package io.blockgraph.driver.luks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Amendable;
import io.blockgraph.driver.Amendable.Amendment;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Secrets;
import io.blockgraph.graph.Options;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A power cut at every step of a change of keys: with an old key or the new one the image opens.
class KeyCrashTest {
  private static final Map<String, Object> ADDED =
      Map.of("state", "active", "newSecret", "second", "iterations", 1000L);

  private final Secrets secrets = new Secrets(Map.of());
  private final LuksDriver driver = new LuksDriver(secrets);
  private final Recorded file;

  KeyCrashTest() {
    for (String name : List.of("first", "second", "third")) {
      secrets.put(name, name.getBytes(UTF_8));
    }
    MemoryDisk image = new MemoryDisk(0);
    Map<String, Object> options = Map.of("size", 512L, "keySecret", "first", "iterations", 1000L);
    driver.create(image, new Options(options));
    file = new Recorded(image);
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

  private static boolean opens(BlockIo image, String password) {
    byte[] word = password.getBytes(UTF_8);
    return !new KeySlots(image, Header.read(image)).openedBy(word).isEmpty();
  }

  private void opensAfterEveryCrash(String password) {
    List<ByteBuffer> crashes = List.copyOf(file.crashes());
    assertThat(crashes).hasSizeGreaterThan(5);
    for (ByteBuffer crash : crashes) {
      MemoryDisk image = new MemoryDisk(crash.capacity());
      Content.write(image, 0, crash.array());
      List<String> words = opening(image);
      assertThat(words).contains(password).hasSize(used(image));
    }
  }

  /// The passwords that open a slot. A slot that says it holds a key holds one: who erases another
  /// relies on it.
  private static List<String> opening(BlockIo image) {
    return Stream.of("first", "second", "third").filter(word -> opens(image, word)).toList();
  }

  private static int used(BlockIo image) {
    return (int) Header.read(image).slots().stream().filter(Header.Slot::enabled).count();
  }

  @Test
  void theOldKeyOpensWhileAnotherIsAdded() {
    amend("first", ADDED);
    opensAfterEveryCrash("first");
    assertThat(opens(file, "second")).isTrue();
  }

  @Test
  void theNewKeyOpensWhileTheOldOneIsErased() {
    amend("first", ADDED);
    file.begin();
    amend("second", Map.of("state", "inactive", "oldSecret", "first"));
    opensAfterEveryCrash("second");
    assertThat(opens(file, "first")).isFalse();
  }

  @Test
  void theOtherKeyOpensWhileOneIsOverwritten() {
    amend("first", ADDED);
    file.begin();
    amend(
        "first",
        Map.of(
            "state",
            "active",
            "newSecret",
            "third",
            "iterations",
            1000L,
            "keyslot",
            1L,
            "force",
            true));
    opensAfterEveryCrash("first");
    assertThat(opens(file, "second")).isFalse();
    assertThat(opens(file, "third")).isTrue();
  }

  /// Notes what is written, so that every state a power cut may leave can be made: what was flushed
  /// is there, of the rest each write may be there, or the first half of its sectors.
  private static final class Recorded implements BlockIo {
    private record Write(long offset, byte[] bytes) {}

    private final BlockIo disk;
    private final Set<ByteBuffer> crashes = new LinkedHashSet<>();
    private final List<Write> open = new ArrayList<>();
    private byte[] durable;

    Recorded(BlockIo disk) {
      this.disk = disk;
      this.durable = now();
    }

    private byte[] now() {
      return Content.read(disk, 0, (int) disk.sizeBytes());
    }

    void begin() {
      crashes.clear();
      open.clear();
      durable = now();
    }

    Set<ByteBuffer> crashes() {
      return crashes;
    }

    /// Each open write is missing, half there or there.
    private void noteCrashes() {
      int states = (int) Math.pow(3, open.size());
      for (int state = 0; state < states; state++) {
        byte[] crash = durable.clone();
        int rest = state;
        for (Write write : open) {
          int share = rest % 3;
          rest /= 3;
          int length = share == 2 ? write.bytes().length : share * half(write);
          System.arraycopy(write.bytes(), 0, crash, (int) write.offset(), length);
        }
        crashes.add(ByteBuffer.wrap(crash));
      }
    }

    private static int half(Write write) {
      int within = (int) (write.offset() % 512);
      int sectors = (within + write.bytes().length) / 512;
      return sectors == 0 ? 0 : (sectors + 1) / 2 * 512 - within;
    }

    @Override
    public void read(long offset, MemorySegment into) {
      disk.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      disk.write(offset, from);
      open.add(new Write(offset, from.toArray(ValueLayout.JAVA_BYTE)));
      noteCrashes();
    }

    @Override
    public void flush() {
      disk.flush();
      noteCrashes();
      durable = now();
      open.clear();
      noteCrashes();
    }

    @Override
    public long sizeBytes() {
      return disk.sizeBytes();
    }
  }
}
