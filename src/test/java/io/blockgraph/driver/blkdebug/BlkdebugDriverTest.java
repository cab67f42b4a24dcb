package io.blockgraph.driver.blkdebug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extents;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.driver.Node;
import io.blockgraph.graph.NodeSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlkdebugDriverTest extends DriverContract {
  private final Driver driver = new BlkdebugDriver();
  private final MemoryDisk file = new MemoryDisk(SIZE_BYTES);

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
    return on.open(driver, goodRequest(), Map.of("f", file));
  }

  private Bench.Opened faulty(Map<String, ?> fault) {
    return bench()
        .open(driver, Map.of("file", "f", "injectError", List.of(fault)), Map.of("f", file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"read", "write", "write-zeroes", "discard", "flush", "resize", "extents"})
  void failsTheOperationThatWasNamedAndNoOther(String operation) {
    BlockIo disk = faulty(Map.of("operation", operation)).disk();
    Map<String, Runnable> all =
        Map.of(
            "read", () -> Content.read(disk, 0, 10),
            "write", () -> Content.fill(disk, 0, 10, 1),
            "write-zeroes",
                () -> ((Zeroable) disk).zero(new ByteRange(0, 10), Zeroable.Mode.MAY_UNMAP),
            "discard", () -> ((Discardable) disk).discard(new ByteRange(0, 10)),
            "flush", disk::flush,
            "resize", () -> ((Resizable) disk).resize(SIZE_BYTES),
            "extents", () -> Extents.of(disk, new ByteRange(0, 10)));
    refused(Kind.IO, all.get(operation)::run);
    all.forEach((word, run) -> runUnless(word.equals(operation), run));
  }

  private static void runUnless(boolean skipped, Runnable run) {
    if (!skipped) {
      run.run();
    }
  }

  @Test
  void failsOnlyWhereItWasTold() {
    BlockIo disk = faulty(Map.of("operation", "read", "sector", 2)).disk();
    Content.read(disk, 0, 1024);
    Content.read(disk, 1536, 10);
    refused(Kind.IO, () -> Content.read(disk, 1023, 2));
    refused(Kind.IO, () -> Content.read(disk, 1535, 1));
    BlockIo other = faulty(Map.of("operation", "read", "offset", 10, "length", 5)).disk();
    Content.read(other, 0, 10);
    Content.read(other, 15, 10);
    refused(Kind.IO, () -> Content.read(other, 14, 1));
  }

  @Test
  void failsOnceAlsoWhenTheGraphAroundItIsBoundAnew() {
    Bench.Opened opened = faulty(Map.of("operation", "read", "once", true));
    refused(Kind.IO, () -> Content.read(opened.disk(), 0, 10));
    Content.read(opened.disk(), 0, 10);
    Content.read(opened.node().bind(new Children(opened.children().byName())), 0, 10);
  }

  @Test
  void givesTheErrorThatWasAskedFor() {
    refused(
        Kind.NO_SPACE,
        () ->
            Content.fill(faulty(Map.of("operation", "write", "errno", "ENOSPC")).disk(), 0, 1, 1));
    assertThatThrownBy(
            () ->
                Content.fill(
                    faulty(Map.of("operation", "write", "errno", "EROFS")).disk(), 7, 1, 1))
        .hasMessage("injected EROFS into write at offset 7, length 1");
  }

  @Test
  void aLateErrorComesAfterTheChildHasDoneItsWork() {
    BlockIo early = faulty(Map.of("operation", "write")).disk();
    refused(Kind.IO, () -> Content.fill(early, 0, 10, 1));
    Content.requireAll(file, 0, 10, 0);
    BlockIo late = faulty(Map.of("operation", "write", "immediately", false)).disk();
    refused(Kind.IO, () -> Content.fill(late, 0, 10, 1));
    Content.requireAll(file, 0, 10, 1);
  }

  @Test
  void faultsCanBeChangedWhileItIsOpen() {
    Bench.Opened opened = openEmpty(bench());
    NodeSpec faulty =
        opened
            .spec()
            .withOptions(
                opened.spec().options().with("injectError", List.of(Map.of("operation", "read"))));
    opened
        .node()
        .prepare(
            new Node.NodeChange(
                opened.spec(), faulty, Bench.WRITER, Bench.WRITER, opened.children()))
        .commit();
    refused(Kind.IO, () -> Content.read(opened.disk(), 0, 1));
  }

  @Test
  void refusesFaultsThatContradictThemselves() {
    assertThat(objection(Map.of("operation", "read", "sector", 1, "offset", 1)))
        .contains("not both");
    assertThat(objection(Map.of("operation", "read", "offset", Long.MAX_VALUE, "length", 1)))
        .contains("beyond");
    assertThat(objection(Map.of("operation", "read", "sector", 1))).isEmpty();
  }

  private String objection(Map<String, ?> fault) {
    NodeSpec spec = Bench.spec(driver, Map.of("file", "f", "injectError", List.of(fault)));
    return driver.rules().objection(spec).orElse("");
  }

  @Test
  void namesThePlaceOfAMistakeWithinAFault() {
    assertThatThrownBy(() -> faulty(Map.of("operation", "raed")))
        .hasMessageContaining("/injectError/0/operation")
        .hasMessageContaining("did you mean 'read'?");
  }
}
