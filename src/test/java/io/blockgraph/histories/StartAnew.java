package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.NodeName;
import java.util.List;

/// The service ends and starts again: jobs are interrupted, everything else is as it was.
final class StartAnew implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    restart(stage);
  }

  static void restart(Stage stage) {
    List<NodeName> before = stage.nodesWithoutJobs();
    stage.diary.say("restart with " + stage.jobs.size() + " jobs");
    stage.diary.count("restart DONE");
    stage.roots.forEach(Root::hold);
    try {
      stage.bitmaps.through(stage.site::restart);
      stage.roots.forEach(root -> root.turnTo(stage.site.disk(root.user())));
    } finally {
      stage.roots.forEach(Root::release);
    }
    stage.unflushed.clear();
    stage.jobs.clear();
    assertThat(stage.nodes()).isEqualTo(before);
    assertThat(stage.nodes(_ -> true)).hasSameSizeAs(stage.site.topology().nodes());
    stage.requireHealth();
  }
}
