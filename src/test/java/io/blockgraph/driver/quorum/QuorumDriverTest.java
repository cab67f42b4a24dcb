package io.blockgraph.driver.quorum;

import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import java.util.List;
import java.util.Map;
import java.util.Set;

class QuorumDriverTest extends DriverContract {
  private final Driver driver = new QuorumDriver();

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
    return Map.of("children", List.of("a", "b", "c"), "voteThreshold", 2);
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    Map<String, MemoryDisk> disks =
        Map.of(
            "a",
            new MemoryDisk(SIZE_BYTES),
            "b",
            new MemoryDisk(SIZE_BYTES),
            "c",
            new MemoryDisk(SIZE_BYTES));
    return on.open(driver(), goodRequest(), disks);
  }
}
