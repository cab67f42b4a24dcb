package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.ReplaceRules;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The measured replace matrix (requirements 1.6), row by row, in its Blockgraph column.
class MirrorReplaceTest {
  private final MirrorWorld world = new MirrorWorld();

  @AfterEach
  void close() {
    world.close();
  }

  private static MirrorRequest replacing(String source, String replaced) {
    return replacing(source, replaced, SyncMode.FULL, ReplaceRules.OtherParents.PERMISSIONS);
  }

  private static MirrorRequest replacing(
      String source, String replaced, SyncMode sync, ReplaceRules.OtherParents others) {
    MirrorRequest.Replacing what =
        new MirrorRequest.Replacing(
            Optional.of(new NodeName(replaced)), others, MirrorRequest.PartialData.REFUSED);
    return MirrorRequest.of(
        MirrorWorld.JOB,
        new MirrorRequest.Disks(new NodeName(source), new NodeName("t"), sync, what));
  }

  /// A quorum q over i0, i1 (which differs), i2, and a target.
  private void quorum() {
    world.disk("i0", "i1", "i2", "t").fill("i0", 1);
    world.fill("i1", 2);
    world.fill("i2", 1);
    world.votes("q", "i0", "i1", "i2");
  }

  @Test
  void r1ReplacesAChildThatDoesNotMatchTheQuorum() {
    quorum();
    world.writer("w", "q");
    world.start(replacing("q", "i1"));
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("q:children.1")).isEqualTo("t");
    assertThat(world.child("w:root")).isEqualTo("q");
    world.assertEqual("i0", "t");
    world.assertNoJobInGraph();
  }

  @Test
  void r2AllowsAnIdleOtherParentByPermissions() {
    quorum();
    world.pass("other", "i1");
    world.start(replacing("q", "i1"));
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("q:children.1")).isEqualTo("t");
    assertThat(world.child("other:file")).isEqualTo("t");
  }

  @Test
  void r2RefusesAnyOtherParentWhenNoneIsAllowed() {
    quorum();
    world.pass("other", "i1");
    MirrorRequest request =
        replacing("q", "i1", SyncMode.FULL, ReplaceRules.OtherParents.NONE_ALLOWED);
    assertThat(world.ruled(request))
        .isInstanceOfSatisfying(
            Refusal.ReplaceWouldChangeData.class,
            no -> assertThat(no.other().id().value()).isEqualTo("other:file"));
  }

  @Test
  void r3FailsWhenAnExportBeganToReadTheChildWhileReady() {
    quorum();
    world.start(replacing("q", "i1"));
    world.await(JobStatus.READY);
    world.reader("x", "i1");
    JobRecord over = world.complete();
    JobError error = over.error().orElseThrow();
    assertThat(error.code()).isEqualTo("REPLACE_NO_LONGER_SAFE");
    assertThat(error.detail()).contains("export 'x'", "'x:root'", "reads it");
    assertThat(world.child("q:children.1")).isEqualTo("i1");
    assertThat(world.child("x:root")).isEqualTo("i1");
    world.assertNoJobInGraph();
  }

  @Test
  void failsWhenAnotherJobBeganToCopyTheNodeToReplace() {
    world.disk("n", "t", "u").pass("f", "n");
    world.writer("w", "f");
    world.start(replacing("f", "n"));
    world.await(JobStatus.READY);
    JobId other = new JobId("other");
    world.start(MirrorRequest.of(other, MirrorWorld.request("n", "u").disks()));
    JobError error = world.complete().error().orElseThrow();
    assertThat(error.code()).isEqualTo("REPLACE_NO_LONGER_SAFE");
    assertThat(error.detail()).contains("'n' is owned by job 'other'");
    world.jobs.cancel(other, CancelMode.FORCE);
    world.await(other, JobStatus.CONCLUDED);
    assertThat(world.child("f:file")).isEqualTo("n");
    world.assertNoJobInGraph();
  }

  @Test
  void r4ReplacesAFilterBelowAFilter() {
    filters();
    world.start(replacing("f0", "f1"));
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("f0:file")).isEqualTo("t");
  }

  @Test
  void r5ReplacesTheNodeBelowBothFilters() {
    filters();
    world.start(replacing("f0", "n"));
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("f1:file")).isEqualTo("t");
    assertThat(world.child("f0:file")).isEqualTo("f1");
  }

  private void filters() {
    world.disk("n", "t").pass("f1", "n").pass("f0", "f1");
  }

  @Test
  void r6ReplacesTheSourceItself() {
    world.disk("s", "t");
    world.reader("r", "s");
    world.start(replacing("s", "s"));
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("r:root")).isEqualTo("t");
  }

  @Test
  void r7RefusesToReplaceABackingDisk() {
    world.disk("base", "t").overlay("s", "base");
    assertThat(world.ruled(replacing("s", "base")))
        .isEqualTo(
            new Refusal.ReplaceNotCovered(
                new NodeName("s"), new NodeName("base"), new NodeName("s")));
  }

  @Test
  void r9RefusesAnUnrelatedNode() {
    world.disk("s", "t", "u");
    world.reader("r", "u");
    assertThat(world.ruled(replacing("s", "u"))).isInstanceOf(Refusal.ReplaceNotCovered.class);
  }

  @Test
  void r10RefusesAMissingNode() {
    world.disk("s", "t");
    assertThat(world.ruled(replacing("s", "nowhere")))
        .isEqualTo(new Refusal.NodeNotFound(new NodeName("nowhere")));
  }

  @Test
  void r11RefusesToReplaceTheTarget() {
    world.disk("s", "t");
    assertThat(world.ruled(replacing("s", "t"))).isInstanceOf(Refusal.ReplaceNotCovered.class);
  }

  @Test
  void r12ReplacesAQuorumChildThroughAFilterAboveTheQuorum() {
    quorum();
    world.pass("f", "q");
    world.start(replacing("f", "i1"));
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("q:children.1")).isEqualTo("t");
  }

  @Test
  void r13RefusesTheNodeBelowAChildThatIsAFilter() {
    world.disk("i0", "i1", "i2", "t").pass("f", "i1").votes("q", "i0", "f", "i2");
    assertThat(world.ruled(replacing("q", "i1"))).isInstanceOf(Refusal.ReplaceNotCovered.class);
  }

  @Test
  void r13bReplacesAChildThatIsAFilter() {
    world.disk("i0", "i1", "i2", "t").pass("f", "i1").votes("q", "i0", "f", "i2");
    world.start(replacing("q", "f"));
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("q:children.1")).isEqualTo("t");
  }

  @Test
  void r14RefusesAGrandchildOfAnInnerQuorum() {
    nested();
    assertThat(world.ruled(replacing("q", "a"))).isInstanceOf(Refusal.ReplaceNotCovered.class);
  }

  @Test
  void r14bReplacesAnInnerQuorum() {
    nested();
    world.start(replacing("q", "inner"));
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("q:children.1")).isEqualTo("t");
  }

  private void nested() {
    world.disk("a", "b", "c", "i0", "i2", "t");
    world.votes("inner", "a", "b", "c").votes("q", "i0", "inner", "i2");
  }

  @Test
  void r18RefusesATargetOfAnotherLengthAtTheStart() {
    world.disk("s").disk("t", MirrorWorld.SIZE / 2);
    assertThat(world.refused(MirrorWorld.request("s", "t")))
        .isEqualTo(
            new JobRejection.Graph(
                new Rejection.SizeMismatch(
                    new NodeName("s"), MirrorWorld.SIZE, new NodeName("t"), MirrorWorld.SIZE / 2)));
  }

  @Test
  void r19RefusesATargetBelowTheFiltersOfItsSource() {
    filters();
    assertThat(world.ruled(MirrorWorld.request("f0", "n")))
        .isEqualTo(new Refusal.SelfMirror(new NodeName("f0"), new NodeName("n")));
  }

  @Test
  void r19RefusesAFilterOverTheSourceAsTarget() {
    filters();
    assertThat(world.ruled(MirrorWorld.request("n", "f0")))
        .isEqualTo(new Refusal.SelfMirror(new NodeName("n"), new NodeName("f0")));
  }

  @Test
  void r20RefusesAReadOnlyTarget() {
    world.disk("s", "t");
    world.edit(new GraphEdit.SetAccess(new NodeName("t"), NodeSpec.Access.READ_ONLY));
    assertThat(world.ruled(MirrorWorld.request("s", "t")))
        .isInstanceOfSatisfying(
            Refusal.NodeReadOnly.class,
            no -> assertThat(no.requiring().id().value()).isEqualTo("m:target"));
  }

  @Test
  void r22RefusesToReplaceByAPartOfTheDataWithoutConsent() {
    quorum();
    assertThat(
            world.refused(
                replacing("q", "i1", SyncMode.NONE, ReplaceRules.OtherParents.PERMISSIONS)))
        .isInstanceOfSatisfying(
            JobRejection.ConsentMissing.class,
            no -> assertThat(no.consent()).isEqualTo("acceptPartialData"));
  }

  @Test
  void r23RefusesOddGranularities() {
    world.disk("s", "t");
    for (long bad : new long[] {300, 3000, 256, 128L << 20, -512}) {
      assertThat(world.refused(grained(bad)))
          .isInstanceOfSatisfying(
              JobRejection.InvalidParameter.class,
              no -> assertThat(no.reason()).startsWith(Long.toString(bad)));
    }
  }

  private static MirrorRequest grained(long granularity) {
    MirrorRequest plain = MirrorWorld.request("s", "t");
    MirrorRequest.Copying copying =
        new MirrorRequest.Copying(
            CopyMode.BACKGROUND,
            OptionalLong.of(granularity),
            0,
            0,
            MirrorRequest.Zeroing.DEFAULT,
            MirrorRequest.Verify.NO);
    return new MirrorRequest(
        plain.id(), plain.disks(), copying, plain.errors(), plain.ending(), plain.filter());
  }

  @Test
  void r25KeepsTheJobReadyWhenTheReplacedNodeIsGone() {
    quorum();
    world.start(replacing("q", "i1"));
    world.await(JobStatus.READY);
    world.edit(
        new GraphEdit.DetachChild(new NodeName("q"), io.blockgraph.graph.ChildName.indexed(1)),
        new GraphEdit.RemoveNode(new NodeName("i1")));
    JobResult<JobRecord> result = world.jobs.complete(MirrorWorld.JOB);
    assertThat(result)
        .isEqualTo(
            new JobResult.Rejected<>(
                new JobRejection.Graph(
                    new Rejection.RuleBroken(new Refusal.NodeNotFound(new NodeName("i1"))))));
    assertThat(world.await(JobStatus.READY).status()).isEqualTo(JobStatus.READY);
  }

  @Test
  void r27RepairsAReadOnlyQuorum() {
    quorum();
    for (String node : new String[] {"i0", "i1", "i2", "q"}) {
      world.edit(new GraphEdit.SetAccess(new NodeName(node), NodeSpec.Access.READ_ONLY));
    }
    world.start(replacing("q", "i1"));
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("q:children.1")).isEqualTo("t");
    assertThat(world.graph.state().topology().node(new NodeName("t")).orElseThrow().readOnly())
        .isTrue();
  }

  @Test
  void r28MirrorsANodeThatHasNodeParents() {
    quorum();
    GatedDisk client = world.writer("w", "q");
    world.start(MirrorWorld.request("i0", "t"));
    world.await(JobStatus.READY);
    MirrorWorld.fill(client, 0, 5000, 4);
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("q:children.0")).isEqualTo("t");
    world.assertEqual("i0", "t");
  }

  @Test
  void r29RefusesASecondMirrorOfTheSourceAndNamesTheJob() {
    world.disk("s", "t", "t2");
    world.start(MirrorWorld.request("s", "t"));
    MirrorRequest second =
        MirrorRequest.of(
            new JobId("m2"),
            new MirrorRequest.Disks(
                new NodeName("s"),
                new NodeName("t2"),
                SyncMode.FULL,
                MirrorRequest.Replacing.SOURCE));
    assertThat(world.ruled(second))
        .isEqualTo(new Refusal.NodeBusy(new NodeName("s"), new UserId("m")));
  }

  @Test
  void refusesATargetThatSomebodyReadsAndNamesBothSides() {
    world.disk("s", "t");
    world.reader("x", "t");
    assertThat(world.ruled(MirrorWorld.request("s", "t")))
        .isInstanceOfSatisfying(
            Refusal.PermissionConflict.class,
            no -> {
              assertThat(no.node().value()).isEqualTo("t");
              assertThat(no.requiring().parent().id()).isIn("m", "x");
              assertThat(no.unsharing().parent().id()).isIn("m", "x");
            });
  }

  @Test
  void refusesAWriterBesideTheFilterWhoseWritesWouldBeMissed() {
    world.disk("s", "t");
    world.start(MirrorWorld.request("s", "t"));
    var result =
        world.tryEdit(
            new GraphEdit.AddUser(
                MirrorWorld.user("late", "s", io.blockgraph.graph.Permission.WRITE)));
    assertThat(result.toString()).contains("PermissionConflict", "m.filter");
  }

  @Test
  void refusesAJobIdThatANodeHas() {
    world.disk("m", "s", "t");
    assertThat(world.ruled(MirrorWorld.request("s", "t")))
        .isEqualTo(new Refusal.NameInUse("m", "node"));
  }

  @Test
  void aLoopThatAppearsWhileTheJobRunsFailsItAndLeavesTheGraphAsItWas() {
    world.disk("x", "a", "b", "c").pass("f", "x").votes("t", "a", "b", "c");
    world.start(replacing("f", "x"));
    world.await(JobStatus.READY);
    world.overlay("mid", "x");
    world.edit(
        new GraphEdit.ReplaceChild(
            new NodeName("t"), io.blockgraph.graph.ChildName.indexed(1), new NodeName("mid")));
    JobError error = world.complete().error().orElseThrow();
    assertThat(error.code()).isEqualTo("REPLACE_WOULD_LOOP");
    assertThat(error.detail()).contains("t:children.1", "mid:backing");
    assertThat(world.child("f:file")).isEqualTo("x");
    world.assertNoJobInGraph();
  }
}
