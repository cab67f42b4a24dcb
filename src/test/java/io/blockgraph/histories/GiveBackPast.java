package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.backup.BackupSync;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// Backs up a disk as it was, and gives up what of it was copied, while its clients go on writing;
/// sometimes that is cancelled, or the service killed. A copy is the disk as it was, and then
/// nothing more is shown of that. Where there is none, each part is shown as it was or in the copy.
final class GiveBackPast implements Operation {
  private static final int SECTOR = 512;
  private static final long REST_NANOS = 4_000_000L;

  @Override
  public void play(Stage stage, Dice dice) {
    NodeName below = dice.chance(30) ? dice.oneOf(stage.nodes()) : longest(stage);
    Past.of(stage, dice, below, past -> backUp(stage, dice, past));
  }

  /// What takes more than one step to copy can be given up in part.
  private static NodeName longest(Stage stage) {
    return stage.roots.stream()
        .map(root -> stage.nodeOf(root.user()))
        .max(Comparator.comparingLong(stage.site::size))
        .orElseThrow();
  }

  private static void backUp(Stage stage, Dice dice, Past past) {
    BackupRequest request = request(stage, dice, past);
    JobId job = request.id();
    NodeName copy = request.disks().target();
    stage.must("give-back " + request, () -> stage.site.backup(request));
    if (dice.chance(15)) {
      LockSupport.parkNanos(dice.below(3) * REST_NANOS);
      stage.diary.count("give-back KILLED");
      Kill.kill(stage);
    } else if (isDone(stage, dice, job)) {
      past.require(wrong(stage, past, copy).map(why -> why + again(stage, past, copy)));
      requireNothing(stage, past);
      stage.kept.keep(copy, past.content());
    } else {
      requireAll(stage, past, copy);
    }
    past.end(stage);
  }

  private static Optional<String> wrong(Stage stage, Past past, NodeName copy) {
    return Bytes.difference(past.content(), stage.site.read(copy).orElseThrow());
  }

  /// Tells what was copied wrongly from what was only read so.
  private static String again(Stage stage, Past past, NodeName copy) {
    return "; when it is read again: " + wrong(stage, past, copy).orElse("right");
  }

  private static BackupRequest request(Stage stage, Dice dice, Past past) {
    byte[] content = past.content();
    Disks disks = new Disks(stage, dice);
    boolean plain = dice.chance(40);
    byte[] before = Bytes.random(dice, content.length);
    NodeName copy = plain ? disks.plain(before) : disks.image(before);
    return new BackupRequest(
        new JobId(stage.fresh("b")),
        new BackupRequest.Disks(
            past.node(),
            copy,
            Optional.empty(),
            BackupSync.FULL,
            Optional.empty(),
            BackupRequest.Copied.DISCARDED),
        new BackupRequest.Pace(
            dice.chance(40) ? 0 : 1L << dice.between(17, 20),
            dice.between(1, 4),
            plain || dice.chance(60)
                ? BackupRequest.Storing.PLAIN
                : BackupRequest.Storing.COMPRESSED),
        BackupRequest.Errors.REPORT,
        JobEnding.DEFAULT,
        Optional.empty());
  }

  /// Brings it to its end; answers whether it has its copy.
  private static boolean isDone(Stage stage, Dice dice, JobId job) {
    LockSupport.parkNanos(dice.below(6) * REST_NANOS);
    if (dice.chance(40)) {
      stage.site.ask(job, new JobWish.Cancel(CancelMode.FORCE));
    }
    stage.site.ask(job, new JobWish.Speed(0));
    Site.JobSeen seen = stage.site.await(job, Set.of());
    stage.diary.say("job " + job + " is " + seen);
    stage.requireHealth();
    assertThat(seen.status()).as("job %s: %s", job, seen).isEqualTo(JobStatus.CONCLUDED);
    assertThat(List.of("", "JOB_CANCELLED")).as("job %s: %s", job, seen).contains(seen.error());
    stage.diary.count("given back " + (seen.error().isEmpty() ? "DONE" : seen.error()));
    return seen.error().isEmpty();
  }

  private static UserId reader(Stage stage, Past past) {
    UserId reader = new UserId(stage.fresh("r"));
    Grant grant = new Grant(Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL);
    stage.must("reader of " + past.node(), () -> stage.site.come(reader, past.node(), grant));
    return reader;
  }

  /// What is shown of it at `at`; empty when it was given up.
  private static Optional<byte[]> read(ClientDisk disk, int at, int length) {
    try {
      return Optional.of(disk.read(at, length));
    } catch (BlockException e) {
      assertThat(e.kind()).as("a read at %d: %s", at, e).isEqualTo(BlockException.Kind.INVALID);
      return Optional.empty();
    }
  }

  private static void requireNothing(Stage stage, Past past) {
    UserId reader = reader(stage, past);
    for (int at = 0; at < past.content().length; at += SECTOR) {
      assertThat(read(stage.site.disk(reader), at, 1)).as("past at %d", at).isEmpty();
    }
    stage.must("reader leaves", () -> stage.site.leave(reader));
  }

  private static void requireAll(Stage stage, Past past, NodeName copy) {
    UserId reader = reader(stage, past);
    byte[] copied = stage.site.read(copy).orElseThrow();
    int gone = 0;
    for (int at = 0; at < copied.length; at += SECTOR) {
      int end = Math.min(copied.length, at + SECTOR);
      Optional<byte[]> shown = read(stage.site.disk(reader), at, end - at);
      gone += shown.isEmpty() ? 1 : 0;
      byte[] found = shown.orElse(Arrays.copyOfRange(copied, at, end));
      past.require(Bytes.difference(Arrays.copyOfRange(past.content(), at, end), found));
    }
    stage.diary.count(gone == 0 ? "past WHOLE" : "past WITH GAPS");
    stage.must("reader leaves", () -> stage.site.leave(reader));
  }
}
