package io.blockgraph.driver.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.RecordedEvents;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.driver.SimulatedHostFiles.Lack;
import io.blockgraph.graph.NodeSpec;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The driver `file` on a file system that lacks what others have, and on one that fails.
class PoorFileSystemTest {
  private static final int SIZE = 100_000;
  private static final ByteRange RANGE = new ByteRange(1000, 50_000);

  private final SimulatedHostFiles files = new SimulatedHostFiles();
  private final RecordedEvents events = new RecordedEvents();

  @BeforeEach
  void make() {
    files.create("a.img").truncate(SIZE);
    Content.fill(files.content("a.img"), 0, SIZE, 7);
  }

  private BlockIo open(String locking) {
    NodeSpec spec = Bench.spec(new FileDriver(), Map.of("filename", "a.img", "locking", locking));
    Opening.Services services = new Opening.Services(files, events, new ManualTicker());
    return new FileDriver()
        .open(new Opening(spec, Bench.WRITER, Children.NONE, services))
        .bind(Children.NONE);
  }

  private static void zero(BlockIo disk, Zeroable.Mode mode) {
    ((Zeroable) disk).zero(RANGE, mode);
  }

  private static void refused(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(BlockException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @Test
  void writesZeroesWhereTheFileSystemCannotMakeThem() {
    files.without(Lack.HOLES).without(Lack.ZERO_RANGE);
    for (Zeroable.Mode mode :
        new Zeroable.Mode[] {Zeroable.Mode.MAY_UNMAP, Zeroable.Mode.KEEP_ALLOCATED}) {
      BlockIo disk = open("auto");
      Content.fill(disk, 0, SIZE, 7);
      zero(disk, mode);
      Content.requireAll(disk, 0, 1000, 7);
      Content.requireAll(disk, 1000, 50_000, 0);
      Content.requireAll(disk, 51_000, 49_000, 7);
    }
    assertThat(events.all()).isEmpty();
  }

  @Test
  void refusesToBeFastWhereItCannotBe() {
    files.without(Lack.HOLES);
    zero(open("auto"), Zeroable.Mode.FAST_ONLY);
    files.without(Lack.ZERO_RANGE);
    refused(Kind.UNSUPPORTED, () -> zero(open("auto"), Zeroable.Mode.FAST_ONLY));
  }

  @Test
  void aDiscardWithoutHolesDoesNothing() {
    files.without(Lack.HOLES);
    BlockIo disk = open("auto");
    ((Discardable) disk).discard(RANGE);
    Content.requireAll(disk, 0, SIZE, 7);
  }

  @Test
  void doesWithoutLocksOnlyWhenItMay() {
    files.without(Lack.LOCKS);
    Content.requireAll(open("auto"), 0, SIZE, 7);
    Content.requireAll(open("off"), 0, SIZE, 7);
    refused(Kind.UNSUPPORTED, () -> open("on"));
  }

  @Test
  void handsUpThatThereIsNoSpaceAndTellsIt() {
    BlockIo disk = open("auto");
    files.without(Lack.SPACE);
    refused(Kind.NO_SPACE, () -> Content.fill(disk, 10, 20, 1));
    refused(Kind.NO_SPACE, () -> zero(disk, Zeroable.Mode.KEEP_ALLOCATED));
    refused(Kind.NO_SPACE, () -> ((Resizable) disk).resize(SIZE * 2));
    assertThat(disk.sizeBytes()).isEqualTo(SIZE);
    assertThat(events.of(NodeEvents.Kind.IO_ERROR))
        .extracting(told -> told.detail("operation"))
        .containsExactly("write", "write-zeroes", "resize");
  }

  @Test
  void tellsWhereAReadFailed() {
    BlockIo disk = open("auto");
    files.without(Lack.READING);
    refused(Kind.IO, () -> Content.read(disk, 4096, 512));
    assertThat(events.all().getFirst().details())
        .containsEntry("operation", "read")
        .containsEntry("offset", 4096L)
        .containsEntry("length", 512L);
  }

  @Test
  void aFlushThatFailedOnceFailsUntilTheNodeIsOpenedAnew() {
    BlockIo disk = open("auto");
    files.without(Lack.DURABILITY);
    refused(Kind.FLUSH_FAILED, disk::flush);
    files.with(Lack.DURABILITY);
    refused(Kind.FLUSH_FAILED, disk::flush);
    open("auto").flush();
  }

  @Test
  void aRequestOutOfRangeIsNoErrorOfTheStorage() {
    refused(Kind.OUT_OF_RANGE, () -> Content.read(open("auto"), SIZE, 1));
    assertThat(events.all()).isEmpty();
  }
}
