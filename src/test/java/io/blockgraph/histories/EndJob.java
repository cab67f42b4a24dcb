package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.mirror.CopyMode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Brings a job to its end: completed, softly cancelled or stopped. A copy that claims to be
/// complete holds what its source held at that moment, and so does what it has replaced.
final class EndJob implements Operation {
  /// `UNSUPPORTED` is a target that stores nothing compressed in the place of one below `compress`.
  private static final Set<String> HONEST =
      Set.of(
          "REPLACE_NO_LONGER_SAFE",
          "REPLACE_WOULD_LOOP",
          "NODE_NOT_FOUND",
          "UNSUPPORTED",
          "JOB_CANCELLED");

  /// How a job is brought to its end.
  enum Way {
    COMPLETE,
    KEEP,
    STOP
  }

  @Override
  public void play(Stage stage, Dice dice) {
    if (!stage.jobs.isEmpty()) {
      MirrorUnderWay job = dice.oneOf(stage.jobs);
      end(stage, job, dice.oneOf(Way.COMPLETE, Way.COMPLETE, Way.KEEP, Way.STOP));
    }
  }

  static void end(Stage stage, MirrorUnderWay job, Way way) {
    Topology before = stage.site.topology();
    Claim source = stage.claim(job.source());
    Claim replaced = stage.claim(job.replaced());
    Site.JobSeen[] end = new Site.JobSeen[1];
    Map<Root, Recording> during =
        stage.recording(
            () ->
                end[0] =
                    switch (way) {
                      case STOP -> stopped(stage, job);
                      case KEEP, COMPLETE -> finished(stage, job, way);
                    });
    stage.jobs.remove(job);
    assertThat(end[0].status()).as("job %s", job.id()).isEqualTo(JobStatus.CONCLUDED);
    stage.diary.count(way + " " + (end[0].error().isEmpty() ? "DONE" : end[0].error()));
    if (way == Way.STOP) {
      assertThat(end[0].error()).isEqualTo("JOB_CANCELLED");
      return;
    }
    if (!end[0].error().isEmpty()) {
      assertThat(HONEST).as("job %s: %s", job.id(), end[0]).contains(end[0].error());
      return;
    }
    if (way == Way.COMPLETE) {
      heal(stage, before, job);
      stage.keep(job.replaced(), replaced, during);
      stage.unflushed.add(job.replaced());
    }
    stage.keep(job.target(), source, during);
    assertThat(stage.site.topology().nodes())
        .noneMatch(node -> node.origin() == NodeSpec.Origin.IMPLICIT && isOf(node, job));
  }

  private static boolean isOf(NodeSpec filter, MirrorUnderWay job) {
    return filter.options().text("job").equals(Optional.of(job.id().value()));
  }

  private static Site.JobSeen stopped(Stage stage, MirrorUnderWay job) {
    stage.must(
        "job " + job.id() + " stop",
        () -> stage.site.ask(job.id(), new JobWish.Cancel(CancelMode.FORCE)));
    return seen(stage, job, Set.of());
  }

  private static Site.JobSeen finished(Stage stage, MirrorUnderWay job, Way way) {
    makeReady(stage, job);
    JobWish wish =
        way == Way.COMPLETE ? new JobWish.Complete() : new JobWish.Cancel(CancelMode.SOFT);
    if (!stage.ask("job " + job.id() + " " + wish, () -> stage.site.ask(job.id(), wish)).isDone()) {
      return stopped(stage, job);
    }
    boolean onRequest = job.request().ending().finalizing() == JobEnding.Finalizing.ON_REQUEST;
    if (onRequest && seen(stage, job, Set.of(JobStatus.PENDING)).status() == JobStatus.PENDING) {
      stage.must(
          "job " + job.id() + " finalize", () -> stage.site.ask(job.id(), new JobWish.Finish()));
    }
    return seen(stage, job, Set.of());
  }

  /// Lets it come to where it can be completed. Clients may be faster than a job that copies in the
  /// background; then their writes go to both disks.
  private static void makeReady(Stage stage, MirrorUnderWay job) {
    while (job.pauses() > 0) {
      assertThat(TouchJob.ask(stage, job, new JobWish.Resume())).isTrue();
      job.resumed();
    }
    stage.site.ask(job.id(), new JobWish.Speed(0));
    Site.JobSeen seen = seen(stage, job, Set.of(JobStatus.READY));
    if (seen.status() == JobStatus.RUNNING) {
      TouchJob.ask(stage, job, new JobWish.Mode(CopyMode.WRITE_BLOCKING));
      seen = seen(stage, job, Set.of(JobStatus.READY));
    }
    assertThat(seen.status()).as("job %s: %s", job.id(), seen).isEqualTo(JobStatus.READY);
  }

  private static Site.JobSeen seen(Stage stage, MirrorUnderWay job, Set<JobStatus> wanted) {
    Site.JobSeen seen = stage.site.await(job.id(), wanted);
    stage.diary.say("job " + job.id() + " is " + seen);
    stage.requireHealth();
    return seen;
  }

  /// A child of a quorum that was replaced by a copy of what the quorum shows is well again.
  /// Whoever else stood on the bad one, and neither read it nor minded writers, stands on the copy
  /// now.
  private static void heal(Stage stage, Topology before, MirrorUnderWay job) {
    Layers layers = new Layers(before, Set.copyOf(stage.sick));
    for (Edge edge : before.parentsOf(job.replaced())) {
      boolean well =
          stage.sick.contains(edge.id())
              && layers.agree(job.source(), new NodeName(edge.parent().id()));
      if (well) {
        stage.sick.remove(edge.id());
        stage.kept.forget(layers.above(job.replaced()));
      }
    }
  }
}
