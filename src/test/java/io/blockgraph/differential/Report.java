package io.blockgraph.differential;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What came of a sequence.
///
/// @param steps what was asked, in order
/// @param unexpected what differs and is not meant to
/// @param met the intended differences that were seen
record Report(List<Step> steps, List<Difference> unexpected, Set<IntendedDifference> met) {
  /// A command and what both answered.
  record Step(Command command, Verdict daemon, Verdict ours) {
    @Override
    public String toString() {
      return "%-60s -> %s / %s".formatted(Script.line(command), daemon.word(), ours.word());
    }
  }

  boolean isClean() {
    return unexpected.isEmpty();
  }

  /// The commands that were asked.
  List<Command> commands() {
    return steps.stream().map(Step::command).toList();
  }

  /// How many commands both did.
  long accepted() {
    return steps.stream().filter(s -> s.daemon().isAccepted() && s.ours().isAccepted()).count();
  }

  /// Of what kind the first difference is that is not meant.
  Optional<String> kind() {
    return unexpected.stream().map(Difference::kind).findFirst();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("\n  what was asked -> the daemon / Blockgraph");
    steps.forEach(step -> text.append("\n    ").append(step));
    text.append("\n  differs, and not as intended");
    unexpected.forEach(difference -> text.append("\n    ").append(difference));
    return text.append("\n  as intended: ").append(met).append('\n').toString();
  }

  /// A report that is being written.
  static final class Builder {
    private final List<Step> steps = new ArrayList<>();
    private final List<Difference> unexpected = new ArrayList<>();
    private final Set<IntendedDifference> met = EnumSet.noneOf(IntendedDifference.class);
    private Optional<Command> asked = Optional.empty();
    private boolean ended;

    /// Both are asked now, and one of them may never answer.
    void asking(Command command) {
      asked = Optional.of(command);
    }

    void step(Step step) {
      steps.add(step);
      asked = Optional.empty();
    }

    /// Something else than an answer came.
    void broke(Difference.Broke what) {
      Verdict none = new Verdict.Refused(Reason.HELD, "no answer");
      asked.ifPresent(command -> step(new Step(command, none, none)));
      unexpected.add(what);
    }

    void add(List<Difference> differences, Scene scene) {
      for (Difference difference : differences) {
        IntendedDifference.of(difference, scene)
            .ifPresentOrElse(this::meet, () -> unexpected.add(difference));
      }
    }

    private void meet(IntendedDifference intended) {
      met.add(intended);
      ended |= intended.parts();
    }

    /// The sides have parted: nothing can be compared any more.
    void end() {
      ended = true;
    }

    boolean isOver() {
      return ended || !unexpected.isEmpty();
    }

    Report build() {
      return new Report(List.copyOf(steps), List.copyOf(unexpected), EnumSet.copyOf(met));
    }
  }
}
