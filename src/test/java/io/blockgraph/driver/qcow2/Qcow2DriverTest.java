package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.driver.ImageFormat;
import io.blockgraph.graph.Options;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class Qcow2DriverTest extends DriverContract {
  private final Driver driver = new Qcow2Driver();

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
    return Map.of("file", "f", "overlapCheck", "all", "l2CacheSizeBytes", 65_536L);
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return on.open(driver, goodRequest(), Map.of("f", image(Map.of())));
  }

  @Override
  protected long stored(long wanted) {
    return (wanted + 511) & -512;
  }

  /// An image of [#SIZE_BYTES], also where the creator would round that up.
  private static MemoryDisk image(Map<String, Object> options) {
    MemoryDisk file = new MemoryDisk(0);
    Map<String, Object> all = new HashMap<>(options);
    all.put("size", SIZE_BYTES);
    ((ImageFormat) new Qcow2Driver()).create(file, new Options(all));
    Qcow2Header.read(file).withSize(SIZE_BYTES).writeSize(file);
    return file;
  }

  private static Map<String, Object> with(String name, Object value) {
    Map<String, Object> request = new HashMap<>(Map.of("file", "f"));
    request.put(name, value);
    return request;
  }

  @Test
  void refusesAnImageThatNamesABackingFileWithoutADecision() {
    Map<String, BlockIo> disks = Map.of("f", image(Map.of("backingFile", "/etc/passwd")));
    assertThatThrownBy(() -> bench().open(driver, Map.of("file", "f"), disks))
        .hasMessageContaining("/etc/passwd")
        .hasMessageContaining("'backing': null");
  }

  @Test
  void opensAnImageThatNamesABackingFileWhenTheCallerSaysNull() {
    Map<String, Object> request = new HashMap<>(Map.of("file", "f"));
    request.put("backing", null);
    BlockIo file = image(Map.of("backingFile", "base.qcow2"));
    assertThat(bench().open(driver, request, Map.of("f", file)).node().facts())
        .containsEntry("backingFile", "base.qcow2");
  }

  @Test
  void showsTheBackingNodeTheCallerNames() {
    MemoryDisk base = new MemoryDisk(SIZE_BYTES);
    base.write(100, Arena.ofAuto().allocate(50).fill((byte) 7));
    Map<String, BlockIo> disks = Map.of("f", image(Map.of("backingFile", "x")), "b", base);
    BlockIo disk = bench().open(driver, with("backing", "b"), disks).disk();
    Content.requireAll(disk, 100, 50, 7);
  }

  @Test
  void refusesAnImageWithADataFileUntilTheNodeIsNamed() {
    BlockIo file = image(Map.of("dataFile", "secret.raw"));
    assertThatThrownBy(() -> bench().open(driver, Map.of("file", "f"), Map.of("f", file)))
        .hasMessageContaining("secret.raw");
    Map<String, BlockIo> disks = Map.of("f", file, "d", new MemoryDisk(SIZE_BYTES));
    assertThat(bench().open(driver, with("dataFile", "d"), disks).disk().sizeBytes())
        .isEqualTo(SIZE_BYTES);
  }

  @Test
  void whatIsClosedIsCleanAndOpensAgain() {
    BlockIo file = image(Map.of());
    Bench.Opened opened = bench().open(driver, Map.of("file", "f"), Map.of("f", file));
    Content.fill(opened.disk(), 70_000, 3000, 9);
    bench().close(opened);
    assertThat(Qcow2Checker.check(file).isClean()).isTrue();
    BlockIo again = bench().open(driver, Map.of("file", "f"), Map.of("f", file)).disk();
    Content.requireAll(again, 70_000, 3000, 9);
  }
}
