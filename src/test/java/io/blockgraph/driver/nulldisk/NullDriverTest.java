package io.blockgraph.driver.nulldisk;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NullDriverTest extends DriverContract {
  private final Driver driver = new NullDriver();

  @Override
  protected Driver driver() {
    return driver;
  }

  @Override
  protected Set<Ability> abilities() {
    return Set.of(Ability.ZERO, Ability.DISCARD, Ability.EXTENTS);
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("size", SIZE_BYTES);
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return on.open(driver, goodRequest(), Map.of());
  }

  @Test
  void forgetsWhatIsWritten() {
    BlockIo disk = openEmpty(bench()).disk();
    Content.fill(disk, 0, 100, 7);
    Content.requireAll(disk, 0, 100, 0);
  }

  @Test
  void isAGibibyteWhenNothingIsSaid() {
    assertThat(bench().open(driver, Map.of(), Map.of()).disk().sizeBytes()).isEqualTo(1L << 30);
  }

  @Test
  void tellsZeroesOnlyWhenAsked() {
    ByteRange all = new ByteRange(0, 1 << 20);
    BlockIo silent = bench().open(driver, Map.of(), Map.of()).disk();
    BlockIo telling = bench().open(driver, Map.of("readZeroes", true), Map.of()).disk();
    assertThat(Extents.of(silent, all)).containsExactly(Extent.data(all));
    assertThat(Extents.of(telling, all)).containsExactly(Extent.hole(all));
  }

  @Test
  void eachRequestTakesTheLatency() {
    BlockIo disk = bench().open(driver, Map.of("latencyNs", 500), Map.of()).disk();
    long before = bench().ticker().nanos();
    Content.read(disk, 0, 10);
    Content.fill(disk, 0, 10, 1);
    disk.flush();
    assertThat(bench().ticker().nanos() - before).isEqualTo(1500);
  }
}
