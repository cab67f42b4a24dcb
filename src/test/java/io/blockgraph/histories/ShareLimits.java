package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.NodePatch;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Throttle groups come, change and go, and nodes join and leave them while clients write: a group
/// has the limits it was last given, and does not go while a node is in it.
final class ShareLimits implements Operation {
  private static final List<String> RATES =
      List.of("bpsTotal", "bpsRead", "iopsTotal", "iopsTotalMax");

  @Override
  public void play(Stage stage, Dice dice) {
    if (stage.groups.isEmpty()) {
      make(stage, dice);
    }
    if (stage.groups.isEmpty()) {
      return;
    }
    UserId group = dice.oneOf(List.copyOf(stage.groups.keySet()));
    switch (dice.below(8)) {
      case 0 -> make(stage, dice);
      case 1 -> change(stage, dice, group);
      case 2 -> end(stage, group);
      case 3, 4, 5 -> put(stage, dice, group);
      case 6 -> patch(stage, dice, Patches.option("throttleGroup", group.value()));
      default -> patch(stage, dice, Patches.withoutOption("throttleGroup"));
    }
    requireGroups(stage);
  }

  /// The groups of the graph are those that were made.
  static void requireGroups(Stage stage) {
    Map<UserId, Options> found = new LinkedHashMap<>();
    for (User user : stage.site.topology().users()) {
      if (user.kind() == User.Kind.THROTTLE_GROUP) {
        found.put(user.id(), user.options());
      }
    }
    assertThat(found).isEqualTo(stage.groups);
  }

  /// A change of the limits of a group; it may be one that cannot be.
  static Map<String, Optional<Object>> limits(Dice dice) {
    Map<String, Optional<Object>> limits = new LinkedHashMap<>();
    for (String rate : RATES) {
      if (dice.chance(25)) {
        limits.put(
            rate,
            dice.chance(40)
                ? Optional.empty()
                : Optional.of(1_000_000_000L * dice.between(1, 1000)));
      }
    }
    return limits;
  }

  /// What the limits of a group are after a change that was made.
  static Options merged(Options before, Map<String, Optional<Object>> change) {
    Map<String, Object> after = new HashMap<>(before.values());
    change.forEach(
        (rate, value) -> {
          after.remove(rate);
          value.ifPresent(limit -> after.put(rate, limit));
        });
    return new Options(after);
  }

  private static void make(Stage stage, Dice dice) {
    UserId group = new UserId(stage.fresh("g"));
    Options limits = merged(Options.NONE, limits(dice));
    if (ask(stage, "group-new", new Action.NewGroup(group, limits))) {
      stage.groups.put(group, limits);
    }
  }

  private static void change(Stage stage, Dice dice, UserId group) {
    Map<String, Optional<Object>> limits = limits(dice);
    if (ask(stage, "group-change", new Action.ChangeGroup(group, limits))) {
      stage.groups.computeIfPresent(group, (_, before) -> merged(before, limits));
    }
  }

  private static void end(Stage stage, UserId group) {
    boolean used = !stage.nodes(node -> isMember(node, group)).isEmpty();
    boolean ended = ask(stage, "group-end", new Action.EndGroup(group));
    assertThat(ended).as("end of %s, which is used: %s", group, used).isNotEqualTo(used);
    if (ended) {
      stage.groups.remove(group);
    }
  }

  private static boolean isMember(NodeSpec node, UserId group) {
    return node.options().text("throttleGroup").equals(Optional.of(group.value()));
  }

  /// A member between a disk and all who use it.
  private static void put(Stage stage, Dice dice, UserId group) {
    NodeName below =
        dice.chance(50) ? dice.oneOf(stage.nodes()) : stage.nodeOf(dice.oneOf(stage.roots).user());
    Map<String, Object> filter =
        Disks.node(
            new NodeName(stage.fresh("n")),
            "throttle",
            Map.of("file", below.value(), "throttleGroup", group.value()));
    ask(stage, "group-filter", new Action.PutIn(below, filter));
  }

  private static void patch(Stage stage, Dice dice, NodePatch patch) {
    List<NodeName> throttles = stage.nodes(node -> node.driver().value().equals("throttle"));
    if (!throttles.isEmpty()) {
      ask(stage, "group-join", new Action.Patch(dice.oneOf(throttles), patch));
    }
  }

  private static boolean ask(Stage stage, String what, Action action) {
    return stage.ask(what + " " + action, () -> stage.site.change(List.of(action))).isDone();
  }
}
