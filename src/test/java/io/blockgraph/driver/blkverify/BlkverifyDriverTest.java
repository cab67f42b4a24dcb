package io.blockgraph.driver.blkverify;

import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import java.util.Map;
import java.util.Set;

class BlkverifyDriverTest extends DriverContract {
  private final Driver driver = new BlkverifyDriver();

  @Override
  protected Driver driver() {
    return driver;
  }

  @Override
  protected Set<Ability> abilities() {
    return Set.of(Ability.values());
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("raw", "r", "test", "t");
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return on.open(
        driver,
        goodRequest(),
        Map.of("r", new MemoryDisk(SIZE_BYTES), "t", new MemoryDisk(SIZE_BYTES)));
  }
}
