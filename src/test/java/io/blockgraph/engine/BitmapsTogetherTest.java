package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.driver.nulldisk.NullDriver;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.BitmapRefusal;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Bitmaps that are merged and removed in one change.
class BitmapsTogetherTest {
  private static final int PART = 512;
  private static final ByteRange WRITTEN = new ByteRange(4 * PART, PART);
  private static final NodeName DISK = new NodeName("disk");
  private static final NodeName OTHER = new NodeName("other");
  private static final NodeName LONG = new NodeName("long");
  private static final BitmapName FROM = new BitmapName("from");
  private static final BitmapName INTO = new BitmapName("into");

  private final EventLog events = new EventLog(Clock.systemUTC(), 100);
  private final BlockGraph graph =
      new BlockGraph(
          new DriverRegistry(List.of(new NullDriver())),
          new Opening.Services(new SimulatedHostFiles(), events, new ManualTicker()),
          new MemoryGraphStore(),
          events,
          EngineLimits.DEFAULT);

  private static GraphEdit disk(NodeName name, int parts) {
    return new GraphEdit.AddNode(
        new NodeSpec(
            name,
            new DriverName("null"),
            NodeSpec.Access.READ_WRITE,
            NodeSpec.Origin.NAMED,
            new Options(Map.of("size", (long) parts * PART)),
            List.of()));
  }

  private static BitmapEdit add(NodeName node, BitmapName name) {
    return new BitmapEdit.Add(
        node, name, PART, DirtyBitmap.Recording.ENABLED, DirtyBitmap.Lasting.IN_MEMORY);
  }

  private static BitmapEdit merge(NodeName node, BitmapName name) {
    return new BitmapEdit.Merge(DISK, INTO, List.of(new BitmapEdit.Source(node, name)));
  }

  private Result<?> commit(List<GraphEdit> edits, BitmapEdit... bitmaps) {
    return graph.commit(Change.of("test", edits).editing(List.of(bitmaps)));
  }

  private boolean marks(NodeName node, BitmapName name) {
    return graph.inspect(
        view -> view.bitmaps(node).find(name).orElseThrow().bits().isDirty(WRITTEN));
  }

  private List<DirtyBitmap> all(NodeName node) {
    return graph.inspect(view -> view.bitmaps(node).all());
  }

  @BeforeEach
  void begin() {
    assertThat(commit(List.of(disk(DISK, 64), disk(OTHER, 64), disk(LONG, 128))))
        .isInstanceOf(Result.Done.class);
    assertThat(commit(List.of(), add(DISK, INTO), add(OTHER, FROM), add(LONG, FROM)))
        .isInstanceOf(Result.Done.class);
    graph.inspect(
        view -> {
          view.bitmaps(OTHER).find(FROM).orElseThrow().bits().set(WRITTEN);
          return view;
        });
  }

  @AfterEach
  void end() {
    graph.close();
  }

  @Test
  void theLastBitmapOfAnotherDiskMayGoWhenItHasBeenMerged() {
    assertThat(commit(List.of(), merge(OTHER, FROM), new BitmapEdit.Remove(OTHER, FROM)))
        .isInstanceOf(Result.Done.class);
    assertThat(marks(DISK, INTO)).isTrue();
    assertThat(all(OTHER)).isEmpty();
  }

  @Test
  void theLastBitmapOfADiskMayGoThoughAnotherHasBeenMergedIntoIt() {
    assertThat(commit(List.of(), merge(OTHER, FROM), new BitmapEdit.Remove(DISK, INTO)))
        .isInstanceOf(Result.Done.class);
    assertThat(marks(OTHER, FROM)).isTrue();
    assertThat(all(DISK)).isEmpty();
  }

  @Test
  void whatComesIsMergedAndGoesLeavesItsMarks() {
    BitmapName brief = new BitmapName("brief");
    assertThat(
            commit(
                List.of(),
                add(DISK, brief),
                new BitmapEdit.Merge(DISK, brief, List.of(new BitmapEdit.Source(OTHER, FROM))),
                merge(DISK, brief),
                new BitmapEdit.Remove(DISK, brief)))
        .isInstanceOf(Result.Done.class);
    assertThat(marks(DISK, INTO)).isTrue();
  }

  @Test
  void aBitmapOfAnotherLengthIsNotMergedThoughItGoes() {
    assertThat(commit(List.of(), merge(LONG, FROM), new BitmapEdit.Remove(LONG, FROM)))
        .isEqualTo(
            new Result.Rejected<>(
                new Rejection.BitmapRefused(
                    new BitmapRefusal.SizesDiffer(DISK, 64 * PART, LONG, 128 * PART))));
  }
}
