package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Parent;
import io.blockgraph.job.JobResult;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is marked of a top, when the chain of the source changes between two looks at a large disk.
/// The source is a filter: the disk that it shows is nobody's but the graph's.
@Timeout(60)
final class FirstPassTest {
  private static final ByteRange OWN = new ByteRange(128 << 10, 64 << 10);

  private final MirrorWorld world = new MirrorWorld();
  private FirstPass pass;
  private DirtyBitmap bitmap;

  @BeforeEach
  void begin() {
    world.disk("base").fill("base", 1);
    world.overlay("disk", "base").overlay("t", "base").pass("s", "disk");
    GatedDisk client = world.writer("w", "s");
    MirrorWorld.fill(client, OWN.offset(), OWN.length(), 2);
    MirrorRequest request = MirrorWorld.slowest(MirrorWorld.request("s", "t", SyncMode.TOP));
    MirrorPlan plan = plan(request);
    world.start(request);
    bitmap = plan.tracker().bitmap();
    pass = new FirstPass(plan, bitmap, world.graph);
  }

  @AfterEach
  void end() {
    world.close();
  }

  private MirrorPlan plan(MirrorRequest request) {
    JobResult<MirrorPlan> plan =
        world.graph.inspect(
            view -> new MirrorChecks(world.graph.drivers()).check(request, Optional.empty(), view));
    return ((JobResult.Done<MirrorPlan>) plan).value();
  }

  private void comesInFor(String node, String overlay) {
    EdgeId own = EdgeId.of(new Parent.OfNode(new NodeName(overlay)), ChildName.BACKING);
    world.edit(new GraphEdit.MoveParents(new NodeName(node), new NodeName(overlay), Set.of(own)));
  }

  private ByteRange marked() throws Exception {
    GatedDisk main = world.graph.disk(MirrorWorld.JOB.user(), MirrorEdits.MAIN).orElseThrow();
    long looked = main.call(disk -> pass.step((MirrorTopDisk) disk, 0));
    assertThat(looked).isEqualTo(MirrorWorld.SIZE);
    return bitmap.nextDirty(0, MirrorWorld.SIZE);
  }

  @Test
  void isWhatTheDiskItselfHolds() throws Exception {
    assertThat(marked()).isEqualTo(OWN);
  }

  @Test
  void isThatAlsoBelowAnOverlayThatHasCome() throws Exception {
    world.overlay("over", "disk");
    comesInFor("disk", "over");
    assertThat(marked()).isEqualTo(OWN);
  }

  @Test
  void isEverythingWhenTheDiskIsGone() throws Exception {
    world.overlay("other", "base");
    comesInFor("disk", "other");
    assertThat(marked()).isEqualTo(new ByteRange(0, MirrorWorld.SIZE));
  }
}
