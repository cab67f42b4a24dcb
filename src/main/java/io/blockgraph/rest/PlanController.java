package io.blockgraph.rest;

import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Part;
import io.blockgraph.engine.Transactions;
import io.blockgraph.engine.Transactions.Outcome;
import io.blockgraph.engine.Trial;
import io.blockgraph.job.JobGroup;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Several requests at once: what they would come to, or all of them as one change.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "plans", description = "Several requests at once: tried, or done as one change")
final class PlanController {
  private final BlockGraph graph;
  private final Transactions transactions;
  private final GraphActions actions;
  private final DesiredParts desired;
  private final StrictJson json;

  PlanController(
      BlockGraph graph,
      Transactions transactions,
      GraphActions actions,
      DesiredParts desired,
      StrictJson json) {
    this.graph = graph;
    this.transactions = transactions;
    this.actions = actions;
    this.desired = desired;
    this.json = json;
  }

  /// What a list of requests, given or found for a wanted graph, would come to.
  ///
  /// @param wouldSucceed whether each of them would
  /// @param revision the graph's revision now
  /// @param actions each request, on the graph that those before it would leave; one that would be
  ///   refused leaves it as it is
  /// @param steps the requests that were found for a wanted graph, in the order of `actions`; none
  ///   when a list was given
  /// @param diff all of them together
  /// @param unchecked what could not be looked at without touching it, in sentences
  @Schema(name = "Plan")
  record PlanView(
      boolean wouldSucceed,
      long revision,
      List<PlannedView> actions,
      List<DesiredController.StepView> steps,
      DiffView diff,
      List<String> unchecked)
      implements Revisioned {}

  /// One request of a list.
  ///
  /// @param index its place in the list, from 0
  /// @param diff what it would change, if it would succeed
  /// @param problem what it would be answered with, if not
  /// @param warnings what the caller may not have meant
  @Schema(name = "PlannedAction")
  record PlannedView(
      int index,
      boolean wouldSucceed,
      @Nullable DiffView diff,
      @Nullable Problem problem,
      List<String> warnings) {
    private PlannedView with(Problem other) {
      return new PlannedView(index, wouldSucceed, diff, other, warnings);
    }
  }

  /// A transaction that was made, or could be.
  ///
  /// @param actions how many requests it did
  /// @param warnings what the caller may not have meant
  /// @param diff what changed, or would change
  @Schema(name = "Transaction")
  record TransactionView(int actions, List<String> warnings, DiffView diff) implements WithDiff {}

  @Operation(
      operationId = "planGraph",
      summary = "What a list of requests, or a wanted graph, would come to; touches nothing")
  @PostMapping("/graph/plan")
  PlanView plan(@RequestBody byte[] body) {
    Object given = json.read(body);
    if (given instanceof Map<?, ?> members && members.containsKey(PlanBody.DESIRED)) {
      DesiredBody wanted = PlanBody.desired(members);
      return graph.onTrial(trial -> plan(wanted, trial));
    }
    List<ActionList.Item> items = ActionList.read(given).items();
    return graph.onTrial(trial -> view(trial, playing -> play(items, playing), List.of()));
  }

  private PlanView plan(DesiredBody wanted, Trial trial) {
    List<DesiredGraph.Step> steps;
    try {
      steps = desired.steps(trial.view().state(), wanted);
    } catch (ProblemException e) {
      throw new ProblemException(PlanBody.within(e.problem()));
    }
    return view(
        trial,
        playing -> playSteps(steps, playing),
        steps.stream().map(DesiredController.StepView::of).map(PlanBody::within).toList());
  }

  private static PlanView view(
      Trial trial,
      Function<Trial, List<PlannedView>> playing,
      List<DesiredController.StepView> steps) {
    var before = trial.view().state();
    List<PlannedView> planned = playing.apply(trial);
    Committed whole = Committed.between(before, trial.view().state());
    return new PlanView(
        planned.stream().allMatch(PlannedView::wouldSucceed),
        before.revision(),
        planned,
        steps,
        DiffView.planned(whole),
        trial.unchecked());
  }

  private List<PlannedView> play(List<ActionList.Item> items, Trial trial) {
    List<PlannedView> planned = new ArrayList<>();
    for (ActionList.Item item : items) {
      planned.add(plan(planned.size(), item, trial));
    }
    return planned;
  }

  /// The problems point into the wanted graph.
  private List<PlannedView> playSteps(List<DesiredGraph.Step> steps, Trial trial) {
    List<PlannedView> planned = new ArrayList<>();
    for (DesiredGraph.Step step : steps) {
      PlannedView played = plan(planned.size(), step.item(), trial);
      planned.add(
          played.problem() instanceof Problem problem
              ? played.with(PlanBody.within(DesiredParts.placed(step, problem)))
              : played);
    }
    return planned;
  }

  private PlannedView plan(int index, ActionList.Item item, Trial trial) {
    try {
      GraphAction.Played played = actions.read(item.method(), item.path(), item.body()).play(trial);
      return new PlannedView(
          index, true, DiffView.planned(played.change()), null, played.warnings());
    } catch (ProblemException e) {
      return new PlannedView(index, false, null, e.problem(), List.of());
    }
  }

  @Operation(
      operationId = "makeTransaction",
      summary = "Several changes, exports and jobs as one: all or none")
  @PostMapping("/transactions")
  TransactionView make(@RequestBody byte[] body, Ask ask) {
    List<Part> parts = parts(ActionList.read(json.read(body)));
    return switch (transactions.make(parts, ask)) {
      case Outcome.Refused(int index, var reason) -> {
        Problem problem = RejectionProblems.of(reason);
        throw new ProblemException(index < parts.size() ? ActionList.at(index, problem) : problem);
      }
      case Outcome.Done done -> view(done, ask);
    };
  }

  private List<Part> parts(ActionList.Listed list) {
    JobGroup together = new JobGroup();
    Supplier<JobGroup> groups =
        list.completion() == ActionList.Completion.GROUPED ? () -> together : JobGroup::new;
    List<Part> parts = new ArrayList<>();
    for (ActionList.Item item : list.items()) {
      int index = parts.size();
      parts.add(
          new GraphAction.Placed(
              problem -> ActionList.at(index, problem), part(index, item, groups)));
    }
    return parts;
  }

  private Part part(int index, ActionList.Item item, Supplier<JobGroup> groups) {
    Optional<Part> part;
    try {
      part = actions.read(item.method(), item.path(), item.body()).part(groups);
    } catch (ProblemException e) {
      throw new ProblemException(ActionList.at(index, e.problem()));
    }
    return part.orElseThrow(
        () ->
            Answers.field(
                "/actions/" + index + "/path",
                item.method()
                    + " "
                    + item.path()
                    + " cannot be taken back, and so is no part of a transaction"));
  }

  private static TransactionView view(Outcome.Done done, Ask ask) {
    DiffView diff =
        ask.mode() == Ask.Mode.DRY_RUN
            ? DiffView.planned(done.whole())
            : DiffView.made(done.whole());
    return new TransactionView(done.each().size(), done.warnings(), diff);
  }
}
