package io.blockgraph.driver.copyonread;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CopyOnReadDriverTest extends DriverContract {
  private final Driver driver = new CopyOnReadDriver();

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

  private Bench.Opened over(TwoLayers layers) {
    return bench().open(driver, goodRequest(), Map.of("f", layers));
  }

  @Test
  void bringsUpExactlyWhatWasRead() {
    TwoLayers layers = new TwoLayers(10_000);
    Content.fill(layers.backing(), 0, 10_000, 7);
    Content.requireAll(over(layers).disk(), 1000, 3000, 7);
    assertThat(layers.isUp(new ByteRange(1000, 3000))).isTrue();
    assertThat(layers.bytesUp()).isEqualTo(3000);
    Content.fill(layers.backing(), 0, 10_000, 8);
    Content.requireAll(layers, 1000, 3000, 7);
  }

  @Test
  void leavesAloneWhatIsUpAlready() {
    TwoLayers layers = new TwoLayers(10_000);
    Content.fill(layers.backing(), 0, 10_000, 7);
    Content.fill(layers, 100, 50, 1);
    Content.fill(layers, 500, 50, 2);
    Content.fill(layers, 900, 50, 3);
    Content.read(over(layers).disk(), 0, 10_000);
    Content.requireAll(layers, 100, 50, 1);
    Content.requireAll(layers, 500, 50, 2);
    Content.requireAll(layers, 900, 50, 3);
    Content.requireAll(layers, 950, 9050, 7);
    assertThat(layers.bytesUp()).isEqualTo(10_000);
  }

  @Test
  void bringsUpZeroesToo() {
    TwoLayers layers = new TwoLayers(10_000);
    Content.requireAll(over(layers).disk(), 0, 10_000, 0);
    assertThat(layers.bytesUp()).isEqualTo(10_000);
  }

  @Test
  void theSecondReadWritesNothing() {
    TwoLayers layers = new TwoLayers(10_000);
    Bench.Opened opened = over(layers);
    Content.read(opened.disk(), 0, 10_000);
    layers.beforeEachWrite(
        () -> {
          throw new AssertionError("written again");
        });
    Content.read(opened.disk(), 0, 10_000);
  }

  @Test
  void aCopyUnderWayNeverOverwritesANewerWrite() throws Exception {
    TwoLayers layers = new TwoLayers(10_000);
    Content.fill(layers.backing(), 0, 10_000, 7);
    Bench.Opened opened = over(layers);
    CountDownLatch copying = new CountDownLatch(1);
    Thread writer = Thread.ofPlatform().unstarted(() -> Content.fill(opened.disk(), 10, 100, 9));
    layers.beforeEachWrite(() -> startOnce(copying, writer));
    Content.read(opened.disk(), 0, 1000);
    assertThat(copying.await(10, TimeUnit.SECONDS)).isTrue();
    writer.join(10_000);
    assertThat(writer.isAlive()).isFalse();
    Content.requireAll(layers, 10, 100, 9);
    Content.requireAll(layers, 110, 890, 7);
  }

  /// Starts the writer in the middle of the copy, and gives it time to run into the lock, or past
  /// it.
  private static void startOnce(CountDownLatch copying, Thread writer) {
    if (copying.getCount() > 0) {
      copying.countDown();
      writer.start();
      try {
        writer.join(200);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void writesAndZeroesPassThrough() {
    TwoLayers layers = new TwoLayers(10_000);
    Content.fill(layers.backing(), 0, 10_000, 7);
    Bench.Opened opened = over(layers);
    Content.fill(opened.disk(), 0, 100, 1);
    ((Zeroable) opened.disk()).zero(new ByteRange(100, 100), Zeroable.Mode.MAY_UNMAP);
    Content.requireAll(opened.disk(), 0, 100, 1);
    Content.requireAll(opened.disk(), 100, 100, 0);
    Content.requireAll(opened.disk(), 200, 100, 7);
  }
}
