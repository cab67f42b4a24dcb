package io.blockgraph.driver.luks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.luks.SlotChange.NewKey;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.Ran;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlotChangeTest {
  @TempDir Path folder;

  private final MemoryDisk file = new MemoryDisk(0);
  private final SlotChange change = new SlotChange(file);

  SlotChangeTest() {
    new Creation(1000).into(file, 1 << 20, word("first"));
  }

  private static byte[] word(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static NewKey key(String added) {
    return new NewKey(word("first"), word(added), 1000);
  }

  private static boolean opens(BlockIo image, String password) {
    return !new KeySlots(image, Header.read(image)).openedBy(word(password)).isEmpty();
  }

  private Ran openedByQemu(String password) throws IOException {
    Path path = folder.resolve("image");
    Files.write(path, Content.read(file, 0, (int) file.sizeBytes()));
    return QemuImg.run(
        "compare",
        "--object",
        "secret,id=key,data=" + password,
        "--image-opts",
        "driver=luks,key-secret=key,file.driver=file,file.filename=" + path,
        "driver=luks,key-secret=key,file.driver=file,file.filename=" + path);
  }

  @Test
  void qemuOpensWithAKeyThatWasAddedAndNotWithOneThatWasErased() throws IOException {
    assertThat(change.add(key("second"))).isEqualTo(1);
    openedByQemu("first").ok();
    openedByQemu("second").ok();
    assertThat(change.eraseOpenedBy(word("first"), false)).containsExactly(0);
    openedByQemu("second").ok();
    assertThat(openedByQemu("first").err()).contains("Invalid password");
  }

  @Test
  void theLastKeyGoesOnlyByForce() {
    assertThatThrownBy(() -> change.erase(0, false))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("force");
    assertThat(opens(file, "first")).isTrue();
    change.erase(0, true);
    assertThat(opens(file, "first")).isFalse();
  }

  @Test
  void theMaterialOfAnErasedKeyIsGone() {
    change.add(key("second"));
    Header header = Header.read(file);
    var place = header.place(header.slots().get(1));
    byte[] before = Content.read(file, place.offset(), (int) place.length());
    change.erase(1, false);
    byte[] after = Content.read(file, place.offset(), (int) place.length());
    for (int at = 0; at < before.length; at += 64) {
      assertThat(java.util.Arrays.equals(before, at, at + 64, after, at, at + 64)).isFalse();
    }
  }

  @Test
  void eightKeysFitAndNoMore() {
    for (int i = 1; i < Header.SLOTS; i++) {
      assertThat(change.add(key("key " + i))).isEqualTo(i);
    }
    assertThat(opens(file, "key 6")).isTrue();
    assertThatThrownBy(() -> change.add(key("ninth"))).hasMessageContaining("free");
  }

  @Test
  void aKeyThatWouldMakeTheImageTooMuchWorkToOpenIsRefused() {
    byte[] before = Content.read(file, 0, 4096);
    assertThatThrownBy(() -> change.add(new NewKey(word("first"), word("second"), 50_000_000)))
        .hasMessageContaining("iterations");
    assertThat(Content.read(file, 0, 4096)).isEqualTo(before);
  }

  @Test
  void aCrashAfterAnyWriteLeavesTheOtherKeyAndNoHalfOne() {
    Recording adding = new Recording(file);
    new SlotChange(adding).add(key("second"));
    assertThat(adding.steps).containsExactly("key", "slot", "flush", "state", "flush");
    Recording erasing = new Recording(file);
    new SlotChange(erasing).erase(1, false);
    assertThat(erasing.steps).containsExactly("state", "flush", "key", "slot", "flush");
    assertThat(adding.openedByFirst).doesNotContain(false);
    assertThat(erasing.openedByFirst).doesNotContain(false);
  }

  /// Notes what is written, and whether the first key opens the image after it.
  private static final class Recording implements BlockIo {
    private final BlockIo disk;
    private final List<String> steps = new ArrayList<>();
    private final List<Boolean> openedByFirst = new ArrayList<>();

    Recording(BlockIo disk) {
      this.disk = disk;
    }

    @Override
    public void read(long offset, MemorySegment into) {
      disk.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      disk.write(offset, from);
      steps.add(offset >= 4096 ? "key" : from.byteSize() == 4 ? "state" : "slot");
      openedByFirst.add(opens(disk, "first"));
    }

    @Override
    public void flush() {
      disk.flush();
      steps.add("flush");
    }

    @Override
    public long sizeBytes() {
      return disk.sizeBytes();
    }
  }
}
