package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.NodeName;
import java.util.List;
import java.util.Set;

/// The service is killed in the midst of what clients and jobs do, and starts again: what was
/// flushed is there, what was decided stands, jobs are over.
final class Kill implements Operation {
  private static final Set<String> SEVERAL = Set.of("quorum", "blkverify");

  @Override
  public void play(Stage stage, Dice dice) {
    kill(stage);
  }

  static void kill(Stage stage) {
    List<NodeName> before = stage.nodesWithoutJobs();
    through(stage, stage.site::kill);
    assertThat(stage.nodes()).isEqualTo(before);
  }

  /// Ends the service by `end`, which kills it, and starts it again.
  static void through(Stage stage, Runnable end) {
    stage.diary.say("kill with " + stage.jobs.size() + " jobs");
    stage.diary.count("kill DONE");
    stage.diary.count("killed job", stage.jobs.size());
    List<Root> mirrored = stage.roots.stream().filter(root -> isOnSeveral(stage, root)).toList();
    mirrored.forEach(Kill::rest);
    stage.roots.forEach(Root::die);
    end.run();
    stage.roots.stream().filter(root -> !mirrored.contains(root)).forEach(Root::hold);
    try {
      stage.site.rise();
      stage.leaks = Site.Leaks.ALLOWED;
      stage.roots.forEach(root -> root.rise(stage.site.disk(root.user())));
    } finally {
      stage.roots.forEach(Root::release);
    }
    stage.bitmaps.killed();
    stage.unflushed.stream()
        .filter(node -> stage.site.topology().node(node).isPresent())
        .flatMap(node -> stage.layers().written(node).stream())
        .forEach(stage::changes);
    stage.unflushed.clear();
    stage.jobs.clear();
    assertThat(stage.nodes(_ -> true)).hasSameSizeAs(stage.site.topology().nodes());
    stage.requireHealth();
  }

  /// Disks that hold the same must go on doing so: what was not flushed is there in one of them and
  /// not in the other.
  private static boolean isOnSeveral(Stage stage, Root root) {
    return stage.layers().below(stage.nodeOf(root.user())).stream()
        .map(node -> stage.spec(node).driver().value())
        .anyMatch(SEVERAL::contains);
  }

  private static void rest(Root root) {
    root.hold();
    root.disk().flush();
  }
}
