package io.blockgraph.driver.luks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Content;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a header may not say. Offsets are those of the LUKS1 on-disk format: the header's numbers
/// are big-endian, eight slots of 48 bytes begin at 208.
final class LuksHeaderTest {
  private static final int PAYLOAD = 104;
  private static final int SLOT = 208;
  private static final int SLOT_BYTES = 48;

  private final MemoryDisk file = new MemoryDisk(0);

  LuksHeaderTest() {
    new Creation(1000).into(file, 1 << 20, "secret".getBytes(StandardCharsets.UTF_8));
  }

  private void put(int offset, int value) {
    Content.write(file, offset, ByteBuffer.allocate(4).putInt(value).array());
  }

  private void isRefused(String why) {
    assertThatThrownBy(() -> Header.read(file))
        .hasMessageContaining(why)
        .extracting(e -> ((BlockException) e).kind())
        .isEqualTo(Kind.BAD_IMAGE);
  }

  @Test
  void isReadAsItWasMade() {
    Header header = Header.read(file);
    assertThat(header.payload()).isEqualTo(file.sizeBytes() - (1 << 20));
    assertThat(header.slots()).filteredOn(Header.Slot::enabled).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "104, 0x7fffffff, 'the data begins at'",
    "104, 0, outside of the header",
    "108, 16, 'a key of 16 bytes'",
    "164, 0, 0 iterations",
    "164, -1, 4294967295 iterations",
    "208, 1, neither free nor used",
    "212, 0, 0 iterations",
    "248, 0, outside of the header",
    "248, 0x7fffffff, outside of the header",
    "252, 0, of 0 stripes",
    "252, 100001, of 100001 stripes",
    "252, 99999, outside of the header"
  })
  void aFieldWithoutSenseIsRefused(int offset, String value, String why) {
    put(offset, Integer.decode(value));
    isRefused(why);
  }

  @Test
  void dataThatBeginsBehindTheFileIsRefused() {
    int behind = (int) (file.sizeBytes() / 512) + 1;
    put(PAYLOAD, behind);
    isRefused("the data begins at");
  }

  /// Each slot alone is within reason: all of them are what opening costs.
  @Test
  void slotsThatAreTooMuchWorkTogetherAreRefused() {
    byte[] first = Content.read(file, SLOT, SLOT_BYTES);
    for (int slot = 0; slot < Header.SLOTS; slot++) {
      Content.write(file, SLOT + slot * SLOT_BYTES, first);
      put(SLOT + slot * SLOT_BYTES + 4, 6_300_000);
    }
    isRefused("iterations");
    put(SLOT + 4, 1);
    assertThat(Header.read(file).slots()).allMatch(Header.Slot::enabled);
  }
}
