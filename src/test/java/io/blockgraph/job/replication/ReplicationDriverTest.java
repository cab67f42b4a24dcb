package io.blockgraph.job.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
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
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.NodeSpec;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A replication node that runs is like any filter; and what it refuses when it does not.
class ReplicationDriverTest extends DriverContract {
  private final ReplicationDriver driver = new ReplicationDriver();

  @Override
  protected Driver driver() {
    return driver;
  }

  @Override
  protected Set<Ability> abilities() {
    return Set.of(Ability.KEEPS_DATA, Ability.ZERO, Ability.DISCARD, Ability.EXTENTS);
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("mode", "primary", "file", "f");
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return at(
        Stage.RUNNING, on.open(driver, goodRequest(), Map.of("f", new MemoryDisk(SIZE_BYTES))));
  }

  /// The node when it has come to that stage.
  private static Bench.Opened at(Stage stage, Bench.Opened opened) {
    NodeSpec before = opened.spec();
    Standing standing =
        new Standing(
            stage, Standing.Below.LIVE, Optional.of(Instant.EPOCH), Optional.of(Instant.EPOCH));
    NodeSpec after = before.withOptions(standing.in(before.options()));
    opened
        .node()
        .prepare(new Node.NodeChange(before, after, Bench.WRITER, Bench.WRITER, opened.children()))
        .commit();
    return opened;
  }

  private Bench.Opened open(Mode mode, BlockIo disk) {
    return bench().open(driver, Map.of("mode", mode.word(), "file", "f"), Map.of("f", disk));
  }

  @ParameterizedTest
  @EnumSource
  void refusesEverythingButItsLengthBeforeItBegins(Mode mode) {
    BlockIo disk = open(mode, new MemoryDisk(1000)).disk();
    assertThat(disk.sizeBytes()).isEqualTo(1000);
    ByteRange range = new ByteRange(0, 10);
    refused(Kind.IO, () -> Content.read(disk, 0, 10));
    refused(Kind.IO, () -> Content.fill(disk, 0, 10, 1));
    refused(Kind.IO, () -> ((Zeroable) disk).zero(range, Zeroable.Mode.MAY_UNMAP));
    refused(Kind.IO, () -> ((Discardable) disk).discard(range));
    refused(Kind.IO, disk::flush);
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILOVER", "DONE"})
  void aPrimaryForwardsNothingOnceItHasEndedAndASecondaryIsADiskOfItsOwn(Stage stage) {
    BlockIo primary = at(stage, open(Mode.PRIMARY, new MemoryDisk(1000))).disk();
    assertThatThrownBy(() -> Content.fill(primary, 0, 10, 1))
        .hasMessageContaining("'n'")
        .hasMessageContaining("'" + stage.word() + "'");
    BlockIo secondary = at(stage, open(Mode.SECONDARY, new MemoryDisk(1000))).disk();
    Content.fill(secondary, 0, 10, 1);
    Content.requireAll(secondary, 0, 10, 1);
  }

  @Test
  void aPrimaryGoesOnWhenItsSecondaryFailsAndRemembersThat() {
    Bench.Opened opened =
        at(Stage.RUNNING, open(Mode.PRIMARY, new FailingDisk(new MemoryDisk(1000))));
    BlockIo disk = opened.disk();
    Content.fill(disk, 0, 10, 1);
    ((Zeroable) disk).zero(new ByteRange(0, 10), Zeroable.Mode.MAY_UNMAP);
    assertThat(opened.node().facts()).containsEntry("stage", "running").containsKey("error");
    assertThatThrownBy(() -> Content.read(disk, 0, 10))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("lacks what was written: no way");
    assertThat(bench().events().all()).hasSize(1);
    at(Stage.RUNNING, opened);
  }

  @Test
  void aSecondaryPassesErrorsOn() {
    BlockIo disk =
        at(Stage.RUNNING, open(Mode.SECONDARY, new FailingDisk(new MemoryDisk(1000)))).disk();
    refused(Kind.NO_SPACE, () -> Content.fill(disk, 0, 10, 1));
  }

  @Test
  void aPrimaryThatRanWhenTheServiceEndedHasFailed() {
    Bench.Opened begun = at(Stage.RUNNING, open(Mode.PRIMARY, new MemoryDisk(1000)));
    Standing running =
        new Standing(Stage.RUNNING, Standing.Below.LIVE, Optional.empty(), Optional.empty());
    NodeSpec spec = begun.spec().withOptions(running.in(begun.spec().options()));
    Bench.Opened again =
        bench().open(driver, spec, Map.of("f", new MemoryDisk(1000)), Bench.WRITER);
    assertThat(again.node().facts()).containsEntry("stage", "failed");
    refused(Kind.IO, () -> Content.fill(again.disk(), 0, 1, 1));
    at(Stage.DONE, again);
    assertThat(again.node().facts()).containsEntry("stage", "done");
  }

  @Test
  void tellsNoErrorWhileItsDisksAreBeingEmptiedAndOneWhenThatIsGivenUp() {
    Bench.Opened opened = at(Stage.CHECKPOINTING, open(Mode.SECONDARY, new MemoryDisk(1000)));
    ReplicationNode node = (ReplicationNode) opened.node();
    Standing running =
        new Standing(Stage.RUNNING, Standing.Below.LIVE, Optional.empty(), Optional.empty());
    NodeSpec after = opened.spec().withOptions(running.in(opened.spec().options()));
    var change =
        new Node.NodeChange(opened.spec(), after, Bench.WRITER, Bench.WRITER, opened.children());
    Prepared first = node.prepare(change);
    node.tearUnlessDone("torn");
    assertThat(node.facts()).containsEntry("stage", "checkpointing").doesNotContainKey("error");
    refused(Kind.IO, () -> Content.fill(opened.disk(), 0, 1, 1));
    first.abort();
    assertThat(node.facts()).containsEntry("error", "torn");
    Prepared second = node.prepare(change);
    node.tearUnlessDone("torn");
    second.commit();
    assertThat(node.facts()).containsEntry("stage", "running").doesNotContainKey("error");
  }

  /// A disk that takes nothing.
  private record FailingDisk(BlockIo disk) implements BlockIo {
    @Override
    public void read(long offset, MemorySegment into) {
      disk.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      throw new BlockException(Kind.NO_SPACE, "no way");
    }

    @Override
    public void flush() {
      disk.flush();
    }

    @Override
    public long sizeBytes() {
      return disk.sizeBytes();
    }
  }
}
