package io.blockgraph.differential;

import static io.blockgraph.differential.IntendedDifference.D30;
import static io.blockgraph.differential.IntendedDifference.D7;
import static io.blockgraph.differential.Sequence.complete;
import static io.blockgraph.differential.Sequence.mirroring;
import static io.blockgraph.differential.Sequence.replace;

import io.blockgraph.differential.Command.Reopening;
import java.util.List;
import java.util.Optional;

/// Loops that are asked for.
final class LoopSequences {
  private static final Command SHOWN = Sequence.qcow2("shown", Template.QCOW2_A);
  private static final Command SOURCE = Sequence.throttle("source", "shown");
  private static final Command TARGET = Sequence.qcow2("t", Template.QCOW2_EMPTY);

  private LoopSequences() {}

  static List<Sequence> all() {
    return List.of(
        Sequence.of("a target whose backing disk is replaced", replace("source", "shown", "t"))
            .after(SHOWN, SOURCE, Sequence.overlay("t", Template.QCOW2_EMPTY, "shown"))
            .meeting(D7),
        Sequence.of("a target that filters what is replaced", replace("source", "shown", "t"))
            .after(SHOWN, SOURCE, Sequence.throttle("t", "shown")),
        mirroring(
                "a target that gets what is replaced meanwhile",
                Sequence.quorum("vote", 1, "t"),
                replace("source", "shown", "vote"),
                Sequence.overlay("over", Template.QCOW2_EMPTY, "shown"),
                new Command.AddChild("vote", "over"),
                complete())
            .after(SHOWN, SOURCE, TARGET)
            .meeting(D30),
        Sequence.of(
                "two overlays that back each other",
                new Command.Reopen("shown", new Reopening.ToBacking(Optional.of("over"))))
            .after(SHOWN, Sequence.overlay("over", Template.QCOW2_EMPTY, "shown")),
        Sequence.of(
                "a filter below itself",
                new Command.Reopen("source", new Reopening.ToFile("source")))
            .after(SHOWN, SOURCE));
  }
}
