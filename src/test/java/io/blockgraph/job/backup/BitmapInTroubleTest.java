package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Bitmaps;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.strangers.NbdTools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The bitmap of a backup whose source cannot be written.
@Timeout(120)
class BitmapInTroubleTest {
  private static final NodeName DISK = new NodeName("disk");
  private static final BitmapName NAME = new BitmapName("b");
  private static final long MIB = BackupBench.MIB;

  @TempDir Path directory;
  private BackupBench bench;
  private ChainWorld world;
  private GatedDisk client;

  @BeforeEach
  void open() {
    bench = new BackupBench(directory);
    world = bench.world;
    client = world.writer("w", "disk");
    world.open("copy", null, true);
    add(NAME);
    for (int i = 1; i < 4; i++) {
      ChainWorld.write(client, i * MIB, new byte[] {7});
    }
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private void add(BitmapName name) {
    BitmapEdit add =
        new BitmapEdit.Add(
            DISK, name, 64 << 10, DirtyBitmap.Recording.ENABLED, DirtyBitmap.Lasting.PERSISTENT);
    assertThat(new Bitmaps(world.graph()).make(add, Ask.PLAIN)).isInstanceOf(Result.Done.class);
  }

  private DirtyBitmap bitmap() {
    return world.graph().inspect(view -> view.bitmaps(DISK).find(NAME).orElseThrow());
  }

  private void start(BackupSync sync, SyncBitmap.Mode mode) {
    BackupRequest.Disks disks =
        new BackupRequest.Disks(
            DISK,
            new NodeName("copy"),
            Optional.empty(),
            sync,
            Optional.of(new SyncBitmap(NAME, mode)));
    bench.started(BackupBench.slowly(disks, BackupBench.SLOWEST));
  }

  /// The job ends while nothing can be written to the image of the source, and then it can again.
  private void endsWhileTheImageCannotBeWritten() {
    world.failing("disk", Map.of("operation", "write", "errno", "EIO"));
    world.jobs().cancel(ChainWorld.JOB, CancelMode.SOFT);
    world.await(ChainWorld.JOB, JobStatus.CONCLUDED);
    world.assertNoJobInGraph();
    assertThat(bitmap().loan()).isEmpty();
    world.healed("disk");
  }

  private boolean isDirty(long offset) {
    return bitmap().bits().isDirty(new ByteRange(offset, 1));
  }

  /// What the image says of the bitmap is as true as it was; the bitmap in memory has everything.
  @Test
  void aJobLeavesThoughTheImageCannotKeepTheBitmap() {
    start(BackupSync.INCREMENTAL, SyncBitmap.Mode.ON_SUCCESS);
    ChainWorld.write(client, 0, new byte[] {7});
    endsWhileTheImageCannotBeWritten();
    for (int i = 0; i < 4; i++) {
      assertThat(isDirty(i * MIB)).isTrue();
    }
  }

  @Test
  void theImageIsToldWhenItCanBeWrittenAgain() {
    start(BackupSync.FULL, SyncBitmap.Mode.ALWAYS);
    endsWhileTheImageCannotBeWritten();
    long neverWritten = 2 * MIB + MIB * 3 / 4;
    assertThat(isDirty(neverWritten)).isTrue();
    world.restartFromNow();
    assertThat(bitmap().isInconsistent()).isFalse();
    assertThat(isDirty(neverWritten)).isTrue();
  }

  /// Bitmaps are stored while one of them is lent, and that is all that a crash leaves.
  @Test
  void anImageThatIsStoredDuringTheLoanHasWhatWasWrittenSince() throws Exception {
    start(BackupSync.INCREMENTAL, SyncBitmap.Mode.ON_SUCCESS);
    ChainWorld.write(client, 0, new byte[] {7});
    add(new BitmapName("another"));
    assertThat(bitmap().loan()).isPresent();
    Path then = Files.copy(world.image("disk"), directory.resolve("then"));
    String stored = NbdTools.bitmap(then, "b").toString();
    for (int i = 0; i < 4; i++) {
      String dirty = "\"offset\":" + i * MIB + ",\"length\":65536,\"type\":1";
      assertThat(stored).contains(dirty);
    }
  }
}
