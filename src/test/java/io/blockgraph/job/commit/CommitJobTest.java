package io.blockgraph.job.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.AccessEdits;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.IoStatus;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Commits of disks that nobody writes, over chains of real images: what they do to the graph, to
/// the data and to the images.
@Timeout(120)
class CommitJobTest {
  private static final JobId JOB = ChainWorld.JOB;
  private static final long MIB = 1 << 20;

  @TempDir Path directory;
  private ChainWorld world;
  private ChainJobs<CommitRequest> commits;

  @BeforeEach
  void open() {
    world = new ChainWorld(directory, new CommitTop());
    commits = CommitJobs.in(world.graph(), world.jobs());
  }

  @AfterEach
  void close() {
    world.close();
  }

  /// base <- a <- b <- c, each with a MiB of its own and one that it shares with the others.
  private void chain() {
    world.images("base", "a", "b", "c");
    world.fill("base", 1, 0, 4 * MIB).fill("a", 2, MIB, 2 * MIB).fill("b", 3, 2 * MIB, MIB);
    world.zero("b", 3 * MIB, 65536).fill("c", 4, 3 * MIB + 65536, 65536);
    world.open("base", "a", "b", "c");
  }

  private static CommitRequest request(String top, String base) {
    return CommitRequest.of(JOB, new NodeName(top), new NodeName(base));
  }

  private static CommitRequest with(CommitRequest plain, long speed, ErrorPolicy onError) {
    return new CommitRequest(
        plain.id(), plain.chain(), speed, onError, plain.ending(), plain.filter());
  }

  private static CommitRequest slow(CommitRequest plain) {
    return with(plain, 1, ErrorPolicy.REPORT);
  }

  @Test
  void bringsDownTwoDisksAndLetsTheOverlayHangOnTheBase() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(commits.start(request("b", "base")));
    JobRecord job = world.succeeded(JOB);
    assertThat(job.details().values()).doesNotContainKey("warnings");
    assertThat(world.child("c:backing")).isEqualTo("base");
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.assertNoJobInGraph();
    world.closeAndCheck("c", "b", "a", "base");
    assertThat(world.backingChain("c")).containsExactly("c", "base");
    QemuImg.assertSameContent(world.image("base"), "qcow2", world.image("b"), "qcow2");
  }

  @Test
  void bringsDownOneDiskIntoTheOneBelow() {
    chain();
    byte[] before = ChainWorld.content(world.reader("r", "c"));
    world.started(commits.start(request("b", "a")));
    world.succeeded(JOB);
    assertThat(world.child("c:backing")).isEqualTo("a");
    assertThat(ChainWorld.content(world.disk("r"))).isEqualTo(before);
    world.closeAndCheck("c", "b", "a", "base");
    assertThat(world.backingChain("c")).containsExactly("c", "a", "base");
  }

  @Test
  void anOverlayThatIsReadOnlyIsToldTooAndIsReadOnlyAgain() {
    chain();
    byte[] before = ChainWorld.content(world.reader("r", "c"));
    world.started(commits.start(slow(request("a", "base"))));
    assertThat(world.isReadOnly("b")).isFalse();
    assertThat(world.isReadOnly("base-file")).isFalse();
    world.jobs().setSpeed(JOB, 0);
    world.succeeded(JOB);
    for (String node : new String[] {"base", "base-file", "b", "b-file", "a"}) {
      assertThat(world.isReadOnly(node)).as(node).isTrue();
    }
    assertThat(world.child("b:backing")).isEqualTo("base");
    assertThat(ChainWorld.content(world.disk("r"))).isEqualTo(before);
    world.closeAndCheck("c", "b", "a", "base");
    assertThat(world.backingChain("c")).containsExactly("c", "b", "base");
  }

  @Test
  void anOverlayThatSomebodyBeginsToWriteStaysWritableAndNothingElseDoes() {
    chain();
    world.edit(
        AccessEdits.of(world.topology(), new NodeName("c"), NodeSpec.Access.READ_ONLY)
            .toArray(GraphEdit[]::new));
    world.started(commits.start(slow(request("b", "base"))));
    world.writer("w", "c");
    world.jobs().setSpeed(JOB, 0);
    world.succeeded(JOB);
    ChainWorld.write(world.disk("w"), 0, new byte[] {5});
    for (String node : new String[] {"base", "base-file", "a", "b"}) {
      assertThat(world.isReadOnly(node)).as(node).isTrue();
    }
    assertThat(world.child("c:backing")).isEqualTo("base");
  }

  @ParameterizedTest
  @CsvSource({"upper, lower", "lower, upper"})
  void aDiskThatTwoJobsWriteIsReadOnlyAgainWhenTheLastOneEnds(String first, String last) {
    world.images("base", "a", "b", "c", "d").fill("base", 1, 0, 4 * MIB).fill("a", 2, MIB, MIB);
    world.fill("b", 3, 0, MIB).fill("c", 4, 2 * MIB, MIB).open("base", "a", "b", "c", "d");
    byte[] before = ChainWorld.content(world.writer("w", "d"));
    for (String[] job : new String[][] {{first, last}, {last, first}}) {
      JobId id = new JobId(job[0]);
      NodeName top = new NodeName(job[0].equals("lower") ? "a" : "c");
      NodeName base = new NodeName(job[0].equals("lower") ? "base" : "b");
      world.started(commits.start(slow(CommitRequest.of(id, top, base))));
    }
    for (String job : new String[] {first, last}) {
      assertThat(world.isReadOnly("b")).isFalse();
      world.jobs().setSpeed(new JobId(job), 0);
      JobRecord done = world.succeeded(new JobId(job));
      assertThat(done.details().values()).doesNotContainKey("warnings");
    }
    for (String node : new String[] {"base", "base-file", "b", "b-file"}) {
      assertThat(world.isReadOnly(node)).as(node).isTrue();
    }
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.closeAndCheck("d", "c", "b", "a", "base");
    assertThat(world.backingChain("d")).containsExactly("d", "b", "base");
  }

  @Test
  void withoutABaseItIsTheDeepestOfTheChain() {
    chain();
    CommitRequest plain = request("b", "base");
    CommitRequest.Chain chain =
        new CommitRequest.Chain(plain.chain().top(), Optional.empty(), Optional.of("./base.img"));
    world.started(
        commits.start(
            new CommitRequest(JOB, chain, 0, plain.onError(), plain.ending(), plain.filter())));
    world.succeeded(JOB);
    assertThat(world.child("c:backing")).isEqualTo("base");
    world.close();
    assertThat(QemuImg.info(world.image("c"), "qcow2").path("backing-filename").asString())
        .isEqualTo("./base.img");
  }

  @Test
  void theOverlayIsUsedAllTheWhile() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(commits.start(slow(request("b", "base"))));
    ChainWorld.write(world.disk("w"), 100_000, new byte[] {8, 8, 8});
    System.arraycopy(new byte[] {8, 8, 8}, 0, before, 100_000, 3);
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.jobs().setSpeed(JOB, 0);
    world.succeeded(JOB);
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
  }

  @Test
  void aBaseThatIsShorterBecomesAsLong() {
    world.image("base", null, MIB).fill("base", 1, 0, MIB);
    world.image("a", "base", 4 * MIB).fill("a", 2, 2 * MIB, MIB);
    world.image("c", "a", 4 * MIB).open("base", "a", "c");
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(commits.start(request("a", "base")));
    world.succeeded(JOB);
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.closeAndCheck("c", "a", "base");
    assertThat(QemuImg.info(world.image("base"), "qcow2").path("virtual-size").asLong())
        .isEqualTo(4 * MIB);
  }

  @Test
  void aBaseThatIsLongerIsRefused() {
    world.image("base", null, 4 * MIB).image("a", "base", MIB).image("c", "a", MIB);
    world.open("base", "a", "c");
    JobRejection.Graph rejection =
        (JobRejection.Graph) world.rejected(commits.start(request("a", "base")));
    assertThat(rejection.rejection())
        .isEqualTo(
            new Rejection.SizeMismatch(new NodeName("a"), MIB, new NodeName("base"), 4 * MIB));
  }

  @Test
  void aShortDiskInBetweenHidesWhatTheBaseHoldsBehindItsEnd() {
    world.image("base", null, 4 * MIB).fill("base", 1, 0, 4 * MIB);
    world.image("a", "base", MIB).image("b", "a", 4 * MIB).image("c", "b", 4 * MIB);
    world.open("base", "a", "b", "c");
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    assertThat(before[(int) (2 * MIB)]).isZero();
    world.started(commits.start(request("b", "base")));
    world.succeeded(JOB);
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
  }

  @Test
  void somebodyWhoReadsADiskInBetweenWouldSeeItChange() {
    chain();
    world.reader("r", "a");
    assertThat(world.ruled(commits.start(request("b", "base"))))
        .isInstanceOfSatisfying(
            Refusal.PermissionConflict.class,
            conflict -> {
              assertThat(conflict.node()).isEqualTo(new NodeName("a"));
              assertThat(conflict.missing()).isEqualTo(Permissions.of(Permission.CONSISTENT_READ));
              assertThat(conflict.requiring().id()).isEqualTo(new EdgeId("r:root"));
              assertThat(conflict.unsharing().id()).isEqualTo(new EdgeId("j:below.1"));
            });
  }

  @Test
  void somebodyWhoReadsOrWritesTheBaseStandsInTheWay() {
    chain();
    world.reader("r", "base");
    assertThat(world.ruled(commits.start(request("b", "base"))))
        .isInstanceOfSatisfying(
            Refusal.PermissionConflict.class,
            conflict -> assertThat(conflict.node()).isEqualTo(new NodeName("base")));
  }

  @Test
  void anotherOverlayOfTheBaseThatIsReadStandsInTheWay() {
    chain();
    world.image("other", "base", 4 * MIB).open("other", "base", true);
    world.reader("r", "other");
    assertThat(world.ruled(commits.start(request("b", "base"))))
        .isInstanceOfSatisfying(
            Refusal.PermissionConflict.class,
            conflict ->
                assertThat(conflict.requiring().id()).isEqualTo(new EdgeId("other:backing")));
  }

  @Test
  void nobodyBeginsToReadInBetweenWhileTheJobRuns() {
    chain();
    world.started(commits.start(slow(request("b", "base"))));
    assertThat(world.refusedEdit(world.addingWriter("x", "a")))
        .isInstanceOf(Refusal.PermissionConflict.class);
    assertThat(world.refusedEdit(new GraphEdit.DetachChild(new NodeName("a"), ChildName.BACKING)))
        .isInstanceOf(Refusal.EdgeFrozen.class);
  }

  @Test
  void aJobThatOverlapsIsRefused() {
    chain();
    world.started(commits.start(slow(request("b", "a"))));
    CommitRequest lower = CommitRequest.of(new JobId("k"), new NodeName("a"), new NodeName("base"));
    assertThat(world.ruled(commits.start(lower)))
        .isInstanceOfSatisfying(
            Refusal.EdgeFrozen.class, frozen -> assertThat(frozen.by()).isEqualTo(JOB.user()));
  }

  @Test
  void whatIsNotBelowTheTopIsRefused() {
    chain();
    assertThat(world.ruled(commits.start(request("a", "b"))))
        .isEqualTo(new Refusal.NotInChain(new NodeName("a"), new NodeName("b")));
    assertThat(world.ruled(commits.start(request("a", "a"))))
        .isEqualTo(new Refusal.NotInChain(new NodeName("a"), new NodeName("a")));
    assertThat(world.ruled(commits.start(request("nobody", "a"))))
        .isEqualTo(new Refusal.NodeNotFound(new NodeName("nobody")));
  }

  @Test
  void cancelLeavesTheChainAsItWasAndItsContentToo() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(commits.start(with(request("b", "base"), 1 << 15, ErrorPolicy.REPORT)));
    world.jobs().cancel(JOB, CancelMode.FORCE);
    assertThat(world.await(JOB, JobStatus.CONCLUDED).error().orElseThrow().code())
        .isEqualTo("JOB_CANCELLED");
    assertThat(world.child("c:backing")).isEqualTo("b");
    assertThat(world.isReadOnly("base-file")).isTrue();
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.assertNoJobInGraph();
    world.closeAndCheck("c", "b", "a", "base");
    assertThat(world.backingChain("c")).containsExactly("c", "b", "a", "base");
  }

  @Test
  void aRestartLeavesTheChainAsItWas() {
    chain();
    byte[] before = ChainWorld.content(world.reader("r", "c"));
    world.started(commits.start(slow(request("a", "base"))));
    world.restartFromNow();
    world.assertNoJobInGraph();
    for (String node : new String[] {"base", "base-file", "b", "b-file", "a"}) {
      assertThat(world.isReadOnly(node)).as(node).isTrue();
    }
    assertThat(world.child("b:backing")).isEqualTo("a");
    assertThat(ChainWorld.content(world.disk("r"))).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(names = {"STOP", "ENOSPC"})
  void aBaseWithoutSpaceLetsTheJobRestUntilItIsResumed(ErrorPolicy policy) {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.failing("base", Map.of("operation", "write", "offset", 400_000L, "errno", "ENOSPC"));
    world.started(commits.start(with(request("b", "base"), 0, policy)));
    assertThat(world.await(JOB, JobStatus.PAUSED).state().ioStatus()).isEqualTo(IoStatus.NOSPACE);
    world.healed("base");
    world.jobs().resume(JOB);
    world.succeeded(JOB);
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.closeAndCheck("c", "base");
  }

  @Test
  void reportEndsTheJobAndNamesTheBase() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.failing("base", Map.of("operation", "write", "offset", 400_000L, "errno", "EIO"));
    world.started(commits.start(request("b", "base")));
    JobRecord job = world.await(JOB, JobStatus.CONCLUDED);
    assertThat(job.error().orElseThrow().code()).isEqualTo("IO_ERROR");
    assertThat(job.error().orElseThrow().detail()).contains("writing", "'base'");
    world.healed("base");
    assertThat(world.child("c:backing")).isEqualTo("b");
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
  }

  @Test
  void ignoreTriesAgainUntilItIsDone() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.failing(
        "a", Map.of("operation", "read", "offset", 400_000L, "errno", "EIO", "once", true));
    world.started(commits.start(with(request("b", "base"), 0, ErrorPolicy.IGNORE)));
    world.succeeded(JOB);
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
  }

  @Test
  void aDryRunChangesNothing() {
    chain();
    long revision = world.graph().state().revision();
    assertThat(commits.plan(request("b", "base"), OptionalLong.empty()))
        .isInstanceOf(JobResult.Done.class);
    assertThat(world.graph().state().revision()).isEqualTo(revision);
    world.assertNoJobInGraph();
  }
}
