package io.blockgraph.engine;

/// What a request wants of the graph, whatever graph it meets. The real change, the dry run and a
/// plan of several requests ask it the same question, each of its own graph, and so cannot differ.
public interface Operation extends Part {
  /// The change it comes to on the graph seen, or what stands against it. Looks at disks and
  /// touches nothing; asked again when the graph has changed meanwhile.
  ///
  /// A change that is right only for the graph seen expects that revision.
  Result<Change> on(BlockGraph.View view);

  @Override
  default Result<Made> rehearse(Trial trial) {
    return on(trial.view())
        .then(change -> trial.make(change).then(made -> new Result.Done<>(new Made(change, made))));
  }

  /// A change that was made, and what it came to.
  record Made(Change change, Committed committed) {}
}
