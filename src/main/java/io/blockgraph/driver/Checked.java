package io.blockgraph.driver;

import java.util.List;

/// Input of a stranger after it was looked at: either a value that keeps every rule, or everything
/// that is wrong with it.
///
/// @param <T> what a good input amounts to
public sealed interface Checked<T> {
  /// The input keeps every rule.
  record Valid<T>(T value) implements Checked<T> {}

  /// The input breaks rules.
  ///
  /// @param problems all of them in the order of the input (at most [Problems#MAX]); never empty
  record Invalid<T>(List<OptionProblem> problems) implements Checked<T> {
    /// Copies `problems`.
    public Invalid {
      problems = List.copyOf(problems);
      assert !problems.isEmpty() : "invalid without a problem";
    }
  }
}
