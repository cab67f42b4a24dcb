package io.blockgraph.job.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.GatedDisk;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.job.copy.LentAccess;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Streams over chains of real images: what they do to the graph, to the data and to the images.
@Timeout(120)
class StreamJobTest {
  private static final JobId JOB = ChainWorld.JOB;
  private static final long MIB = 1 << 20;

  @TempDir Path directory;
  private ChainWorld world;
  private ChainJobs<StreamRequest> streams;

  @BeforeEach
  void open() {
    world = new ChainWorld(directory, new StreamTop());
    streams = StreamJobs.in(world.graph(), world.jobs());
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

  private static StreamRequest request(String node, StreamRequest.End end) {
    return StreamRequest.of(JOB, new NodeName(node), end);
  }

  private static StreamRequest.End above(String base) {
    return new StreamRequest.End.Above(new NodeName(base));
  }

  private static StreamRequest.End downTo(String bottom) {
    return new StreamRequest.End.DownTo(new NodeName(bottom));
  }

  private static final StreamRequest.End WHOLE = new StreamRequest.End.Whole();

  private static StreamRequest slow(StreamRequest plain) {
    return new StreamRequest(
        plain.id(), plain.chain(), 1, plain.onError(), plain.ending(), plain.filter());
  }

  @Test
  void bringsEverythingUpAndLeavesTheDiskWithoutABackingDisk() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(streams.start(request("c", WHOLE)));
    JobRecord job = world.succeeded(JOB);
    assertThat(job.details().values()).doesNotContainKey("warnings");
    assertThat(world.child("c:backing")).isEmpty();
    assertThat(world.child("w:root")).isEqualTo("c");
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.assertNoJobInGraph();
    world.closeAndCheck("c", "b", "a", "base");
    assertThat(world.backingChain("c")).containsExactly("c");
  }

  @Test
  void leavesTheDiskOverItsBaseAndTheImageNamingIt() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(streams.start(request("c", above("base"))));
    world.succeeded(JOB);
    assertThat(world.child("c:backing")).isEqualTo("base");
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.assertNoJobInGraph();
    world.closeAndCheck("c", "b", "a", "base");
    assertThat(world.backingChain("c")).containsExactly("c", "base");
  }

  @Test
  void copiesNothingThatTheBaseHolds() {
    chain();
    world.started(streams.start(request("c", above("base"))));
    world.succeeded(JOB);
    world.close();
    var first = QemuImg.map(world.image("c"), "qcow2").get(0);
    assertThat(first.path("start").asLong()).isZero();
    assertThat(first.path("length").asLong()).isEqualTo(MIB);
    assertThat(first.path("depth").asLong()).isEqualTo(1);
  }

  @Test
  void zeroesStayZeroesAndTakeNoRoom() {
    world.images("base", "a", "c");
    world.fill("base", 1, 0, 4 * MIB).zero("a", 0, 2 * MIB).fill("a", 0, 2 * MIB, MIB);
    world.open("base", "a", "c");
    world.started(streams.start(request("c", above("base"))));
    world.succeeded(JOB);
    world.close();
    var first = QemuImg.map(world.image("c"), "qcow2").get(0);
    assertThat(first.path("length").asLong()).isEqualTo(3 * MIB);
    assertThat(first.path("zero").asBoolean()).isTrue();
    assertThat(first.path("data").asBoolean()).isFalse();
    QemuImg.assertClean(world.image("c"));
  }

  @Test
  void bottomIsTheLastDiskThatIsBroughtUp() {
    chain();
    world.started(streams.start(request("c", downTo("b"))));
    world.succeeded(JOB);
    assertThat(world.child("c:backing")).isEqualTo("a");
    world.closeAndCheck("c", "b", "a", "base");
    assertThat(world.backingChain("c")).containsExactly("c", "a", "base");
  }

  @Test
  void aDiskInTheMiddleIsWritableOnlyForAsLongAsTheJobRuns() {
    chain();
    byte[] before = ChainWorld.content(world.reader("r", "c"));
    world.started(streams.start(slow(request("b", above("base")))));
    assertThat(world.isReadOnly("b")).isFalse();
    assertThat(world.isReadOnly("b-file")).isFalse();
    assertThat(world.isReadOnly("j.filter")).isTrue();
    world.jobs().setSpeed(JOB, 0);
    world.succeeded(JOB);
    assertThat(world.isReadOnly("b")).isTrue();
    assertThat(world.isReadOnly("b-file")).isTrue();
    assertThat(world.child("b:backing")).isEqualTo("base");
    assertThat(world.child("c:backing")).isEqualTo("b");
    assertThat(ChainWorld.content(world.disk("r"))).isEqualTo(before);
    world.assertNoJobInGraph();
    world.closeAndCheck("c", "b", "a", "base");
    assertThat(world.backingChain("c")).containsExactly("c", "b", "base");
  }

  @Test
  void aDiskThatAnotherJobHasMadeWritableIsStillNobodysToWrite() {
    chain();
    StreamRequest lone = slow(request("b", above("a")));
    StreamRequest other =
        new StreamRequest(
            new JobId("k"),
            lone.chain(),
            lone.speed(),
            lone.onError(),
            new JobEnding(JobEnding.Finalizing.ON_REQUEST, JobEnding.Dismissing.ON_REQUEST),
            Optional.empty());
    world.edit(
        new GraphEdit.AddUser(
            new User(
                new UserId("lender"),
                User.Kind.JOB,
                List.of(),
                new LentAccess(List.of(new NodeName("b"))).remembered())),
        new GraphEdit.SetAccess(new NodeName("b-file"), NodeSpec.Access.READ_WRITE),
        new GraphEdit.SetAccess(new NodeName("b-debug"), NodeSpec.Access.READ_WRITE),
        new GraphEdit.SetAccess(new NodeName("b"), NodeSpec.Access.READ_WRITE));
    world.started(streams.start(other));
    assertThat(world.isReadOnly("k.filter")).isTrue();
    world.await(new JobId("k"), JobStatus.PENDING);
    world.edit(new GraphEdit.RemoveUser(new UserId("lender")));
    world.jobs().finalizeResult(new JobId("k"));
    world.succeeded(new JobId("k"));
    assertThat(world.isReadOnly("b")).isTrue();
  }

  @Test
  void twoJobsRunOnOneChainWhereTheyDoNotOverlap() {
    world.images("base", "a", "b", "c", "d");
    world.fill("base", 1, 0, 4 * MIB).fill("a", 2, 0, MIB).fill("b", 3, MIB, MIB);
    world.fill("c", 4, 2 * MIB, MIB).open("base", "a", "b", "c", "d");
    byte[] before = ChainWorld.content(world.reader("r", "d"));
    JobId other = new JobId("k");
    world.started(streams.start(slow(request("d", above("b")))));
    StreamRequest lower = StreamRequest.of(other, new NodeName("b"), above("base"));
    world.started(streams.start(slow(lower)));
    world.jobs().setSpeed(JOB, 0);
    world.succeeded(JOB);
    assertThat(world.child("d:backing")).isEqualTo("k.filter");
    world.jobs().setSpeed(other, 0);
    world.succeeded(other);
    assertThat(world.child("d:backing")).isEqualTo("b");
    assertThat(world.child("b:backing")).isEqualTo("base");
    assertThat(ChainWorld.content(world.disk("r"))).isEqualTo(before);
    world.assertNoJobInGraph();
    world.closeAndCheck("d", "c", "b", "a", "base");
    assertThat(world.backingChain("d")).containsExactly("d", "b", "base");
  }

  @Test
  void aJobThatOverlapsIsRefusedWithTheFrozenLinkAndItsJob() {
    chain();
    world.started(streams.start(slow(request("c", above("base")))));
    StreamRequest second = StreamRequest.of(new JobId("k"), new NodeName("b"), WHOLE);
    assertThat(world.ruled(streams.start(second)))
        .isInstanceOfSatisfying(
            Refusal.EdgeFrozen.class,
            frozen -> {
              assertThat(frozen.edge().id()).isEqualTo(new EdgeId("b:backing"));
              assertThat(frozen.by()).isEqualTo(JOB.user());
            });
    StreamRequest same = StreamRequest.of(new JobId("k"), new NodeName("c"), WHOLE);
    assertThat(world.ruled(streams.start(same)))
        .isInstanceOfSatisfying(
            Refusal.EdgeFrozen.class,
            frozen -> assertThat(frozen.edge().id()).isEqualTo(new EdgeId("c:backing")));
  }

  @Test
  void aJobThatSharesADiskButNoLinkIsRefusedWithTheOwner() {
    chain();
    world.started(streams.start(slow(request("c", downTo("b")))));
    StreamRequest second = StreamRequest.of(new JobId("k"), new NodeName("c"), downTo("b"));
    assertThat(world.ruled(streams.start(second))).isInstanceOf(Refusal.EdgeFrozen.class);
    world.jobs().cancel(JOB, CancelMode.FORCE);
    world.await(JOB, JobStatus.CONCLUDED);
    world.jobs().dismiss(JOB);
    world.started(streams.start(slow(request("a", above("base")))));
    StreamRequest over = StreamRequest.of(new JobId("k"), new NodeName("b"), above("base"));
    assertThat(world.ruled(streams.start(over)))
        .isEqualTo(new Refusal.NodeBusy(new NodeName("j.filter"), JOB.user()));
  }

  @Test
  void theLinksInBetweenAreFrozenForEverybody() {
    chain();
    world.started(streams.start(slow(request("c", above("base")))));
    assertThat(
            world.refusedEdit(
                new GraphEdit.ReplaceChild(
                    new NodeName("b"), ChildName.BACKING, new NodeName("base"))))
        .isInstanceOf(Refusal.EdgeFrozen.class);
  }

  @Test
  void aWriterBesideTheFilterIsRefused() {
    chain();
    world.started(streams.start(slow(request("c", above("base")))));
    assertThat(world.refusedEdit(world.addingWriter("x", "c")))
        .isInstanceOf(Refusal.PermissionConflict.class);
    GatedDisk above = world.writer("w", "c");
    assertThat(world.child("w:root")).isEqualTo("j.filter");
    ChainWorld.write(above, 0, new byte[] {9});
    assertThat(ChainWorld.read(above, 0, 2)).containsExactly(9, 1);
  }

  @Test
  void cancelLeavesTheChainAsItWasAndItsContentToo() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(streams.start(slow(request("c", above("base")))));
    world.jobs().setSpeed(JOB, MIB / 16);
    world.jobs().cancel(JOB, CancelMode.FORCE);
    JobRecord job = world.await(JOB, JobStatus.CONCLUDED);
    assertThat(job.error().orElseThrow().code()).isEqualTo("JOB_CANCELLED");
    assertThat(world.child("c:backing")).isEqualTo("b");
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.assertNoJobInGraph();
    world.closeAndCheck("c", "b", "a", "base");
    assertThat(world.backingChain("c")).containsExactly("c", "b", "a", "base");
  }

  @Test
  void aJobRestsAndGoesOn() {
    chain();
    world.started(streams.start(slow(request("c", above("base")))));
    world.jobs().pause(JOB);
    JobRecord resting = world.await(JOB, JobStatus.PAUSED);
    world.jobs().setSpeed(JOB, 0);
    assertThat(resting.progress().phase()).isEqualTo(JobPhase.COPYING);
    assertThat(resting.progress().bytesLeft()).isPositive();
    world.jobs().resume(JOB);
    JobRecord done = world.succeeded(JOB);
    assertThat(done.progress().bytesLeft()).isZero();
    assertThat(done.progress().bytesDone()).isPositive();
  }

  @Test
  void aJobThatWaitsToBeFinalizedShowsItsResultWhenItIs() {
    chain();
    StreamRequest plain = request("c", above("base"));
    JobEnding later =
        new JobEnding(JobEnding.Finalizing.ON_REQUEST, JobEnding.Dismissing.ON_REQUEST);
    world.started(
        streams.start(
            new StreamRequest(JOB, plain.chain(), 0, ErrorPolicy.REPORT, later, Optional.empty())));
    world.await(JOB, JobStatus.PENDING);
    assertThat(world.child("c:backing")).isEqualTo("b");
    world.jobs().finalizeResult(JOB);
    world.succeeded(JOB);
    assertThat(world.child("c:backing")).isEqualTo("base");
  }

  @Test
  void aFilterThatComesMeanwhileStays() {
    chain();
    world.writer("w", "c");
    world.started(streams.start(slow(request("c", above("a")))));
    world.filter("f", "c", "j.filter", ChildName.FILE);
    world.jobs().setSpeed(JOB, 0);
    world.succeeded(JOB);
    assertThat(world.child("w:root")).isEqualTo("f");
    assertThat(world.child("f:file")).isEqualTo("c");
    assertThat(world.child("c:backing")).isEqualTo("a");
  }

  @Test
  void filtersAboveTheBaseStayAndThoseInBetweenGoOutOfTheChain() {
    chain();
    world
        .filter("over-base", "base", "a", ChildName.BACKING)
        .filter("over-b", "b", "c", ChildName.BACKING);
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(streams.start(request("c", above("base"))));
    world.succeeded(JOB);
    assertThat(world.child("c:backing")).isEqualTo("over-base");
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.closeAndCheck("c");
    assertThat(world.backingChain("c")).containsExactly("c", "base");
  }

  @Test
  void theImageNamesItsBackingDiskAsItIsTold() {
    chain();
    StreamRequest plain = request("c", above("base"));
    StreamRequest.Chain named =
        new StreamRequest.Chain(
            plain.chain().node(), plain.chain().end(), Optional.of("./base.img"));
    world.started(
        streams.start(
            new StreamRequest(JOB, named, 0, plain.onError(), plain.ending(), Optional.empty())));
    world.succeeded(JOB);
    world.close();
    var info = QemuImg.info(world.image("c"), "qcow2");
    assertThat(info.path("backing-filename").asString()).isEqualTo("./base.img");
    assertThat(info.path("backing-filename-format").asString()).isEqualTo("qcow2");
  }

  @Test
  void aShortDiskInBetweenHidesWhatTheBaseHoldsBehindItsEnd() {
    world.image("base", null, 4 * MIB).fill("base", 1, 0, 4 * MIB);
    world.image("a", "base", MIB).image("c", "a", 4 * MIB);
    world.open("base", "a", "c");
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    assertThat(before[(int) (2 * MIB)]).isZero();
    world.started(streams.start(request("c", above("base"))));
    world.succeeded(JOB);
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.closeAndCheck("c");
  }

  @Test
  void aDiskThatIsRightOverItsBaseHasNothingToBringUp() {
    chain();
    world.started(streams.start(request("c", above("b"))));
    JobRecord job = world.succeeded(JOB);
    assertThat(job.progress().bytesDone()).isZero();
    assertThat(world.child("c:backing")).isEqualTo("b");
  }

  @Test
  void aDiskThatComesBelowTheChainMeanwhileEndsTheJobForZeroesWouldNotHideIt() {
    world.image("late", null, ChainWorld.SIZE).fill("late", 9, 0, 4 * MIB);
    world.images("base", "a", "c").fill("base", 1, 0, MIB).zero("a", MIB, MIB);
    world.open("late", null, false).open("base", "a", "c");
    world.started(streams.start(slow(request("c", WHOLE))));
    world.edit(
        new GraphEdit.AttachChild(
            new NodeName("base"),
            new ChildSpec(ChildName.BACKING, Roles.BACKING, new NodeName("late"))));
    byte[] seen = ChainWorld.content(world.writer("w", "c"));
    world.jobs().setSpeed(JOB, 0);
    JobRecord job = world.await(JOB, JobStatus.CONCLUDED);
    assertThat(job.error().orElseThrow().code()).isEqualTo("CHAIN_CHANGED");
    assertThat(job.error().orElseThrow().detail()).contains("'base'", "'late'");
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(seen);
    world.assertNoJobInGraph();
    world.started(streams.start(StreamRequest.of(new JobId("k"), new NodeName("c"), WHOLE)));
    world.succeeded(new JobId("k"));
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(seen);
  }

  @Test
  void whatIsNotBelowTheNodeIsRefused() {
    chain();
    for (StreamRequest.End end : new StreamRequest.End[] {above("c"), downTo("c")}) {
      assertThat(world.ruled(streams.start(request("b", end))))
          .isEqualTo(new Refusal.NotInChain(new NodeName("b"), new NodeName("c")));
    }
    assertThat(world.ruled(streams.start(request("c", above("c")))))
        .isEqualTo(new Refusal.NotInChain(new NodeName("c"), new NodeName("c")));
    assertThat(world.ruled(streams.start(request("c", above("nobody")))))
        .isEqualTo(new Refusal.NodeNotFound(new NodeName("nobody")));
    assertThat(world.ruled(streams.start(request("c-file", WHOLE))))
        .isInstanceOf(Refusal.BackingUnsupported.class);
  }

  @Test
  void aRequestThatIsWrongInItselfIsRefused() {
    chain();
    StreamRequest plain = request("c", WHOLE);
    StreamRequest.Chain named =
        new StreamRequest.Chain(plain.chain().node(), WHOLE, Optional.of("x"));
    assertThat(
            world.rejected(
                streams.start(
                    new StreamRequest(
                        JOB, named, 0, plain.onError(), plain.ending(), Optional.empty()))))
        .isInstanceOf(JobRejection.InvalidParameter.class);
    assertThat(
            world.rejected(
                streams.start(
                    new StreamRequest(
                        JOB,
                        plain.chain(),
                        -1,
                        plain.onError(),
                        plain.ending(),
                        Optional.empty()))))
        .isInstanceOf(JobRejection.InvalidParameter.class);
  }

  @Test
  void aDryRunChangesNothingAndSaysWhatWouldCome() {
    chain();
    long revision = world.graph().state().revision();
    var planned = streams.plan(request("c", above("base")), OptionalLong.of(revision));
    assertThat(planned).isInstanceOf(JobResult.Done.class);
    assertThat(world.graph().state().revision()).isEqualTo(revision);
    world.assertNoJobInGraph();
    assertThat(streams.plan(request("c", above("base")), OptionalLong.of(revision + 1)))
        .isInstanceOf(JobResult.Rejected.class);
  }

  @Test
  void aRestartMakesWhatTheJobHadMadeWritableReadOnlyAgain() {
    chain();
    byte[] before = ChainWorld.content(world.reader("r", "c"));
    world.started(streams.start(slow(request("b", above("base")))));
    assertThat(world.isReadOnly("b-file")).isFalse();
    world.restartFromNow();
    world.assertNoJobInGraph();
    assertThat(world.isReadOnly("b")).isTrue();
    assertThat(world.isReadOnly("b-file")).isTrue();
    assertThat(world.child("b:backing")).isEqualTo("a");
    assertThat(ChainWorld.content(world.disk("r"))).isEqualTo(before);
    assertThat(world.topology().user(new UserId("r"))).isPresent();
  }

  @Test
  void aStoreThatCannotRememberTheResultLeavesTheChainAsItWas() {
    chain();
    byte[] before = ChainWorld.content(world.writer("w", "c"));
    world.started(streams.start(slow(request("c", above("base")))));
    world.store().failNextDecision();
    world.jobs().setSpeed(JOB, 0);
    JobRecord job = world.await(JOB, JobStatus.CONCLUDED);
    assertThat(job.error().orElseThrow().code()).isEqualTo("NOT_REMEMBERED");
    assertThat(world.child("c:backing")).isEqualTo("b");
    world.assertNoJobInGraph();
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
  }
}
