package io.blockgraph.graph;

import io.blockgraph.mutants.BrokenClass;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// One class of the package with one line broken on purpose: the judge is run on it, with the whole
/// package loaded anew.
///
/// @param type the simple name of the class
/// @param original the text that must be in its source exactly once, however the lines are broken
/// @param broken what stands there instead
record Mutant(String type, String original, String broken) {
  /// An objection of the judge to this package with the mutant in it; empty when it notices
  /// nothing.
  static Optional<String> noticed() {
    return new JudgedPlans(2)
        .disagreement(upToThree(SmallGraphs::bareOfNodes))
        .or(() -> new JudgedPlans(3).disagreement(upToThree(SmallGraphs::bareOfNodes)))
        .or(() -> new JudgedPlans(3).disagreement(upToThree(SmallGraphs::ofNodes)));
  }

  private static Stream<List<GraphEdit>> upToThree(IntFunction<Stream<List<GraphEdit>>> graphs) {
    return IntStream.rangeClosed(1, 3).mapToObj(graphs).flatMap(all -> all);
  }

  /// Lets the judge look at the mutant.
  Optional<?> judged() {
    try {
      return new BrokenClass("graph/" + type, original, broken)
          .noticed(Mutant.class, "io.blockgraph.graph.");
    } catch (InvocationTargetException e) {
      return Optional.of(String.valueOf(e.getCause()));
    }
  }
}
