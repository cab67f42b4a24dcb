package io.blockgraph.driver.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Settleable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.driver.ImageFormat;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.driver.throttle.ThrottleDriver;
import io.blockgraph.graph.Options;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CompressDriverTest extends DriverContract {
  private final Driver driver = new CompressDriver();

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
  protected long length() {
    return stored(SIZE_BYTES);
  }

  @Override
  protected long stored(long wanted) {
    return (wanted + 511) & -512;
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    BlockIo image = image(on, new MemoryDisk(0), Map.of());
    return on.open(driver, goodRequest(), Map.of("f", image));
  }

  private static BlockIo image(Bench on, MemoryDisk file, Map<String, Object> options) {
    Map<String, Object> all = new HashMap<>(options);
    all.put("size", SIZE_BYTES);
    Driver qcow2 = new Qcow2Driver();
    ((ImageFormat) qcow2).create(file, new Options(all));
    return on.open(qcow2, Map.of("file", "f"), Map.of("f", file)).disk();
  }

  @Test
  void whatIsWrittenTakesLessRoomAndReadsTheSame() {
    MemoryDisk file = new MemoryDisk(0);
    BlockIo image = image(bench(), file, Map.of("compressionType", "zstd"));
    BlockIo disk = bench().open(driver, goodRequest(), Map.of("f", image)).disk();
    Content.fill(disk, 0, 524_288, 7);
    Content.requireAll(disk, 0, 524_288, 7);
    ((Settleable) image).settle();
    assertThat(file.sizeBytes()).isLessThan(400_000);
  }

  @Test
  void refusesADiskThatStoresNothingCompressedByName() {
    Map<String, BlockIo> disks = Map.of("f", new MemoryDisk(SIZE_BYTES));
    assertThatThrownBy(() -> bench().open(driver, goodRequest(), disks))
        .hasMessageContaining("node 'n'")
        .hasMessageContaining("'f'")
        .hasMessageContaining("cannot store compressed data");
  }

  @Test
  void refusesAThrottledDiskThatStoresNothingCompressed() {
    BlockIo throttled =
        bench()
            .open(new ThrottleDriver(), goodRequest(), Map.of("f", new MemoryDisk(SIZE_BYTES)))
            .disk();
    assertThatThrownBy(() -> bench().open(driver, goodRequest(), Map.of("f", throttled)))
        .hasMessageContaining("cannot store compressed data");
  }

  @Test
  void worksThroughAThrottle() {
    BlockIo image = image(bench(), new MemoryDisk(0), Map.of());
    BlockIo throttled =
        bench().open(new ThrottleDriver(), goodRequest(), Map.of("f", image)).disk();
    BlockIo disk = bench().open(driver, goodRequest(), Map.of("f", throttled)).disk();
    Content.fill(disk, 65_536, 65_536, 3);
    Content.requireAll(disk, 65_536, 65_536, 3);
  }
}
