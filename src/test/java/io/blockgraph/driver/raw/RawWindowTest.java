package io.blockgraph.driver.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extents;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RawWindowTest extends DriverContract {
  private static final int OFFSET = 4099;

  private final Driver driver = new RawDriver();
  private final MemoryDisk file = new MemoryDisk(OFFSET + SIZE_BYTES + 1000);

  @Override
  protected Driver driver() {
    return driver;
  }

  @Override
  protected Set<Ability> abilities() {
    Set<Ability> abilities = EnumSet.allOf(Ability.class);
    abilities.remove(Ability.RESIZE);
    return abilities;
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("file", "f", "offset", OFFSET, "size", SIZE_BYTES);
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return on.open(driver, goodRequest(), Map.of("f", file));
  }

  @Test
  void touchesNothingOutsideOfTheWindow() {
    Content.fill(file, 0, (int) file.sizeBytes(), 1);
    Bench.Opened window = openEmpty(bench());
    Content.fill(window.disk(), 0, (int) SIZE_BYTES, 2);
    Content.requireAll(file, 0, OFFSET, 1);
    Content.requireAll(file, OFFSET, (int) SIZE_BYTES, 2);
    Content.requireAll(file, OFFSET + SIZE_BYTES, 1000, 1);
  }

  @Test
  void aWindowWithoutSizeReachesToTheEndAndGrowsWithTheFile() {
    Bench.Opened open =
        bench().open(driver, Map.of("file", "f", "offset", OFFSET), Map.of("f", file));
    assertThat(open.disk().sizeBytes()).isEqualTo(SIZE_BYTES + 1000);
    ((Resizable) open.disk()).resize(5000);
    assertThat(open.disk().sizeBytes()).isEqualTo(5000);
    assertThat(file.sizeBytes()).isEqualTo(OFFSET + 5000);
  }

  @Test
  void aWindowThatLeavesTheFileIsNotOpened() {
    for (Map<String, ?> bad :
        List.of(
            Map.of("file", "f", "offset", 10, "size", file.sizeBytes()),
            Map.of("file", "f", "offset", file.sizeBytes() + 1),
            Map.of("file", "f", "offset", Long.MAX_VALUE, "size", Long.MAX_VALUE))) {
      assertThatThrownBy(() -> bench().open(driver, bad, Map.of("f", file)))
          .isInstanceOf(BlockException.class)
          .hasMessageContaining("'n'");
    }
  }

  @Test
  void aChangeOfLengthNamesTheOptionThatForbidsIt() {
    Bench.Opened window = openEmpty(bench());
    assertThatThrownBy(() -> ((Resizable) window.disk()).resize(10)).hasMessageContaining("'size'");
    refused(Kind.UNSUPPORTED, () -> ((Resizable) window.disk()).resize(10));
  }

  @Test
  void extentsHaveTheOffsetsOfTheWindow() {
    Content.fill(file, 8192, 4096, 1);
    Bench.Opened window = openEmpty(bench());
    assertThat(Extents.of(window.disk(), new ByteRange(0, 20_000)))
        .extracting(extent -> extent.range().offset())
        .containsExactly(0L, 8192L - OFFSET, 12288L - OFFSET);
  }
}
