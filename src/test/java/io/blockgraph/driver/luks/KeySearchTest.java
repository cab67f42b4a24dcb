package io.blockgraph.driver.luks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.Secrets;
import io.blockgraph.driver.luks.Header.Slot;
import io.blockgraph.graph.Options;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The search for the key of an image, which asks no disk and serves what was read alone.
class KeySearchTest {
  private final MemoryDisk file = image();

  private static MemoryDisk image() {
    Secrets secrets = new Secrets(Map.of());
    secrets.put("key", password("right"));
    MemoryDisk file = new MemoryDisk(0);
    new LuksDriver(secrets)
        .create(file, new Options(Map.of("size", 4096L, "keySecret", "key", "iterations", 1000L)));
    return file;
  }

  private static byte[] password(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private KeySearch search(String text) {
    return new KeySearch(file, Header.read(file), password(text));
  }

  private Slot slot() {
    return Header.read(file).slots().getFirst();
  }

  @Test
  void findsTheKeyInWhatWasReadAndAsksNoDisk() {
    KeySearch search = search("right");
    Content.write(file, 0, new byte[Math.toIntExact(file.sizeBytes())]);
    search.lay();
    assertThat(search.cipher()).isNotNull();
  }

  @Test
  void aWrongPasswordOpensNothing() {
    assertThatThrownBy(search("wrong")::lay)
        .isInstanceOf(BlockException.class)
        .hasMessageContaining(KeySlots.OPENS_NONE);
  }

  @Test
  void isForTheSameImageAndPasswordAlone() {
    KeySearch search = search("right");
    assertThat(search.isFor(search("right"))).isTrue();
    assertThat(search.isFor(search("wrong"))).isFalse();
    byte[] other = Content.read(file, slot().material() + 100, 1);
    other[0]++;
    Content.write(file, slot().material() + 100, other);
    assertThat(search.isFor(search("right"))).isFalse();
    other[0]--;
    Content.write(file, slot().material() + 100, other);
    assertThat(search.isFor(search("right"))).isTrue();
    Header header = Header.read(file);
    Content.write(file, 0, header.with(0, header.empty(0)).bytes());
    assertThat(search.isFor(search("right"))).isFalse();
  }

  @Test
  void forgetsPasswordAndKey() {
    byte[] password = password("right");
    KeySearch search = new KeySearch(file, Header.read(file), password);
    search.lay();
    search.close();
    assertThat(password).containsOnly(0);
    assertThatThrownBy(search::cipher).isInstanceOf(IllegalStateException.class);
  }

  /// What cannot be read may be another's key; and it is not the same the next time.
  @Test
  void aSlotThatCannotBeReadIsNoHindranceBehindTheOneThatOpens() {
    Header header = Header.read(file);
    Slot free = header.slots().get(1);
    Slot used = new Slot(true, slot().salt(), free.material(), slot().stripes());
    Header two = header.with(1, used);
    KeySearch search = new KeySearch(new Unreadable(used), two, password("right"));
    search.lay();
    assertThat(search.cipher()).isNotNull();
    assertThat(search.isFor(search)).isFalse();
    KeySearch wrong = new KeySearch(new Unreadable(used), two, password("wrong"));
    assertThatThrownBy(wrong::lay).hasMessageContaining("bad sector");
  }

  /// The image but for the key of one slot.
  private final class Unreadable extends FilterDisk {
    private final Slot slot;

    Unreadable(Slot slot) {
      super(file);
      this.slot = slot;
    }

    @Override
    public void read(long offset, MemorySegment into) {
      if (offset == slot.material()) {
        throw new BlockException(Kind.IO, "bad sector");
      }
      super.read(offset, into);
    }
  }
}
