package io.blockgraph.driver.raw;

import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import java.util.Map;
import java.util.Set;

class RawDriverTest extends DriverContract {
  private final Driver driver = new RawDriver();

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
    return Map.of("file", "f");
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return on.open(driver, goodRequest(), Map.of("f", new MemoryDisk(SIZE_BYTES)));
  }
}
