package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.commit.CommitRequest;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.job.stream.StreamRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Streams into a disk of a chain, or commits one, and waits for the end, or cancels it: what the
/// disk showed it goes on showing, and a base that was committed to shows what its top showed.
final class ShortenChain implements Operation {
  /// How a job may end without its result, with everything as it was.
  private static final Set<String> HONEST =
      Set.of("JOB_CANCELLED", "BAD_SHAPE", "PERMISSION_CONFLICT", "NODE_READ_ONLY");

  /// @param upper the disk that is streamed into, or the top
  /// @param lower the disk that stays below
  private record Chain(NodeName upper, NodeName lower) {}

  @Override
  public void play(Stage stage, Dice dice) {
    List<NodeName> overlays = stage.nodes(node -> node.child(ChildName.BACKING).isPresent());
    if (overlays.isEmpty()) {
      return;
    }
    Chain chain = chain(stage, dice, dice.oneOf(overlays));
    if (dice.chance(50)) {
      stream(stage, dice, chain);
    } else {
      commit(stage, dice, chain);
    }
  }

  /// A disk and one below it; now and then one that is not.
  private static Chain chain(Stage stage, Dice dice, NodeName upper) {
    List<NodeName> below = new ArrayList<>();
    Optional<NodeName> next = backing(stage, upper);
    while (next.isPresent()) {
      below.add(next.get());
      next = backing(stage, stage.layers().unfiltered(next.get()));
    }
    return new Chain(upper, dice.chance(5) ? dice.oneOf(stage.nodes()) : dice.oneOf(below));
  }

  private static Optional<NodeName> backing(Stage stage, NodeName node) {
    NodeSpec spec = stage.spec(node);
    return spec.child(ChildName.BACKING).map(ChildSpec::node);
  }

  private static void stream(Stage stage, Dice dice, Chain chain) {
    StreamRequest.End end =
        switch (dice.below(4)) {
          case 0 -> new StreamRequest.End.Whole();
          case 1 -> new StreamRequest.End.DownTo(chain.lower());
          default -> new StreamRequest.End.Above(chain.lower());
        };
    StreamRequest request =
        new StreamRequest(
            new JobId(stage.fresh("s")),
            new StreamRequest.Chain(chain.upper(), end, Optional.empty()),
            speed(dice),
            ErrorPolicy.REPORT,
            JobEnding.DEFAULT,
            Optional.empty());
    Claim claim = stage.claim(chain.upper());
    rewrites(stage, chain.upper());
    Map<Root, Recording> during =
        stage.recording(
            () -> {
              if (stage.ask("stream " + request, () -> stage.site.stream(request)).isDone()) {
                end(stage, dice, request.id());
              }
            });
    stage.keep(chain.upper(), claim, during);
  }

  private static void commit(Stage stage, Dice dice, Chain chain) {
    CommitRequest request =
        new CommitRequest(
            new JobId(stage.fresh("c")),
            new CommitRequest.Chain(chain.upper(), Optional.of(chain.lower()), Optional.empty()),
            speed(dice),
            ErrorPolicy.REPORT,
            JobEnding.DEFAULT,
            Optional.empty());
    Claim claim = stage.claim(chain.upper());
    changes(stage, stage.layers().unfiltered(chain.lower()));
    stage.nodes().stream()
        .filter(node -> backing(stage, node).equals(Optional.of(chain.upper())))
        .forEach(overlay -> rewrites(stage, overlay));
    boolean[] done = new boolean[1];
    Map<Root, Recording> during =
        stage.recording(
            () ->
                done[0] =
                    stage.ask("commit " + request, () -> stage.site.commit(request)).isDone()
                        && end(stage, dice, request.id()));
    stage.keep(done[0] ? chain.lower() : chain.upper(), claim, during);
  }

  /// Whatever stands on the base or on what it is written to; a base may be below all children of a
  /// quorum, which then show something else together.
  private static void changes(Stage stage, NodeName base) {
    Layers layers = stage.layers();
    Set<NodeName> written = layers.written(base);
    stage.kept.forget(
        stage.nodes().stream()
            .filter(node -> !Collections.disjoint(layers.below(node), written))
            .collect(Collectors.toSet()));
  }

  /// What a disk is stored in is written, and what the disk shows stays as it is.
  private static void rewrites(Stage stage, NodeName disk) {
    Layers layers = stage.layers();
    Set<NodeName> storage = layers.written(layers.unfiltered(disk));
    storage.removeAll(layers.same(disk));
    Set<NodeName> shown = layers.above(disk);
    shown.addAll(layers.same(disk));
    stage.kept.forget(
        stage.nodes().stream()
            .filter(node -> !shown.contains(node))
            .filter(node -> !Collections.disjoint(layers.below(node), storage))
            .collect(Collectors.toSet()));
  }

  private static long speed(Dice dice) {
    return dice.chance(70) ? 0 : 1L << dice.between(14, 20);
  }

  /// It may be refused to one that just comes to its end by itself, which changes the graph.
  private static boolean cancel(Stage stage, JobId job, CancelMode mode) {
    JobWish wish = new JobWish.Cancel(mode);
    Told told = stage.site.ask(job, wish);
    stage.diary.told("job " + job + " " + wish, told);
    return told.isDone();
  }

  /// Brings it to its end; answers whether it has its result.
  private static boolean end(Stage stage, Dice dice, JobId job) {
    boolean cancelled = dice.chance(20) && cancel(stage, job, dice.oneOf(CancelMode.values()));
    stage.site.ask(job, new JobWish.Speed(0));
    // One that was cancelled softly when it was ready already goes on being ready for a while, and
    // cannot be completed any more.
    Site.JobSeen seen = stage.site.await(job, cancelled ? Set.of() : Set.of(JobStatus.READY));
    boolean completed = !cancelled;
    if (seen.status() == JobStatus.READY) {
      completed = dice.chance(70);
      JobWish wish = completed ? new JobWish.Complete() : new JobWish.Cancel(CancelMode.SOFT);
      stage.must("job " + job + " " + wish, () -> stage.site.ask(job, wish));
      seen = stage.site.await(job, Set.of());
    }
    stage.diary.say("job " + job + " is " + seen);
    stage.requireHealth();
    assertThat(seen.status()).as("job %s: %s", job, seen).isEqualTo(JobStatus.CONCLUDED);
    String error = seen.error();
    stage.diary.count("chain job " + (error.isEmpty() ? "DONE" : error));
    if (!error.isEmpty()) {
      assertThat(HONEST).as("job %s: %s", job, seen).contains(error);
    }
    assertThat(stage.site.topology().nodes())
        .noneMatch(
            node ->
                node.origin() == NodeSpec.Origin.IMPLICIT
                    && node.options().text("job").equals(Optional.of(job.value())));
    return error.isEmpty() && completed;
  }
}
