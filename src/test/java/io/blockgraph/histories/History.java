package io.blockgraph.histories;

import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.UserId;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// One history: a graph is made, clients begin to write, things happen to the graph, and in the end
/// everything is looked at. Everything drawn depends on the seed alone; when clients get their turn
/// does not.
public final class History {
  /// Which history, and how much of it.
  ///
  /// @param seed what is drawn
  /// @param without operations that are left out, by number; the others are the same then
  public record Script(long seed, Set<Integer> without) {
    /// Copies `without`.
    public Script {
      without = Set.copyOf(without);
    }

    /// All of it.
    public static Script whole(long seed) {
      return new Script(seed, Set.of());
    }

    /// Stands in the names of all that it makes and in no name that another makes.
    String mark() {
      return "%016x".formatted(seed);
    }

    @Override
    public String toString() {
      String left = without.stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
      return "-Dseed=" + seed + (left.isEmpty() ? "" : " -Dwithout=" + left);
    }
  }

  static final int MOST_OPERATIONS = 30;
  private static final int LEAST_OPERATIONS = 5;
  private static final int MOST_ROOTS = 3;

  /// Much longer than whatever a history waits for: what goes on after that never ends.
  private static final Duration LONGEST = Duration.ofMinutes(3);

  private final Script script;
  private final Stage stage;

  private History(Script script, Site site) {
    this.script = script;
    this.stage = new Stage(site, script.mark());
  }

  /// Plays a history on a site, and closes the site.
  ///
  /// @param strangers where other programs can be run that look at the images in the end
  /// @return what went wrong, with all that had happened; empty when all was well
  public static Optional<String> play(Script script, Site site, Optional<Shell> strangers) {
    History history = new History(script, site);
    try {
      String name = "history " + script;
      new TimeLimit(LONGEST).run(name, () -> history.play(strangers));
      return Optional.empty();
    } catch (RuntimeException | Error e) {
      return Optional.of(history.told(e));
    }
  }

  private void play(Optional<Shell> strangers) {
    Ending ending = new Ending(stage, script);
    try {
      begin();
      goOn();
      ending.settle();
    } finally {
      stage.roots.forEach(Root::stop);
      stage.site.close();
    }
    ending.lookBack(strangers);
  }

  private void begin() {
    stage.diary.step("begin: ");
    Dice dice = new Dice(script.seed(), 0);
    Disks disks = new Disks(stage, dice);
    int roots = 1 + dice.below(MOST_ROOTS);
    for (int i = 0; i < roots; i++) {
      byte[] content = Bytes.random(dice, Disks.length(dice));
      NodeName node = disks.holding(content);
      UserId user = new UserId(stage.fresh("w"));
      Permissions shared =
          dice.chance(80) ? Permissions.ALL : Permissions.ALL.without(Permission.RESIZE);
      Grant grant =
          new Grant(
              Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE),
              dice.chance(80) ? shared : shared.without(Permission.WRITE));
      stage.must("writer " + user + " of " + node, () -> stage.site.come(user, node, grant));
      ClientDisk disk = stage.site.disk(user);
      disk.flush();
      stage.roots.add(new Root(user, disk, content));
    }
    stage.roots.forEach(root -> root.start(dice.between(1, 2), script.seed()));
  }

  private void goOn() {
    int operations = new Dice(script.seed(), 1).between(LEAST_OPERATIONS, MOST_OPERATIONS);
    for (int i = 0; i < operations; i++) {
      if (!script.without().contains(i)) {
        Dice dice = new Dice(script.seed(), 100 + i);
        stage.diary.step(i + ": ");
        Operations.any(dice).play(stage, dice);
        stage.requireHealth();
      }
    }
  }

  private String told(Throwable why) {
    StringWriter trace = new StringWriter();
    why.printStackTrace(new PrintWriter(trace));
    return String.join(
        System.lineSeparator(), "history " + script, stage.diary.text(), trace.toString());
  }
}
