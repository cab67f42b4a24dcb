package io.blockgraph.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What becomes of sequences that fail.
class ShrinkerTest {
  private static final Command NEEDED = Sequence.qcow2("disk", Template.QCOW2_A);
  private static final Command IDLE = Sequence.qcow2("other", Template.QCOW2_A);
  private static final Command FATAL = new Command.DeleteNode("disk");

  @Test
  void areAsShortAsTheyCanBe() {
    Report shrunk = new Shrinker(ShrinkerTest::run).shrunk(run(List.of(IDLE, NEEDED, IDLE, FATAL)));
    assertThat(shrunk.commands()).containsExactly(NEEDED, FATAL);
  }

  @Test
  void goOnFailingInTheWayTheyBeganWith() {
    Report shrunk = new Shrinker(ShrinkerTest::run).shrunk(run(List.of(NEEDED, IDLE, FATAL)));
    assertThat(shrunk.kind()).contains("Broke gone");
  }

  @Test
  void tellTheCommandThatNobodyHasAnswered() {
    Report.Builder report = new Report.Builder();
    report.asking(FATAL);
    report.broke(new Difference.Broke("gone"));
    assertThat(report.build().commands()).containsExactly(FATAL);
  }

  /// A daemon that ends itself when it loses a node, and breaks otherwise when it never had one.
  private static Report run(List<Command> commands) {
    List<Report.Step> steps = new ArrayList<>();
    commands.forEach(
        c -> steps.add(new Report.Step(c, Verdict.Accepted.DONE, Verdict.Accepted.DONE)));
    List<Difference> unexpected = new ArrayList<>();
    how(commands).ifPresent(what -> unexpected.add(new Difference.Broke(what)));
    return new Report(steps, unexpected, Set.of());
  }

  private static Optional<String> how(List<Command> commands) {
    if (!commands.contains(FATAL)) {
      return Optional.empty();
    }
    return Optional.of(commands.contains(NEEDED) ? "gone\nand a log" : "no such export");
  }
}
