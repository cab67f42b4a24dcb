package io.blockgraph.histories;

import io.blockgraph.driver.Checked;
import io.blockgraph.driver.NodeRequest;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Bitmaps;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Filters;
import io.blockgraph.engine.Handover;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Part;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.ThrottleGroups;
import io.blockgraph.engine.Transactions;
import io.blockgraph.engine.Trial;
import io.blockgraph.job.JobGroup;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStart;
import io.blockgraph.job.backup.BackupJobs;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Makes [Action]s on the engine, as the service makes requests out of a list.
final class EngineActions {
  private final Engine.Run run;
  private final BlockGraph graph;

  EngineActions(Engine.Run run) {
    this.run = run;
    this.graph = run.graph();
  }

  /// Makes all of them or none: one by itself, several as a transaction.
  Told make(List<Action> actions) {
    try {
      List<Part> parts = actions.stream().map(this::part).toList();
      return parts.size() == 1 && parts.getFirst() instanceof Operation alone
          ? EngineSite.told(graph.make(alone, Ask.PLAIN))
          : together(parts);
    } catch (Refused e) {
      return e.told;
    }
  }

  private Told together(List<Part> parts) {
    return switch (new Transactions(graph).make(parts, Ask.PLAIN)) {
      case Transactions.Outcome.Done _ -> Told.DONE;
      case Transactions.Outcome.Refused(int _, Rejection reason) -> EngineSite.told(reason);
    };
  }

  private Part part(Action action) {
    ThrottleGroups groups = new ThrottleGroups(graph);
    return switch (action) {
      case Action.Add(var node) -> run.nodes().adding(checked(node));
      case Action.Remove(var node) -> run.nodes().removing(node);
      case Action.Patch(var node, var patch) -> run.nodes().changing(node, patch);
      case Action.PutIn(var node, var filter) ->
          new Filters(graph).inserting(new Filters.Request(node, checked(filter), Set.of()));
      case Action.TakeOut(var node, var filter) -> new Filters(graph).removing(node, filter);
      case Action.Snapshot(var request) -> run.snapshots().taking(request);
      case Action.Resize(var request) -> run.resizes().resizing(request);
      case Action.Bitmap(var edit) -> new Bitmaps(graph).editing(edit);
      case Action.NewGroup(var group, var limits) -> groups.creating(group, limits);
      case Action.ChangeGroup(var group, var limits) -> groups.changing(group, limits);
      case Action.EndGroup(var group) -> groups.removing(group);
      case Action.HandOver(var request) -> new Handover(graph).setting(request);
      case Action.Mirror(var request) -> new Started(run.mirrors().starting(request));
      case Action.Backup(var request) ->
          new Started(BackupJobs.in(graph, run.jobs()).starting(request));
    };
  }

  private NodeRequest checked(Map<String, Object> node) {
    return switch (new RequestValidator(graph.drivers()).node(node)) {
      case Checked.Valid<NodeRequest>(NodeRequest request) -> request;
      case Checked.Invalid<NodeRequest>(var problems) ->
          throw new Refused(new Told(Told.Kind.REFUSED, "INVALID_REQUEST", problems.toString()));
    };
  }

  /// The start of a job. What it refuses is thrown, which ends a transaction like a refusal.
  private record Started(JobStart start) implements Part {
    @Override
    public Result<Operation.Made> rehearse(Trial trial) {
      return new Result.Done<>(done(start.rehearse(trial)));
    }

    @Override
    public Result<Claim> claim() {
      return new Result.Done<>(done(start.claim(new JobGroup())));
    }

    private static <T> T done(JobResult<T> result) {
      return switch (result) {
        case JobResult.Done<T>(T value) -> value;
        case JobResult.Rejected<T> rejected -> throw new Refused(EngineSite.toldOf(rejected));
      };
    }
  }

  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Told told;

    Refused(Told told) {
      super(told.toString());
      this.told = told;
    }
  }
}
