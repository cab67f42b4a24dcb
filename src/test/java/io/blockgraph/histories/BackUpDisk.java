package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.CopyBeforeWrite.OnError;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.backup.BackupSync;
import io.blockgraph.job.copy.ErrorPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Backs up a disk while its clients write, and waits for the end, or cancels it: the copy is the
/// disk as it was at some moment of the start, and at none after that.
final class BackUpDisk implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    BackupRequest request = request(stage, dice);
    NodeName target = request.disks().target();
    stage.changes(target);
    Claim claim = stage.claim(request.disks().source());
    boolean[] begun = new boolean[1];
    Map<Root, Recording> atStart =
        stage.recording(
            () ->
                begun[0] =
                    stage.ask("backup " + request, () -> stage.site.backup(request)).isDone());
    if (begun[0] && end(stage, dice, request)) {
      stage.keep(target, claim, atStart);
    }
  }

  /// A job of any kind, with a target of its own in the graph.
  static BackupRequest request(Stage stage, Dice dice) {
    NodeName source = source(stage, dice);
    BackupSync sync = dice.chance(70) ? BackupSync.FULL : BackupSync.TOP;
    return request(stage, dice, source, target(stage, dice, source, sync), sync);
  }

  private static NodeName source(Stage stage, Dice dice) {
    return dice.chance(40)
        ? dice.oneOf(stage.nodes())
        : stage.nodeOf(dice.oneOf(stage.roots).user());
  }

  private static NodeName target(Stage stage, Dice dice, NodeName source, BackupSync sync) {
    int length = (int) stage.site.size(source);
    Disks disks = new Disks(stage, dice);
    if (sync == BackupSync.TOP) {
      NodeSpec shown = stage.spec(stage.layers().unfiltered(source));
      Optional<NodeName> backing = shown.child(ChildName.BACKING).map(ChildSpec::node);
      return disks.emptyImage(length, backing);
    }
    if (dice.chance(5)) {
      return dice.oneOf(stage.nodes());
    }
    byte[] content = dice.chance(50) ? new byte[length] : Bytes.random(dice, length);
    return dice.chance(40) ? disks.plain(content) : disks.image(content);
  }

  private static BackupRequest request(
      Stage stage, Dice dice, NodeName source, NodeName target, BackupSync sync) {
    return new BackupRequest(
        new JobId(stage.fresh("b")),
        new BackupRequest.Disks(source, target, Optional.empty(), sync),
        new BackupRequest.Pace(
            dice.chance(60) ? 0 : 1L << dice.between(14, 18),
            dice.between(1, 8),
            dice.chance(25) ? BackupRequest.Storing.COMPRESSED : BackupRequest.Storing.PLAIN),
        new BackupRequest.Errors(
            ErrorPolicy.REPORT, ErrorPolicy.REPORT, dice.oneOf(OnError.values()), 0),
        ending(dice),
        Optional.empty());
  }

  /// One that is asked to end is there until then, however fast it is.
  static JobEnding ending(Dice dice) {
    return dice.chance(30)
        ? new JobEnding(JobEnding.Finalizing.ON_REQUEST, JobEnding.Dismissing.ON_REQUEST)
        : JobEnding.DEFAULT;
  }

  /// Brings it to its end, those that wait for that with an overlay above the disk that is copied;
  /// answers whether it has its copy.
  static boolean end(Stage stage, Dice dice, BackupRequest request) {
    JobId job = request.id();
    boolean waits = request.ending().finalizing() == JobEnding.Finalizing.ON_REQUEST;
    if (waits) {
      boolean taken = TakeSnapshot.of(stage, dice, request.disks().source());
      stage.diary.count("snapshot of what is copied " + (taken ? "DONE" : "REFUSED"));
    }
    if (dice.chance(20)) {
      stage.site.ask(job, new JobWish.Cancel(CancelMode.FORCE));
    }
    stage.site.ask(job, new JobWish.Speed(0));
    if (waits) {
      stage.site.await(job, Set.of(JobStatus.PENDING));
      stage.site.ask(job, new JobWish.Finish());
    }
    Site.JobSeen seen = stage.site.await(job, Set.of());
    stage.diary.say("job " + job + " is " + seen);
    stage.requireHealth();
    assertThat(seen.status()).as("job %s: %s", job, seen).isEqualTo(JobStatus.CONCLUDED);
    stage.diary.count("backup " + (seen.error().isEmpty() ? "DONE" : seen.error()));
    assertThat(List.of("", "JOB_CANCELLED")).as("job %s: %s", job, seen).contains(seen.error());
    assertThat(stage.site.topology().nodes())
        .noneMatch(
            node ->
                node.origin() == NodeSpec.Origin.IMPLICIT
                    && node.options().text("job").equals(Optional.of(job.value())));
    return seen.error().isEmpty();
  }
}
