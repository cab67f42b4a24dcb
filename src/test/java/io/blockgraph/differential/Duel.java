package io.blockgraph.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One sequence of commands on both sides, from nothing to nothing. One thread.
final class Duel {
  /// How long a job may stand elsewhere on one side than on the other.
  private static final long JOBS_MS = 2_000;

  /// What everything is compared for when nothing was asked.
  private static final Command NONE = new Command.DeleteNode("");

  private final Side daemon;
  private final BlockgraphSide ours;
  private final ImageChecks checks;
  private final Report.Builder report = new Report.Builder();
  private final History history = new History();
  private Scene.Both now = Scene.Both.NOTHING;

  Duel(Side daemon, BlockgraphSide ours, ImageChecks checks) {
    this.daemon = daemon;
    this.ours = ours;
    this.checks = checks;
  }

  /// How both look, but for what is intended.
  Picture now() {
    return now.daemon();
  }

  /// Whether there is no point in going on.
  boolean isOver() {
    return report.isOver();
  }

  Report report() {
    return report.build();
  }

  /// Asks both for something after which more will be asked: what only Blockgraph would do is tried
  /// there and leaves no trace, so that both sides stay the same.
  void ask(Command command) {
    report.asking(command);
    Verdict theirs = daemon.ask(command);
    boolean trying = !theirs.isAccepted() && BlockgraphSide.canTry(command);
    compare(command, theirs, trying ? ours.tryOut(command) : ours.ask(command), trying);
  }

  /// Asks both, whatever comes of it.
  void askLast(Command command) {
    report.asking(command);
    Verdict theirs = daemon.ask(command);
    compare(command, theirs, ours.ask(command), false);
  }

  private void compare(Command command, Verdict theirs, Verdict answer, boolean tried) {
    report.step(new Report.Step(command, theirs, answer));
    Scene.Both before = now;
    boolean parted = theirs.isAccepted() != answer.isAccepted() && !tried;
    look(parted);
    history.tried(command);
    if (theirs.isAccepted()) {
      history.goneFrom(before.ours(), command);
      history.done(command, now());
      written(command).ifPresent(e -> history.written(e, now.daemon(), now.ours()));
    }
    history.look(now());
    Scene scene = new Scene(command, before, now, history);
    report.add(Comparison.of(theirs, answer, bytes(command)), scene);
    if (parted) {
      report.end();
    } else {
      List<Difference> differences = new ArrayList<>(Comparison.of(now.daemon(), now.ours()));
      differences.removeIf(this::isLengthOfStorage);
      report.add(differences, scene);
    }
  }

  private boolean isLengthOfStorage(Difference difference) {
    return difference instanceof Difference.Nodes(String name, var theirs, var mine)
        && history.isStorage(name)
        && theirs.isPresent()
        && mine.isPresent()
        && theirs.get().access() == mine.get().access();
  }

  private static Optional<String> written(Command command) {
    return switch (command) {
      case Command.Write(String export, _, _, _) -> Optional.of(export);
      case Command.Zero(String export, _, _) -> Optional.of(export);
      default -> Optional.empty();
    };
  }

  /// A job that is under way on one side is waited for, unless the sides have parted; one that is
  /// over on both will not become the same.
  private void look(boolean parted) {
    Deadline.perhaps(
        JOBS_MS,
        () -> {
          now = new Scene.Both(daemon.picture(), ours.picture());
          return parted || areAsTheyWillBe(now.daemon().jobs(), now.ours().jobs());
        });
  }

  private static boolean areAsTheyWillBe(
      Map<String, Picture.Job> theirs, Map<String, Picture.Job> mine) {
    return theirs.keySet().equals(mine.keySet())
        && theirs.entrySet().stream()
            .allMatch(
                job ->
                    job.getValue().equals(mine.get(job.getKey()))
                        || (job.getValue().isOver() && mine.get(job.getKey()).isOver()));
  }

  private Comparison.Bytes bytes(Command command) {
    boolean undefinedRead =
        command instanceof Command.Read read
            && Optional.ofNullable(now().exports().get(read.export()))
                .filter(node -> history.isUndefined(now(), node))
                .isPresent();
    return undefinedRead ? Comparison.Bytes.IGNORED : Comparison.Bytes.COMPARED;
  }

  /// Ends jobs and exports, and compares the bytes that are left. A sequence that is over is not
  /// looked at any more.
  void finish() {
    for (Command command : Ending.of(now())) {
      if (!isOver()) {
        askLast(command);
      }
    }
    if (!isOver()) {
      compareBytes();
      compareMarks();
    }
  }

  private void compareMarks() {
    List<Difference> different = new ArrayList<>();
    for (String bitmap : now().bitmaps().keySet()) {
      String node = bitmap.substring(0, bitmap.indexOf('/'));
      String name = bitmap.substring(bitmap.indexOf('/') + 1);
      String theirs = daemon.marks(node, name);
      String mine = ours.marks(node, name);
      if (!theirs.equals(mine)) {
        different.add(new Difference.Marks(bitmap, theirs, mine));
      }
    }
    report.add(different, new Scene(NONE, now, now, history));
  }

  private void compareBytes() {
    List<Difference> different = new ArrayList<>();
    for (Picture.Node node : now().nodes().values()) {
      if (node.size() >= 0
          && !node.name().contains("/")
          && !history.isStorage(node.name())
          && !history.isUndefined(now(), node.name())) {
        Verdict theirs = daemon.content(node);
        Verdict answer = isKeptOut(theirs) ? theirs : ours.content(node);
        // Why a node cannot be read by one more user is seen in the edges, which are compared.
        if (!isKeptOut(answer)
            && !Comparison.of(theirs, answer, Comparison.Bytes.COMPARED).isEmpty()) {
          different.add(new Difference.Bytes(node.name(), theirs, answer));
        }
      }
    }
    report.add(different, new Scene(NONE, now, now, history));
  }

  private static boolean isKeptOut(Verdict verdict) {
    return verdict instanceof Verdict.Refused(Reason reason, _, _) && reason == Reason.PERMISSION;
  }

  /// Something else than an answer came from a side.
  void broke(Throwable what) {
    String cause = what.getCause() == null ? "" : ": " + what.getCause();
    report.broke(new Difference.Broke(what + cause));
  }

  /// Takes everything away, and looks at the images that are left by then.
  void cleanUp() {
    List<Difference> faulty = new ArrayList<>();
    for (Side side : List.of(ours, daemon)) {
      try {
        side.closeNodes();
        side.images().stream().map(checks::check).flatMap(Optional::stream).forEach(faulty::add);
      } finally {
        side.removeImages();
      }
    }
    report.add(faulty, new Scene(NONE, now, now, history));
  }
}
