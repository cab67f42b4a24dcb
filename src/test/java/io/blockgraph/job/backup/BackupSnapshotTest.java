package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extents;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.blkdebug.BlkdebugDriver;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Bitmaps;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.Snapshots;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ModelledClient;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// An overlay comes above a disk that is being copied: clients go on in the overlay, and the copy
/// is the disk of the start.
@Timeout(120)
class BackupSnapshotTest {
  private static final long MIB = BackupBench.MIB;
  private static final int PART = 64 << 10;
  private static final NodeName DISK = new NodeName("disk");
  private static final BitmapName BITMAP = new BitmapName("daily");

  @TempDir Path directory;
  private BackupBench bench;
  private ChainWorld world;
  private GatedDisk client;
  private byte[] then = new byte[0];

  @BeforeEach
  void open() {
    bench = new BackupBench(directory);
    world = bench.world;
    client = world.writer("w", "disk");
    then = ChainWorld.content(client);
    world.image("over", null, ChainWorld.SIZE).open("over", null, true);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private Result<Snapshots.Taken> take(String node, String overlay) {
    Snapshots.Request request =
        new Snapshots.Request(
            new NodeName(node),
            new Snapshots.Overlay.Existing(new NodeName(overlay)),
            Snapshots.Tolerance.NONE,
            Snapshots.Links.KEPT);
    return new Snapshots(world.graph()).take(request, Ask.PLAIN);
  }

  private void snapshot(String node) {
    assertThat(take(node, "over")).isInstanceOf(Result.Done.class);
  }

  private Refusal refused(String node, String overlay) {
    Result<Snapshots.Taken> result = take(node, overlay);
    assertThat(result).isInstanceOf(Result.Rejected.class);
    Rejection reason = ((Result.Rejected<Snapshots.Taken>) result).reason();
    return ((Rejection.RuleBroken) reason).refusal();
  }

  private void starts(BackupSync sync) {
    begins(BackupBench.onto("copy", sync), new BackupRequest.Pace(MIB, 4));
  }

  /// The job is there until it is asked to end, however fast it is.
  private void begins(BackupRequest.Disks disks, BackupRequest.Pace pace) {
    JobEnding asked =
        new JobEnding(JobEnding.Finalizing.ON_REQUEST, JobEnding.Dismissing.ON_REQUEST);
    bench.started(
        new BackupRequest(
            ChainWorld.JOB, disks, pace, BackupRequest.Errors.REPORT, asked, Optional.empty()));
  }

  private void finishes() {
    world.jobs().setSpeed(ChainWorld.JOB, 0);
    world.await(ChainWorld.JOB, JobStatus.PENDING);
    world.jobs().finalizeResult(ChainWorld.JOB);
    world.succeeded(ChainWorld.JOB);
    world.assertNoJobInGraph();
  }

  private List<ModelledClient> clients() {
    List<ModelledClient> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ByteRange part = new ByteRange(i * (5 * MIB / 4), 5 * MIB / 4);
      all.add(new ModelledClient(client, part, then, System.nanoTime()).resting(300).start());
    }
    return all;
  }

  private static void work(List<ModelledClient> clients) throws InterruptedException {
    long wanted = clients.getFirst().operations() + 20;
    while (clients.stream().anyMatch(each -> each.operations() < wanted)) {
      Thread.sleep(5);
    }
  }

  private void startsBy(BackupSync sync, SyncBitmap.Mode mode) {
    BackupRequest.Disks disks =
        new BackupRequest.Disks(
            DISK,
            new NodeName("copy"),
            Optional.empty(),
            sync,
            Optional.of(new SyncBitmap(BITMAP, mode)));
    begins(disks, new BackupRequest.Pace(PART, 4));
  }

  private void addBitmap(DirtyBitmap.Lasting lasting) {
    BitmapEdit add = new BitmapEdit.Add(DISK, BITMAP, PART, DirtyBitmap.Recording.ENABLED, lasting);
    assertThat(new Bitmaps(world.graph()).make(add, Ask.PLAIN)).isInstanceOf(Result.Done.class);
  }

  private DirtyBitmap bitmap() {
    return world.graph().inspect(view -> view.bitmaps(DISK).find(BITMAP).orElseThrow());
  }

  private boolean isDirty(long offset) {
    return bitmap().bits().isDirty(new ByteRange(offset, 1));
  }

  private void put(long offset, int value) {
    ChainWorld.write(client, offset, new byte[] {(byte) value});
  }

  private void standsOnTheDisk() {
    assertThat(world.child("w:root")).isEqualTo("over");
    assertThat(world.child("over:backing")).isEqualTo("disk");
    assertThat(world.child("disk:backing")).isEqualTo("base");
    assertThat(world.isReadOnly("disk")).isTrue();
    assertThat(world.isReadOnly("disk-file")).isTrue();
    assertThat(world.isReadOnly("over")).isFalse();
  }

  private void assertCopied(BackupSync sync) throws Exception {
    world.close();
    if (sync == BackupSync.TOP) {
      QemuImg.rebaseUnsafe(world.image("copy"), world.image("base").toString(), "qcow2");
    }
    bench.assertShows(world.image("copy"), then);
  }

  /// Before it, through it and after it clients write, and check what they read.
  @ParameterizedTest
  @EnumSource(
      value = BackupSync.class,
      names = {"FULL", "TOP"})
  void theCopyIsTheDiskOfTheStartAndClientsFindWhatTheyWrote(BackupSync sync) throws Exception {
    world.open("copy", null, true);
    starts(sync);
    List<ModelledClient> clients = clients();
    work(clients);
    snapshot("disk");
    assertThat(world.child("over:backing")).isEqualTo("j.filter");
    byte[] kept = ChainWorld.content(world.reader("r", "j.filter"));
    work(clients);
    finishes();
    work(clients);
    standsOnTheDisk();
    for (int i = 0; i < clients.size(); i++) {
      byte[] model = clients.get(i).stop();
      assertThat(ChainWorld.read(client, i * (5 * MIB / 4), model.length)).isEqualTo(model);
    }
    assertThat(world.child("r:root")).isEqualTo("disk");
    assertThat(ChainWorld.content(world.disk("r"))).isEqualTo(kept);
    assertCopied(sync);
  }

  /// The filter of the job can be named as well.
  @Test
  void aCompressedCopyIsTheDiskOfTheStart() throws Exception {
    world.open("copy", null, true);
    BackupRequest.Pace pace = new BackupRequest.Pace(MIB, 4, BackupRequest.Storing.COMPRESSED);
    begins(BackupBench.onto("copy", BackupSync.FULL), pace);
    put(5, 9);
    snapshot("j.filter");
    put(MIB + 5, 9);
    finishes();
    assertCopied(BackupSync.FULL);
  }

  /// From then on nothing is overwritten that would have to be copied first.
  @Test
  void anOverlayOverTheSourceGoesOnShowingTheMomentAndNothingMoreIsCopiedToIt() {
    world.open("copy", "disk", true);
    begins(BackupBench.onto("copy", BackupSync.NONE), new BackupRequest.Pace(0, 4));
    world.await(ChainWorld.JOB, JobStatus.READY);
    put(MIB + 5, 9);
    snapshot("disk");
    put(MIB + 5, 8);
    put(3 * MIB, 8);
    GatedDisk past = world.reader("r", "copy");
    assertThat(ChainWorld.content(past)).isEqualTo(then);
    assertThat(world.jobs().complete(ChainWorld.JOB)).isInstanceOf(JobResult.Done.class);
    finishes();
    standsOnTheDisk();
    assertThat(world.child("copy:backing")).isEqualTo("disk");
    put(5, 8);
    assertThat(ChainWorld.content(past)).isEqualTo(then);
    long own = world.graph().inspect(view -> ownBytes(view.disk(new NodeName("copy"))));
    assertThat(own).isEqualTo(PART);
  }

  private static long ownBytes(BlockIo disk) {
    return Extents.of(disk, new ByteRange(0, ChainWorld.SIZE)).stream()
        .filter(extent -> extent.depth() == 0)
        .mapToLong(extent -> extent.range().length())
        .sum();
  }

  @ParameterizedTest
  @EnumSource
  void theBitmapHasWhatWasWrittenBetweenTheStartAndTheOverlay(DirtyBitmap.Lasting lasting) {
    world.open("copy", null, true);
    addBitmap(lasting);
    put(MIB, 7);
    startsBy(BackupSync.INCREMENTAL, SyncBitmap.Mode.ON_SUCCESS);
    put(3 * MIB, 8);
    snapshot("disk");
    put(2 * MIB, 9);
    finishes();
    standsOnTheDisk();
    assertThat(ChainWorld.read(world.reader("r", "copy"), MIB, 2)).containsExactly(7, 2);
    assertThat(List.of(isDirty(MIB), isDirty(2 * MIB), isDirty(3 * MIB)))
        .containsExactly(false, false, true);
  }

  /// What is durable of it says more, and never less.
  @Test
  void aBitmapInTheImageHasAllThatWasWrittenAlsoAfterARestart() {
    world.open("copy", null, true);
    addBitmap(DirtyBitmap.Lasting.PERSISTENT);
    startsBy(BackupSync.INCREMENTAL, SyncBitmap.Mode.ON_SUCCESS);
    put(3 * MIB, 8);
    snapshot("disk");
    finishes();
    world.restartFromNow();
    assertThat(isDirty(3 * MIB)).isTrue();
  }

  @Test
  void aCancelledJobLeavesTheOverlayAndTheBitmap() {
    world.open("copy", null, true);
    addBitmap(DirtyBitmap.Lasting.IN_MEMORY);
    put(MIB, 7);
    startsBy(BackupSync.BITMAP, SyncBitmap.Mode.ON_SUCCESS);
    snapshot("disk");
    put(2 * MIB, 9);
    world.jobs().cancel(ChainWorld.JOB, CancelMode.SOFT);
    world.await(ChainWorld.JOB, JobStatus.CONCLUDED);
    world.assertNoJobInGraph();
    standsOnTheDisk();
    assertThat(ChainWorld.read(client, 2 * MIB, 1)).containsExactly(9);
    assertThat(isDirty(MIB)).isTrue();
  }

  /// The moment is gone with the run; what clients wrote is not.
  @Test
  void aRestartLeavesTheOverlayOnTheDisk() {
    world.open("copy", null, true);
    starts(BackupSync.TOP);
    put(5, 8);
    snapshot("disk");
    put(MIB + 5, 9);
    world.restartFromNow();
    world.assertNoJobInGraph();
    standsOnTheDisk();
    assertThat(ChainWorld.read(world.disk("w"), 5, 1)).containsExactly(8);
    assertThat(ChainWorld.read(world.disk("w"), MIB + 5, 1)).containsExactly(9);
  }

  @Test
  void overlaysCanComeAboveAndBelowTheFirst() {
    world.image("more", null, ChainWorld.SIZE).open("more", null, true);
    world.image("third", null, ChainWorld.SIZE).open("third", null, true);
    world.open("copy", null, true);
    starts(BackupSync.TOP);
    snapshot("disk");
    assertThat(take("disk", "more")).isInstanceOf(Result.Done.class);
    assertThat(take("over", "third")).isInstanceOf(Result.Done.class);
    finishes();
    assertThat(List.of("w:root", "third:backing", "over:backing", "more:backing"))
        .extracting(world::child)
        .containsExactly("third", "over", "more", "disk");
  }

  /// Who reads the disk beside the filter uses it like all others.
  @Test
  void bringsTheReadersBesideTheFilterAlong() {
    world.open("copy", null, true);
    world.edit(new GraphEdit.RemoveUser(new UserId("w")));
    starts(BackupSync.FULL);
    world.edit(readingBeside());
    snapshot("disk");
    assertThat(world.child("beside:root")).isEqualTo("over");
  }

  private static GraphEdit readingBeside() {
    Grant grant = new Grant(Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL);
    User.UserEdge root = new User.UserEdge(ChildName.ROOT, DISK, grant, User.OnSwap.FOLLOW);
    return new GraphEdit.AddUser(new User(new UserId("beside"), User.Kind.EXPORT, List.of(root)));
  }

  @Test
  void theTargetIsBusyAndCannotBeTheOverlayEither() {
    world.open("copy", null, true);
    starts(BackupSync.FULL);
    assertThat(refused("copy", "over")).isInstanceOf(Refusal.NodeBusy.class);
    assertThat(refused("disk", "copy")).isInstanceOf(Refusal.WouldCycle.class);
    finishes();
  }

  /// An overlay right above the disk would be read by the filter in between, and one above the
  /// job's filter would leave that behind.
  @Test
  void theDiskIsBusyBelowAFilterThatCameBetween() {
    world.open("copy", null, true);
    starts(BackupSync.FULL);
    world.filter("between", "disk", "j.filter", ChildName.FILE);
    assertThat(refused("disk", "over")).isInstanceOf(Refusal.NodeBusy.class);
    snapshot("j.filter");
    finishes();
    assertThat(world.child("over:backing")).isEqualTo("between");
  }

  /// What was the disk's own would be the second layer's, and would not be copied.
  @Test
  void noOverlayComesBetweenTheSourceAndTheDiskWhoseTopIsCopied() throws Exception {
    world.open("copy", null, true);
    startsInFront(BackupSync.TOP);
    assertThat(refused("disk", "over")).isInstanceOf(Refusal.EdgeFrozen.class);
    snapshot("front");
    put(MIB + 5, 9);
    finishes();
    assertThat(world.child("over:backing")).isEqualTo("front");
    assertCopied(BackupSync.TOP);
  }

  @Test
  void anOverlayBelowTheSourceLeavesAWholeCopyWhatItIs() throws Exception {
    world.open("copy", null, true);
    startsInFront(BackupSync.FULL);
    snapshot("disk");
    put(MIB + 5, 9);
    finishes();
    assertThat(world.child("front:file")).isEqualTo("over");
    assertCopied(BackupSync.FULL);
  }

  /// The source is a filter above the disk.
  private void startsInFront(BackupSync sync) {
    NodeName front = new NodeName("front");
    world.edit(
        new GraphEdit.AddNode(
            Bench.spec(new BlkdebugDriver(), Map.of("nodeName", "front", "file", "disk"))),
        new GraphEdit.MoveParents(DISK, front, Set.of(new EdgeId("front:file"))));
    begins(
        new BackupRequest.Disks(front, new NodeName("copy"), Optional.empty(), sync),
        new BackupRequest.Pace(MIB, 4));
  }
}
