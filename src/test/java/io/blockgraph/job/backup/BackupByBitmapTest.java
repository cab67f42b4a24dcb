package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Bitmaps;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.BitmapRefusal;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ModelledClient;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a bitmap says is copied and nothing else, and no write is ever missing from the bitmap.
@Timeout(120)
class BackupByBitmapTest {
  private static final NodeName DISK = new NodeName("disk");
  private static final BitmapName NAME = new BitmapName("b");
  private static final long MIB = BackupBench.MIB;
  private static final long PART = 64 << 10;

  @TempDir Path directory;
  private BackupBench bench;
  private ChainWorld world;
  private GatedDisk client;

  @BeforeEach
  void open() {
    bench = new BackupBench(directory);
    world = bench.world;
    client = world.writer("w", "disk");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private void edit(BitmapEdit edit) {
    assertThat(new Bitmaps(world.graph()).make(edit, Ask.PLAIN)).isInstanceOf(Result.Done.class);
  }

  private void add(DirtyBitmap.Lasting lasting) {
    add(lasting, PART);
  }

  private void add(DirtyBitmap.Lasting lasting, long granularity) {
    edit(new BitmapEdit.Add(DISK, NAME, granularity, DirtyBitmap.Recording.ENABLED, lasting));
  }

  private DirtyBitmap bitmap() {
    return world.graph().inspect(view -> view.bitmaps(DISK).find(NAME).orElseThrow());
  }

  private boolean isDirty(long offset) {
    return bitmap().bits().isDirty(new ByteRange(offset, 1));
  }

  private static BackupRequest.Disks by(String target, BackupSync sync, SyncBitmap.Mode mode) {
    return new BackupRequest.Disks(
        DISK,
        new NodeName(target),
        Optional.empty(),
        sync,
        Optional.of(new SyncBitmap(NAME, mode)));
  }

  private static BackupRequest.Disks incremental(String target) {
    return by(target, BackupSync.INCREMENTAL, SyncBitmap.Mode.ON_SUCCESS);
  }

  private void put(long offset, int value) {
    ChainWorld.write(client, offset, new byte[] {(byte) value});
  }

  private void copies(BackupRequest.Disks disks) {
    bench.started(BackupRequest.of(ChainWorld.JOB, disks));
    bench.finishes();
    world.jobs().dismiss(ChainWorld.JOB);
  }

  private void openCopy(String name, String below) {
    world.image(name, below, ChainWorld.SIZE).open(name, below, true);
  }

  /// A job that has copied little whenever it is looked at.
  private void startsSlowly(BackupRequest.Disks disks) {
    bench.started(BackupBench.slowly(disks, BackupBench.SLOWEST));
  }

  private void isCancelled() {
    world.jobs().cancel(ChainWorld.JOB, CancelMode.SOFT);
    world.await(ChainWorld.JOB, JobStatus.CONCLUDED);
    world.assertNoJobInGraph();
  }

  @Test
  void copiesWhatTheBitmapSaysAndNothingElse() {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.IN_MEMORY);
    put(MIB, 7);
    put(3 * MIB + 5, 8);
    copies(incremental("copy"));
    GatedDisk copy = world.reader("r", "copy");
    assertThat(ChainWorld.read(copy, MIB, (int) PART)).startsWith(7, 2).endsWith(2);
    assertThat(ChainWorld.read(copy, 3 * MIB + 5, 1)).containsExactly(8);
    assertThat(ChainWorld.read(copy, 0, (int) MIB)).containsOnly(0);
    assertThat(ChainWorld.read(copy, MIB + PART, (int) MIB)).containsOnly(0);
    assertThat(bitmap().bits().dirtyBytes()).isZero();
  }

  /// Bitmaps may be finer or coarser than the clusters that are copied.
  @ParameterizedTest
  @ValueSource(longs = {512, 4096, 1 << 20})
  void copiesEveryClusterThatHasAPartOfTheBitmap(long granularity) {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.IN_MEMORY, granularity);
    for (long at : new long[] {0, MIB + 700, MIB + PART - 1, 2 * MIB + 9 * PART, 4 * MIB - 1}) {
      put(at, 7);
    }
    byte[] then = ChainWorld.content(client);
    copies(incremental("copy"));
    byte[] copy = ChainWorld.content(world.reader("r", "copy"));
    long cluster = Math.max(PART, granularity);
    for (int at = 0; at < then.length; at++) {
      boolean dirty = false;
      for (long put : new long[] {0, MIB + 700, MIB + PART - 1, 2 * MIB + 9 * PART, 4 * MIB - 1}) {
        dirty |= at / cluster == put / cluster;
      }
      if (copy[at] != (dirty ? then[at] : 0)) {
        assertThat(copy[at]).as("byte %d", at).isEqualTo(dirty ? then[at] : 0);
      }
    }
  }

  @Test
  void whatClientsOverwriteOutsideOfTheBitmapIsNotCopied() {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.IN_MEMORY);
    put(MIB, 7);
    startsSlowly(incremental("copy"));
    put(0, 9);
    put(MIB, 9);
    bench.finishes();
    GatedDisk copy = world.reader("r", "copy");
    assertThat(ChainWorld.read(copy, 0, 1)).containsExactly(0);
    assertThat(ChainWorld.read(copy, MIB, 1)).containsExactly(7);
    assertThat(isDirty(0)).isTrue();
    assertThat(isDirty(MIB)).isTrue();
  }

  @Test
  void tellsHowMuchThereIsToCopy() {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.IN_MEMORY);
    put(MIB, 7);
    bench.started(BackupRequest.of(ChainWorld.JOB, incremental("copy")));
    JobRecord over = world.succeeded(ChainWorld.JOB);
    assertThat(over.progress().bytesTotal()).isEqualTo(PART);
    assertThat(over.progress().bytesDone()).isEqualTo(PART);
    assertThat(over.details().text("bitmap")).contains("b");
  }

  @Test
  void aBitmapIsBusyWhileAJobHasIt() {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.IN_MEMORY);
    put(MIB, 7);
    put(2 * MIB, 7);
    startsSlowly(incremental("copy"));
    Result<?> refused =
        new Bitmaps(world.graph()).make(new BitmapEdit.Clear(DISK, NAME), Ask.PLAIN);
    assertThat(refused.toString()).contains("Busy");
  }

  @Test
  void aCancelledIncrementalGivesBackEverything() {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.IN_MEMORY);
    put(MIB, 7);
    put(2 * MIB, 7);
    put(3 * MIB, 7);
    startsSlowly(incremental("copy"));
    put(0, 9);
    isCancelled();
    for (long offset : new long[] {0, MIB, 2 * MIB, 3 * MIB}) {
      assertThat(isDirty(offset)).isTrue();
    }
  }

  @Test
  void neverLeavesTheBitmapAsItWas() {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.IN_MEMORY);
    put(MIB, 7);
    copies(by("copy", BackupSync.BITMAP, SyncBitmap.Mode.NEVER));
    assertThat(isDirty(MIB)).isTrue();
    assertThat(bitmap().loan()).isEmpty();
  }

  @Test
  void alwaysIsDoneWithWhatWasCopiedAndNoMore() {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.IN_MEMORY);
    put(0, 7);
    put(MIB, 7);
    put(2 * MIB, 7);
    put(3 * MIB, 7);
    startsSlowly(by("copy", BackupSync.BITMAP, SyncBitmap.Mode.ALWAYS));
    put(3 * MIB, 8);
    put(3 * MIB + PART, 8);
    isCancelled();
    byte[] copy = ChainWorld.content(world.reader("r", "copy"));
    for (long offset : new long[] {0, MIB, 2 * MIB}) {
      assertThat(isDirty(offset)).as("%d", offset).isEqualTo(copy[(int) offset] != 7);
    }
    assertThat(copy[(int) (3 * MIB)]).isEqualTo((byte) 7);
    assertThat(isDirty(3 * MIB)).isTrue();
    assertThat(isDirty(3 * MIB + PART)).isTrue();
    assertThat(isDirty(2 * MIB + PART)).isFalse();
  }

  /// What was copied is durable before the bitmap is done with it.
  @Test
  void alwaysKeepsEverythingWhenTheTargetCannotBeFlushed() {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.IN_MEMORY);
    put(0, 7);
    put(MIB, 7);
    put(2 * MIB, 7);
    startsSlowly(by("copy", BackupSync.BITMAP, SyncBitmap.Mode.ALWAYS));
    put(MIB, 8);
    world.failing("copy", Map.of("operation", "flush", "errno", "EIO"));
    isCancelled();
    world.healed("copy");
    for (long offset : new long[] {0, MIB, 2 * MIB}) {
      assertThat(isDirty(offset)).as("%d", offset).isTrue();
    }
  }

  @Test
  void aFullCopyThatFailsLeavesWhatItHasNotCopied() {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.IN_MEMORY);
    startsSlowly(by("copy", BackupSync.FULL, SyncBitmap.Mode.ALWAYS));
    put(2 * MIB, 8);
    isCancelled();
    byte[] copy = ChainWorld.content(world.reader("r", "copy"));
    byte[] disk = ChainWorld.content(client);
    for (int offset = 0; offset < copy.length; offset++) {
      assertThat(copy[offset] == disk[offset] || isDirty(offset)).as("%d", offset).isTrue();
    }
    assertThat(isDirty(3 * MIB - 1)).isTrue();
  }

  @Test
  void refusesModesThatMeanNothing() {
    add(DirtyBitmap.Lasting.IN_MEMORY);
    world.open("copy", null, true);
    SyncBitmap.Mode onSuccess = SyncBitmap.Mode.ON_SUCCESS;
    List<BackupRequest.Disks> wrong =
        List.of(
            BackupBench.onto("copy", BackupSync.BITMAP),
            BackupBench.onto("copy", BackupSync.INCREMENTAL),
            by("copy", BackupSync.INCREMENTAL, SyncBitmap.Mode.NEVER),
            by("copy", BackupSync.FULL, SyncBitmap.Mode.NEVER),
            by("copy", BackupSync.NONE, onSuccess));
    for (BackupRequest.Disks disks : wrong) {
      assertThat(world.rejected(bench.start(disks)))
          .isInstanceOf(JobRejection.InvalidParameter.class);
    }
  }

  private BitmapRefusal refusal(BackupRequest.Disks disks) {
    JobRejection.Graph rejection = (JobRejection.Graph) world.rejected(bench.start(disks));
    return ((Rejection.BitmapRefused) rejection.rejection()).refusal();
  }

  @Test
  void refusesABitmapThatIsNotThereOrTaken() {
    world.open("copy", null, true);
    assertThat(refusal(incremental("copy"))).isInstanceOf(BitmapRefusal.NotFound.class);
    world.assertNoJobInGraph();
    add(DirtyBitmap.Lasting.IN_MEMORY);
    put(MIB, 7);
    put(2 * MIB, 7);
    startsSlowly(incremental("copy"));
    assertThat(bitmap().loan()).isPresent();
  }

  /// A chain of copies is at each of its ends the disk as it was then, under clients that write.
  @Test
  void aChainOfIncrementsIsTheDiskAtEachOfItsMoments() throws Exception {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.PERSISTENT);
    copies(by("copy", BackupSync.FULL, SyncBitmap.Mode.ON_SUCCESS));
    SplittableRandom random = new SplittableRandom(7);
    List<byte[]> then = new ArrayList<>();
    String below = "copy";
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 6; i++) {
        put(random.nextLong(ChainWorld.SIZE), random.nextInt(256));
      }
      ChainWorld.zero(client, random.nextInt(60) * PART, 2 * PART);
      byte[] moment = ChainWorld.content(client);
      then.add(moment);
      String name = "inc" + round;
      openCopy(name, below);
      bench.started(BackupBench.slowly(incremental(name), MIB));
      ModelledClient writing =
          new ModelledClient(client, new ByteRange(0, 2 * MIB), moment, round).resting(300).start();
      bench.finishes();
      world.jobs().dismiss(ChainWorld.JOB);
      writing.stop();
      below = name;
    }
    world.close();
    for (int round = 0; round < 3; round++) {
      Path image = world.image("inc" + round);
      QemuImg.assertClean(image);
      QemuImg.assertSameContent(bench.reference(then.get(round)), "raw", image, "qcow2");
    }
  }

  @Test
  void aPersistentBitmapHasEverythingAfterTheServiceWasEndedWithinAJob() {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.PERSISTENT);
    put(MIB, 7);
    put(2 * MIB, 7);
    startsSlowly(incremental("copy"));
    put(0, 9);
    world.restartFromNow();
    world.assertNoJobInGraph();
    for (long offset : new long[] {0, MIB, 2 * MIB}) {
      assertThat(isDirty(offset)).isTrue();
    }
    assertThat(bitmap().isInconsistent()).isFalse();
  }

  /// A crash may leave the image as it is then, and no copy that anybody knows of.
  @Test
  void theImageHasEverythingUntilTheEndOfTheJobIsDecided() {
    world.open("copy", null, true);
    add(DirtyBitmap.Lasting.PERSISTENT);
    put(MIB, 7);
    put(2 * MIB, 7);
    put(3 * MIB, 7);
    startsSlowly(incremental("copy"));
    Path atDecision = directory.resolve("at-decision");
    world.store().beforeEachDecision(() -> replace(world.image("disk"), atDecision));
    bench.finishes();
    world.store().beforeEachDecision(() -> {});
    Path now = replace(world.image("disk"), directory.resolve("now"));
    assertThat(NbdTools.bitmap(atDecision, "b").toString()).contains("\"type\":1");
    assertThat(NbdTools.bitmap(now, "b").toString()).doesNotContain("\"type\":1");
  }

  private static Path replace(Path from, Path to) {
    try {
      return Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
