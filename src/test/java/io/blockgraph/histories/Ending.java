package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.ReplaceRules;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.mirror.MirrorRequest;
import io.blockgraph.job.mirror.SyncMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The end of a history: everything under way is brought to its end, and everything is looked at.
final class Ending {
  private final Stage stage;
  private final History.Script script;
  private StrangersLook look =
      new StrangersLook(List.of(), Map.of(), Site.Leaks.NONE, StrangersLook.Chains.OPENED);

  Ending(Stage stage, History.Script script) {
    this.stage = stage;
    this.script = script;
  }

  /// Ends jobs, readers and clients, and looks at the graph while it is open, before and after a
  /// restart.
  void settle() {
    stage.diary.step("end: ");
    Dice dice = new Dice(script.seed(), 2);
    for (MirrorUnderWay job : List.copyOf(stage.jobs)) {
      EndJob.end(stage, job, dice.oneOf(EndJob.Way.values()));
    }
    List.copyOf(stage.readers).forEach(reader -> ComeAndGo.leave(stage, reader));
    repair(dice);
    stage.bitmaps.look();
    stage.roots.forEach(Root::stop);
    stage.roots.forEach(root -> stage.diary.count("requests", root.requests()));
    lookAround();
    StartAnew.restart(stage);
    lookAround();
    look = StrangersLook.at(stage);
  }

  /// Every quorum with a bad child gets a copy in its place.
  private void repair(Dice dice) {
    for (EdgeId edge : List.copyOf(stage.sick)) {
      Edge vote = stage.site.topology().edge(edge).orElse(null);
      if (vote == null) {
        stage.sick.remove(edge);
        continue;
      }
      NodeName quorum = new NodeName(vote.parent().id());
      int length = (int) stage.site.size(quorum);
      NodeName target = new Disks(stage, dice).emptyImage(length, Optional.empty());
      MirrorRequest.Replacing replacing =
          new MirrorRequest.Replacing(
              Optional.of(vote.child()),
              ReplaceRules.OtherParents.PERMISSIONS,
              MirrorRequest.PartialData.REFUSED);
      MirrorRequest request =
          new MirrorRequest(
              new JobId(stage.fresh("m")),
              new MirrorRequest.Disks(quorum, target, SyncMode.FULL, replacing),
              StartMirror.copying(dice, SyncMode.FULL),
              MirrorRequest.Errors.REPORT,
              JobEnding.DEFAULT,
              Optional.empty());
      if (StartMirror.start(stage, request)) {
        EndJob.end(stage, stage.jobs.getLast(), EndJob.Way.COMPLETE);
      }
      stage.diary.count("repair " + (stage.sick.contains(edge) ? "REFUSED" : "DONE"));
    }
  }

  private void lookAround() {
    Topology graph = stage.site.topology();
    assertThat(graph.nodes()).noneMatch(node -> node.origin() == NodeSpec.Origin.IMPLICIT);
    assertThat(graph.users())
        .allMatch(
            user -> user.kind() == User.Kind.EXPORT || user.kind() == User.Kind.THROTTLE_GROUP);
    ShareLimits.requireGroups(stage);
    assertThat(stage.site.holdEverybody()).isEqualTo(Told.DONE);
    stage.requireHealth();
    for (Root root : stage.roots) {
      same("user " + root.user(), root.model(), root.disk().read(0, root.disk().size()));
    }
    for (NodeName node : stage.kept.nodes()) {
      stage
          .site
          .read(node)
          .ifPresent(found -> same("kept " + node, stage.kept.content(node), found));
    }
    stage.amended.look(stage);
    for (Edge vote : stage.layers().votes()) {
      if (!stage.sick.contains(vote.id())) {
        sameAsQuorum(vote);
      }
    }
    stage.nodes(this::hasReserve).forEach(_ -> stage.diary.count("reserve SEEN"));
    for (NodeName image : stage.nodes(node -> node.driver().value().equals("qcow2"))) {
      assertThat(stage.check(image)).as("check of '%s'", image).isEmpty();
    }
  }

  private boolean hasReserve(NodeSpec node) {
    return node.driver().value().equals("preallocate")
        && stage.site.size(node.name())
            < stage.site.size(node.child(ChildName.FILE).orElseThrow().node());
  }

  private void sameAsQuorum(Edge vote) {
    Optional<byte[]> shown = stage.site.read(new NodeName(vote.parent().id()));
    Optional<byte[]> child = stage.site.read(vote.child());
    if (shown.isPresent() && child.isPresent()) {
      same("child " + vote.id(), shown.get(), child.get());
    }
  }

  private static void same(String what, byte[] wanted, byte[] found) {
    Bytes.difference(wanted, found)
        .ifPresent(
            difference -> {
              throw new AssertionError(what + ": " + difference);
            });
  }

  /// After everything is closed: nothing is left behind, and others find the images sound.
  void lookBack(Optional<Shell> strangers) {
    assertThat(Leftovers.of(stage.site.images(), script.mark())).isEmpty();
    look.measure();
    strangers.ifPresent(look::check);
  }
}
