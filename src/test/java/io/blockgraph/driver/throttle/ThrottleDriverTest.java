package io.blockgraph.driver.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.driver.Node;
import io.blockgraph.graph.NodeSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ThrottleDriverTest extends DriverContract {
  private static final Offset<Double> CLOSE = within(0.02);

  private final Driver driver = new ThrottleDriver();

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
    return Map.of("file", "f", "iopsTotal", 100_000);
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return on.open(driver, goodRequest(), Map.of("f", new MemoryDisk(SIZE_BYTES)));
  }

  private Bench.Opened limited(Map<String, ?> limits) {
    Map<String, Object> given = new LinkedHashMap<>(limits);
    given.put("file", "f");
    return bench().open(driver, given, Map.of("f", new MemoryDisk(SIZE_BYTES)));
  }

  /// How many seconds pass on the disk's clock.
  private double seconds(Runnable work) {
    long begin = bench().ticker().nanos();
    work.run();
    return (bench().ticker().nanos() - begin) / 1e9;
  }

  private static Runnable reads(BlockIo disk, int count, int length) {
    return () -> {
      for (int i = 0; i < count; i++) {
        Content.read(disk, 0, length);
      }
    };
  }

  @Test
  void requestsPassAtTheRateInTheLongRun() {
    BlockIo disk = limited(Map.of("iopsRead", 50)).disk();
    // The first six are within a tenth of a second's worth, so that 506 take the time of 500.
    assertThat(seconds(reads(disk, 506, 1))).isCloseTo(10.0, CLOSE);
  }

  @Test
  void bytesPassAtTheRateInTheLongRun() {
    BlockIo disk = limited(Map.of("bpsTotal", 1_000_000)).disk();
    assertThat(seconds(reads(disk, 51, 100_000))).isCloseTo(4.9, CLOSE);
  }

  @Test
  void readsAndWritesHaveLimitsOfTheirOwn() {
    BlockIo disk = limited(Map.of("bpsWrite", 1000)).disk();
    assertThat(seconds(reads(disk, 100, 100_000))).isZero();
    assertThat(seconds(() -> writes(disk, 12))).isCloseTo(1.0, CLOSE);
  }

  private static void writes(BlockIo disk, int count) {
    for (int i = 0; i < count; i++) {
      Content.fill(disk, 0, 100, 1);
    }
  }

  @Test
  void zeroesAndDiscardsCountAsWrites() {
    BlockIo disk = limited(Map.of("iopsWrite", 10)).disk();
    ByteRange range = new ByteRange(0, 100_000);
    double passed =
        seconds(
            () -> {
              for (int i = 0; i < 5; i++) {
                ((Zeroable) disk).zero(range, Zeroable.Mode.MAY_UNMAP);
                ((Discardable) disk).discard(range);
              }
            });
    assertThat(passed).isCloseTo(0.8, CLOSE);
  }

  @Test
  void aBurstPassesAtItsOwnRateForItsLength() {
    BlockIo disk =
        limited(Map.of("iopsTotal", 10, "iopsTotalMax", 100, "iopsTotalMaxLength", 5)).disk();
    assertThat(seconds(reads(disk, 500, 1))).isCloseTo(4.9, within(0.1));
    // Meanwhile 49 have leaked out, for which the burst goes on.
    assertThat(seconds(reads(disk, 50, 1))).isCloseTo(0.5, CLOSE);
    // The last of 650 has 649 before it, of which 500 are the burst and 149 must leak: 14.9 s in
    // all.
    assertThat(seconds(reads(disk, 100, 1))).isCloseTo(9.5, CLOSE);
  }

  @Test
  void aBurstComesBackAfterAPause() {
    BlockIo disk = limited(Map.of("iopsTotal", 10, "iopsTotalMax", 100)).disk();
    reads(disk, 300, 1).run();
    bench().ticker().advance(60_000_000_000L);
    assertThat(seconds(reads(disk, 100, 1))).isZero();
  }

  @Test
  void longRequestsCountAsSeveral() {
    BlockIo disk = limited(Map.of("iopsTotal", 100, "iopsSize", 1000)).disk();
    assertThat(seconds(reads(disk, 11, 100_000))).isCloseTo(9.9, within(0.1));
  }

  @Test
  void sleepsShortlyAndGivesUpInTheEnd() {
    BlockIo disk = limited(Map.of("bpsTotal", 1)).disk();
    Content.read(disk, 0, 100_000);
    refused(Kind.TIMEOUT, () -> Content.read(disk, 0, 1));
    assertThat(bench().ticker().sleeps()).isBetween(2990L, 3010L);
  }

  @Test
  void newLimitsHoldAtOnce() {
    Bench.Opened opened = limited(Map.of("iopsTotal", 1));
    reads(opened.disk(), 3, 1).run();
    NodeSpec faster = opened.spec().withOptions(opened.spec().options().with("iopsTotal", 1000L));
    opened
        .node()
        .prepare(
            new Node.NodeChange(
                opened.spec(), faster, Bench.WRITER, Bench.WRITER, opened.children()))
        .commit();
    assertThat(seconds(reads(opened.disk(), 1101, 1))).isCloseTo(1.0, within(0.1));
  }

  @Test
  void refusesLimitsThatContradictEachOther() {
    assertThat(objection(Map.of("iopsTotal", 1, "iopsRead", 1))).contains("'iopsTotal' excludes");
    assertThat(objection(Map.of("bpsTotal", 1, "bpsWrite", 1))).contains("'bpsTotal' excludes");
    assertThat(objection(Map.of("bpsRead", 10, "bpsReadMax", 5)))
        .contains("'bpsReadMax' is 5, less than 'bpsRead'");
    assertThat(objection(Map.of("bpsReadMax", 5))).contains("'bpsReadMax' needs 'bpsRead'");
    assertThat(objection(Map.of("bpsRead", 5, "bpsReadMaxLength", 5)))
        .contains("needs 'bpsReadMax'");
    assertThat(objection(Map.of("bpsTotal", 1, "iopsRead", 1))).isEmpty();
  }

  private String objection(Map<String, ?> limits) {
    Map<String, Object> given = new LinkedHashMap<>(limits);
    given.put("file", "f");
    return driver.rules().objection(Bench.spec(driver, given)).orElse("");
  }
}
