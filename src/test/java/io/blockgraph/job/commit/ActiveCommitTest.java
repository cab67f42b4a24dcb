package io.blockgraph.job.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.Driver;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Refusal;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.IoStatus;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.job.copy.ModelledClient;
import io.blockgraph.job.copy.SlowDriver;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Commits of a top that clients write, over chains of real images.
@Timeout(180)
class ActiveCommitTest {
  private static final JobId JOB = ChainWorld.JOB;
  private static final long MIB = 1 << 20;
  private static final int CLIENTS = 3;

  @TempDir Path directory;
  private ChainWorld world;
  private ChainJobs<CommitRequest> commits;

  @BeforeEach
  void open() {
    Driver[] drivers = {new CommitTop(), new ActiveTop(), new CommitGap(), new SlowDriver()};
    world = new ChainWorld(directory, drivers);
    commits = CommitJobs.in(world.graph(), world.jobs());
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void chain() {
    world.images("base", "a", "c");
    world.fill("base", 1, 0, 4 * MIB).fill("a", 2, MIB, 2 * MIB).fill("c", 3, 2 * MIB, MIB);
    world.zero("c", 3 * MIB, 65536).open("base", "a", "c");
  }

  private static CommitRequest request(String base) {
    return CommitRequest.of(JOB, new NodeName("c"), new NodeName(base));
  }

  private static CommitRequest with(long speed, ErrorPolicy onError) {
    CommitRequest plain = request("base");
    return new CommitRequest(
        plain.id(), plain.chain(), speed, onError, plain.ending(), plain.filter());
  }

  private JobRecord complete() {
    world.await(JOB, JobStatus.READY);
    assertThat(world.jobs().complete(JOB)).isInstanceOf(JobResult.Done.class);
    return world.succeeded(JOB);
  }

  @Test
  void becomesReadyAndLetsTheUsersUseTheBaseWhenItIsCompleted() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(commits.start(request("base")));
    JobRecord ready = world.await(JOB, JobStatus.READY);
    assertThat(ready.progress().bytesLeft()).isZero();
    assertThat(world.child("w:root")).isEqualTo("j.filter");
    ChainWorld.write(world.disk("w"), 5_000, new byte[] {9, 9});
    System.arraycopy(new byte[] {9, 9}, 0, before, 5_000, 2);
    complete();
    assertThat(world.child("w:root")).isEqualTo("base");
    assertThat(world.isReadOnly("base")).isFalse();
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    ChainWorld.write(world.disk("w"), 0, new byte[] {5});
    world.assertNoJobInGraph();
    world.closeAndCheck("c", "a", "base");
    assertThat(world.backingChain("base")).containsExactly("base");
  }

  @Test
  void theBaseMayBeTheDiskRightBelow() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(commits.start(request("a")));
    complete();
    assertThat(world.child("w:root")).isEqualTo("a");
    assertThat(world.child("c:backing")).isEqualTo("a");
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.closeAndCheck("c", "a", "base");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SOFT", "FORCE"})
  void aCancelledJobLeavesEverybodyWhereHeWas(String mode) {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(commits.start(request("base")));
    world.await(JOB, JobStatus.READY);
    world.jobs().cancel(JOB, CancelMode.valueOf(mode));
    world.await(JOB, JobStatus.CONCLUDED);
    world.assertNoJobInGraph();
    assertThat(world.child("w:root")).isEqualTo("c");
    assertThat(world.child("c:backing")).isEqualTo("a");
    assertThat(world.isReadOnly("base-file")).isTrue();
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.closeAndCheck("c", "a", "base");
  }

  @Test
  void aRestartLeavesEverybodyWhereHeWas() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(commits.start(with(1, ErrorPolicy.REPORT)));
    world.restartFromNow();
    world.assertNoJobInGraph();
    assertThat(world.child("w:root")).isEqualTo("c");
    assertThat(world.child("c:backing")).isEqualTo("a");
    assertThat(world.isReadOnly("base")).isTrue();
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
  }

  @Test
  void nobodyReadsInBetweenOrWritesBeside() {
    chain();
    world.started(commits.start(with(1, ErrorPolicy.REPORT)));
    assertThat(world.graph().wayIn(new NodeName("a"))).isEqualTo(new NodeName("a"));
    assertThat(world.refusedEdit(world.addingWriter("x", "a")))
        .isInstanceOf(Refusal.PermissionConflict.class);
    assertThat(world.refusedEdit(world.addingWriter("x", "c")))
        .isInstanceOf(Refusal.PermissionConflict.class);
    assertThat(world.refusedEdit(world.addingWriter("x", "base")))
        .isInstanceOf(Refusal.PermissionConflict.class);
  }

  @Test
  void aClientDoesNotNoticeThatTheBaseFailsAndTheJobGoesOnWhenItIsHealed() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(commits.start(with(0, ErrorPolicy.STOP)));
    world.await(JOB, JobStatus.READY);
    world.failing("base", Map.of("operation", "write", "errno", "ENOSPC"));
    ChainWorld.write(world.disk("w"), 100, new byte[] {7});
    before[100] = 7;
    assertThat(world.await(JOB, JobStatus.STANDBY).state().ioStatus()).isEqualTo(IoStatus.NOSPACE);
    world.healed("base");
    world.jobs().resume(JOB);
    complete();
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
  }

  @Test
  void aBaseThatFailsEndsTheJobThatIsToldToReport() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(commits.start(request("base")));
    world.await(JOB, JobStatus.READY);
    world.failing("base", Map.of("operation", "write", "errno", "EIO"));
    ChainWorld.write(world.disk("w"), 100, new byte[] {7});
    before[100] = 7;
    assertThat(world.await(JOB, JobStatus.CONCLUDED).error().orElseThrow().code())
        .isEqualTo("IO_ERROR");
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    assertThat(world.child("w:root")).isEqualTo("c");
    world.assertNoJobInGraph();
    world.healed("base");
  }

  @Test
  void theBaseOfAReadOnlyTopIsReadOnlyHoweverItWasBefore() {
    world.images("base", "c").fill("c", 3, 2 * MIB, MIB);
    world.open("base", null, true).open("c", "base", false);
    byte[] before = ChainWorld.content(world.reader("r", "c"));
    world.started(commits.start(request("base")));
    complete();
    assertThat(world.child("r:root")).isEqualTo("base");
    assertThat(world.isReadOnly("base")).isTrue();
    assertThat(world.isReadOnly("base-file")).isTrue();
    assertThat(ChainWorld.content(world.disk("r"))).isEqualTo(before);
  }

  @Test
  void aFilterThatStandsAboveTheBaseStaysThereAndIsAsWritableAsTheBase() {
    chain();
    world.filter("watch", "base", "a", ChildName.BACKING);
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(commits.start(request("base")));
    complete();
    assertThat(world.child("w:root")).isEqualTo("watch");
    assertThat(world.child("watch:file")).isEqualTo("base");
    assertThat(world.isReadOnly("watch")).isFalse();
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    ChainWorld.write(world.disk("w"), 0, new byte[] {5});
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noByteOfAClientIsLost(long seed) throws Exception {
    chain();
    world.slow("late", "a", "c", ChildName.BACKING);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<ModelledClient> clients = clients(seed);
    world.started(commits.start(request(random.nextBoolean() ? "base" : "a")));
    boolean pivot = random.nextInt(3) > 0;
    world.await(JOB, JobStatus.READY);
    Thread.sleep(random.nextInt(50));
    if (pivot) {
      complete();
    } else {
      world.jobs().cancel(JOB, CancelMode.SOFT);
      world.await(JOB, JobStatus.CONCLUDED);
    }
    byte[] expected = stop(clients);
    assertThat(ChainWorld.content(world.disk("w0"))).isEqualTo(expected);
    world.assertNoJobInGraph();
    String used = world.child("w0:root");
    assertThat(used.equals("c")).isEqualTo(!pivot);
    world.closeAndCheck("c", "a", "base");
    Path raw = directory.resolve("expected.raw");
    Files.write(raw, expected);
    QemuImg.assertSameContent(world.image(used), "qcow2", raw, "raw");
  }

  private List<ModelledClient> clients(long seed) {
    byte[] content = ChainWorld.content(world.reader("r", "c"));
    List<ModelledClient> clients = new ArrayList<>();
    long part = ChainWorld.SIZE / CLIENTS;
    for (int i = 0; i < CLIENTS; i++) {
      long end = i == CLIENTS - 1 ? ChainWorld.SIZE : (i + 1) * part;
      clients.add(
          new ModelledClient(
                  world.writer("w" + i, "c"),
                  ByteRange.between(i * part, end),
                  content,
                  seed * 31 + i)
              .resting(100)
              .start());
    }
    return clients;
  }

  private static byte[] stop(List<ModelledClient> clients) throws InterruptedException {
    byte[] whole = new byte[(int) ChainWorld.SIZE];
    int at = 0;
    for (ModelledClient client : clients) {
      byte[] part = client.stop();
      assertThat(client.operations()).isPositive();
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }
}
