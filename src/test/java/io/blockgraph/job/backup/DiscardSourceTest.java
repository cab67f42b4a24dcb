package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.copybeforewrite.CopyBeforeWriteDriver;
import io.blockgraph.driver.snapshotaccess.SnapshotAccessDriver;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
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
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.backup.BackupRequest.Copied;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.job.copy.ModelledClient;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A backup of a point in time gives back what it took to keep it, and loses nothing by that.
@Timeout(120)
class DiscardSourceTest {
  private static final long MIB = BackupBench.MIB;
  private static final int PART = 64 << 10;

  /// What a file system may need more, or less, to note where the parts lie once it has placed
  /// them.
  private static final Offset<Long> LESS_THAN_A_PART = within(PART / 2L);

  private static final Map<String, Object> BAD_FLUSHES =
      Map.of("operation", "flush", "errno", "EIO");

  @TempDir Path directory;
  private BackupBench bench;
  private ChainWorld world;
  private GatedDisk client;
  private byte[] then = new byte[0];

  /// The past of the disk, of which 2 MiB have been overwritten, and an empty image for the copy.
  @BeforeEach
  void open() {
    open(Map.of());
  }

  private void open(Map<String, String> store) {
    bench = new BackupBench(directory);
    world = bench.world;
    client = world.writer("w", "disk");
    then = ChainWorld.content(client);
    world.open("copy", null, true);
    world.image("scratch", null, ChainWorld.SIZE, store).open("scratch", null, true);
    world.edit(
        new GraphEdit.AddNode(
            Bench.spec(
                new CopyBeforeWriteDriver(),
                Map.of("nodeName", "cbw", "file", "disk", "target", "scratch"))),
        new GraphEdit.MoveParents(
            new NodeName("disk"), new NodeName("cbw"), Set.of(new EdgeId("cbw:file"))),
        looking("past"));
    ChainWorld.write(client, 0, random((int) (2 * MIB)));
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private static GraphEdit looking(String name) {
    return new GraphEdit.AddNode(
        Bench.spec(
            new SnapshotAccessDriver(), Map.of("nodeName", name, "file", "cbw", "readOnly", true)));
  }

  private static BackupRequest.Disks of(String source, BackupSync sync, Copied after) {
    return new BackupRequest.Disks(
        new NodeName(source),
        new NodeName("copy"),
        Optional.empty(),
        sync,
        Optional.empty(),
        after);
  }

  private static BackupRequest request(Copied after, long speed, ErrorPolicy target) {
    return BackupBench.with(
        of("past", BackupSync.FULL, after),
        new BackupRequest.Pace(speed, 2),
        new BackupRequest.Errors(
            ErrorPolicy.REPORT, target, BackupRequest.Errors.REPORT.client(), 0));
  }

  private void start(long speed) {
    bench.started(request(Copied.DISCARDED, speed, ErrorPolicy.REPORT));
  }

  private long fact(String name) {
    return ((Number) world.graph().glance().facts(new NodeName("cbw")).get(name)).longValue();
  }

  private long allocated() {
    return QemuImg.run("info", "-U", "--output=json", world.image("scratch").toString())
        .ok()
        .json()
        .path("actual-size")
        .asLong();
  }

  private List<ModelledClient> clients() {
    byte[] now = ChainWorld.content(client);
    List<ModelledClient> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ByteRange part = new ByteRange(i * (5 * MIB / 4), 5 * MIB / 4);
      all.add(new ModelledClient(client, part, now, System.nanoTime()).resting(300).start());
    }
    return all;
  }

  private void awaitSomethingDiscarded() throws InterruptedException {
    for (int i = 0; i < 2_000 && fact("discardedBytes") == 0; i++) {
      Thread.sleep(10);
    }
    assertThat(fact("discardedBytes")).isPositive();
  }

  @Test
  void theCopyIsOfTheMomentAndItsStorageIsGivenBackWhileClientsWrite() throws Exception {
    long before = allocated();
    start(2 * MIB);
    List<ModelledClient> clients = clients();
    awaitSomethingDiscarded();
    bench.finishes();
    for (ModelledClient each : clients) {
      each.stop();
    }
    assertThat(fact("discardedBytes")).isEqualTo(ChainWorld.SIZE);
    assertThat(fact("uncopiedBytes")).isZero();
    assertThat(allocated()).isLessThan(before - MIB);
    bench.assertShows(world.image("copy"), then);
  }

  /// A part of a cluster cannot be freed.
  @ParameterizedTest
  @ValueSource(strings = {"512K", "1M", "2M"})
  void allOfItIsGivenBackHoweverLargeTheClustersOfTheStoreAre(String clusters) throws Exception {
    close();
    open(Map.of("cluster_size", clusters));
    assertThat(allocated()).isGreaterThanOrEqualTo(2 * MIB);
    start(0);
    bench.finishes();
    assertThat(fact("discardedBytes")).isEqualTo(ChainWorld.SIZE);
    assertThat(storedBytes()).isZero();
    bench.assertShows(world.image("copy"), then);
  }

  /// How much the store has of the past, as a stranger sees it.
  private long storedBytes() {
    long bytes = 0;
    for (var extent :
        QemuImg.run("map", "-U", "--output=json", world.image("scratch").toString()).ok().json()) {
      bytes += extent.path("data").asBoolean() ? extent.path("length").asLong() : 0;
    }
    return bytes;
  }

  @Test
  void withoutTheOptionAllOfItIsKept() throws Exception {
    long before = allocated();
    bench.started(request(Copied.STAYS, 0, ErrorPolicy.REPORT));
    bench.finishes();
    assertThat(fact("discardedBytes")).isZero();
    assertThat(allocated()).isCloseTo(before, LESS_THAN_A_PART);
    assertThat(ChainWorld.content(world.reader("r", "past"))).isEqualTo(then);
  }

  @Test
  void whatIsDiscardedIsCopiedForNobodyAnyMoreAndItsPastIsNotShown() throws Exception {
    start(0);
    bench.finishes();
    long before = allocated();
    ChainWorld.write(client, 0, random((int) ChainWorld.SIZE));
    assertThat(allocated()).isCloseTo(before, LESS_THAN_A_PART);
    assertThat(ChainWorld.content(client)).isEqualTo(random((int) ChainWorld.SIZE));
    GatedDisk past = world.reader("r", "past");
    assertThatThrownBy(() -> ChainWorld.read(past, 5, 1))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("a backup discarded it");
    assertThatThrownBy(() -> past.extents(new ByteRange(0, PART)))
        .isInstanceOf(BlockException.class);
  }

  @Test
  void nothingIsDiscardedThatMayNotBeDurable() {
    world.failing("copy", BAD_FLUSHES);
    start(0);
    JobRecord over = world.await(ChainWorld.JOB, JobStatus.CONCLUDED);
    assertThat(over.error().map(JobError::code)).contains(JobError.IO_ERROR);
    world.healed("copy");
    assertThat(fact("discardedBytes")).isZero();
    assertThat(ChainWorld.content(world.reader("r", "past"))).isEqualTo(then);
  }

  /// What a later flush says is no proof of what was written before.
  @Test
  void norIsAnythingElseWhenTheJobGoesOnAfterAFlushThatFailed() {
    world.failing("copy", BAD_FLUSHES);
    bench.started(request(Copied.DISCARDED, MIB / 2, ErrorPolicy.STOP));
    world.await(ChainWorld.JOB, JobStatus.PAUSED);
    world.healed("copy");
    world.jobs().resume(ChainWorld.JOB);
    bench.finishes();
    assertThat(fact("discardedBytes")).isZero();
    assertThat(ChainWorld.content(world.reader("r", "past"))).isEqualTo(then);
    assertThat(ChainWorld.content(world.reader("c", "copy"))).isEqualTo(then);
  }

  @Test
  void cancelledItHasOnItsTargetWhateverThePastLacks() throws Exception {
    start(MIB / 2);
    awaitSomethingDiscarded();
    world.jobs().cancel(ChainWorld.JOB, CancelMode.SOFT);
    world.await(ChainWorld.JOB, JobStatus.CONCLUDED);
    world.assertNoJobInGraph();
    GatedDisk past = world.reader("r", "past");
    byte[] copy = ChainWorld.content(world.reader("c", "copy"));
    long lacking = 0;
    for (int at = 0; at < ChainWorld.SIZE; at += PART) {
      byte[] wanted = Arrays.copyOfRange(then, at, at + PART);
      try {
        assertThat(ChainWorld.read(past, at, PART)).isEqualTo(wanted);
      } catch (BlockException e) {
        lacking += PART;
        assertThat(Arrays.copyOfRange(copy, at, at + PART)).isEqualTo(wanted);
      }
    }
    assertThat(lacking).isEqualTo(fact("discardedBytes")).isPositive();
  }

  @Test
  void nobodyMayReadWhatGoes() {
    for (String node : List.of("past", "scratch")) {
      world.reader("r", node);
      Refusal refusal = world.ruled(bench.start(of("past", BackupSync.FULL, Copied.DISCARDED)));
      assertThat(refusal).isInstanceOf(Refusal.PermissionConflict.class);
      Edge requiring = ((Refusal.PermissionConflict) refusal).requiring();
      assertThat(requiring.id()).isEqualTo(new EdgeId("r:root"));
      world.edit(new GraphEdit.RemoveUser(new UserId("r")));
    }
    world.assertNoJobInGraph();
  }

  private GraphEdit addingReader(String node) {
    Grant grant = new Grant(Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL);
    User.UserEdge root =
        new User.UserEdge(ChildName.ROOT, new NodeName(node), grant, User.OnSwap.FOLLOW);
    return new GraphEdit.AddUser(new User(new UserId("x"), User.Kind.EXPORT, List.of(root)));
  }

  @Test
  void norComesAnybodyToReadItWhileTheJobRuns() {
    start(PART);
    for (String node : List.of("past", "j.filter", "scratch")) {
      assertThat(world.refusedEdit(addingReader(node)))
          .isInstanceOf(Refusal.PermissionConflict.class);
    }
    world.jobs().cancel(ChainWorld.JOB, CancelMode.SOFT);
    world.await(ChainWorld.JOB, JobStatus.CONCLUDED);
    assertThat(ChainWorld.read(world.reader("r", "scratch"), 0, 1)).hasSize(1);
  }

  private String impossible(BackupRequest.Disks disks) {
    return switch (world.rejected(bench.start(disks))) {
      case JobRejection.Graph(Rejection.ParameterImpossible(String field, String why)) ->
          field + ": " + why;
      case JobRejection.InvalidParameter(String field, String why) -> field + ": " + why;
      case JobRejection other -> other.toString();
    };
  }

  @Test
  void onlyAPointInTimeIsDiscardedThatIsCopiedAsAWholeAndShownOnce() {
    assertThat(impossible(of("disk", BackupSync.FULL, Copied.DISCARDED)))
        .startsWith("discardSource: node 'disk' is no snapshot-access node");
    assertThat(impossible(of("cbw", BackupSync.FULL, Copied.DISCARDED)))
        .startsWith("discardSource: node 'cbw' is no snapshot-access node");
    for (BackupSync sync : List.of(BackupSync.TOP, BackupSync.NONE)) {
      assertThat(impossible(of("past", sync, Copied.DISCARDED)))
          .startsWith("discardSource: sync '" + sync.word());
    }
    world.edit(looking("again"));
    assertThat(impossible(of("past", BackupSync.FULL, Copied.DISCARDED)))
        .startsWith("discardSource: node 'again' shows the same point in time");
    world.assertNoJobInGraph();
  }
}
