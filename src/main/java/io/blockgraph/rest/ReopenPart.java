package io.blockgraph.rest;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Part;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Reopening;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.Trial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Changes of several nodes as one element of a list of requests.
///
/// @param body as `POST /nodes/reopen` takes it
record ReopenPart(BlockGraph graph, @Nullable Object body) implements Part {
  @Override
  public Result<Operation.Made> rehearse(Trial trial) {
    Reopening reopening = new Reopening(graph);
    List<Reopening.Wish> wishes =
        ReopenController.wishes(body, trial.view().state().topology(), graph);
    Result<Operation.Made> all = reopening.sum(wishes).rehearse(trial);
    return all instanceof Result.Rejected<Operation.Made>(Rejection reason)
        ? blamed(wishes, trial, reason)
        : all;
  }

  /// The shortest beginning of the list that is refused ends with the one to blame. What beginnings
  /// leave on the trial is what the longer ones do anyway.
  private Result<Operation.Made> blamed(
      List<Reopening.Wish> wishes, Trial trial, Rejection reason) {
    Reopening reopening = new Reopening(graph);
    for (int count = 1; count <= wishes.size(); count++) {
      if (reopening.sum(wishes.subList(0, count)).rehearse(trial)
          instanceof Result.Rejected<Operation.Made>(Rejection again)) {
        throw new ProblemException(
            ReopenController.at(count - 1, wishes.size(), RejectionProblems.of(again)));
      }
    }
    return new Result.Rejected<>(reason);
  }

  @Override
  public Result<Claim> claim() {
    return new Result.Done<>(Claim.NOTHING);
  }
}
