package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.ResizeRules;
import io.blockgraph.graph.Ruling;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.UserId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Changes the length of any node, anywhere in the graph, as long as RESIZE can be taken (BG-20 to
/// BG-25). Any thread.
public final class Resizes {
  /// Who asks, in the graph that [ResizeRules] looks at; so that a refusal is the same each time.
  private static final String COMMAND = "resize";

  private final BlockGraph graph;
  private final Commands commands;
  private final ResizeRules rules;

  /// Resizes on `graph`.
  public Resizes(BlockGraph graph, Commands commands) {
    this.graph = graph;
    this.commands = commands;
    this.rules = new ResizeRules(graph.planner(), graph.drivers());
  }

  /// Whether data at the end may go.
  public enum Shrink {
    ALLOWED,
    REFUSED
  }

  /// A change of length that is asked for.
  ///
  /// @param sizeBytes the length wanted
  public record Request(NodeName node, long sizeBytes, Shrink shrink) {}

  /// What became of it.
  ///
  /// @param fromBytes the length before
  /// @param effectiveBytes the length after, for a dry run as far as it can be foreseen
  /// @param state the graph after it
  public record Resized(NodeName node, long fromBytes, long effectiveBytes, GraphState state) {}

  /// Changes the length.
  public Result<Resized> resize(Request request, Ask ask) {
    Resizing resizing = new Resizing(request);
    Result<Operation.Made> made =
        switch (ask.mode()) {
          case DRY_RUN -> graph.make(resizing, ask);
          case DO -> carryOut(resizing, ask);
        };
    return made.then(m -> new Result.Done<>(resizing.resized(m.committed().after())));
  }

  /// What stands against it is told before the request enters the graph, as a dry run tells it.
  private Result<Operation.Made> carryOut(Resizing resizing, Ask ask) {
    return graph
        .inspect(
            view ->
                ask.mismatch(view.state())
                    .<Result<Change>>map(Result.Rejected::new)
                    .orElseGet(() -> resizing.on(view)))
        .then(
            _ ->
                commands.with(
                    resizing.request.node(), ResizeRules.GRANT, _ -> graph.make(resizing, ask)));
  }

  /// Changing the length, as an operation that is played through once.
  public Operation resizing(Request request) {
    return new Resizing(request);
  }

  /// One change of length, asked and done by one thread.
  private final class Resizing implements Operation {
    private final Request request;
    private long from;
    private long effective;
    private Lengthening work;

    Resizing(Request request) {
      this.request = request;
      this.work = new Lengthening(request.node(), request.sizeBytes());
    }

    Resized resized(GraphState after) {
      return new Resized(request.node(), from, work.reached().orElse(effective), after);
    }

    /// That a disk cannot have another length at all is worth more to know than who stands against
    /// it.
    @Override
    public Result<Change> on(BlockGraph.View view) {
      return switch (ruling(view.state().topology())) {
        case Result.Done<ResizeRules.Resize> _ -> change(view);
        case Result.Rejected<ResizeRules.Resize>(Rejection reason) ->
            isConflict(reason)
                ? change(view).then(_ -> new Result.Rejected<>(reason))
                : new Result.Rejected<>(reason);
      };
    }

    private static boolean isConflict(Rejection reason) {
      return reason instanceof Rejection.RuleBroken(Refusal.PermissionConflict _);
    }

    private Result<ResizeRules.Resize> ruling(Topology topology) {
      UserId command = new UserId(topology.freeName(COMMAND));
      return switch (rules.resize(topology, request.node(), command)) {
        case Ruling.Refused<ResizeRules.Resize>(Refusal refusal) ->
            new Result.Rejected<>(new Rejection.RuleBroken(refusal));
        case Ruling.Allowed<ResizeRules.Resize>(ResizeRules.Resize resize) ->
            new Result.Done<>(resize);
      };
    }

    /// Everybody is held who could see the disk between two lengths, wherever they come in. Who
    /// that is was looked up in this very graph.
    private Result<Change> change(BlockGraph.View view) {
      NodeName node = request.node();
      try {
        Optional<Rejection> objection = driverObjection(view.disk(node));
        if (objection.isPresent()) {
          return new Result.Rejected<>(objection.get());
        }
      } catch (BlockException e) {
        return new Result.Rejected<>(Lengthening.broke(node, e));
      }
      work = new Lengthening(node, request.sizeBytes());
      String what = "resize node '" + node + "' to " + request.sizeBytes() + " bytes";
      return new Result.Done<>(
          Change.of(what, List.of())
              .holding(Cone.ofOneLength(view.state().topology(), node))
              .expecting(OptionalLong.of(view.state().revision()))
              .whileHeld(work)
              .bringing(new Change.NewLength(node, effective)));
    }

    /// Also notes what the length is and would be.
    private Optional<Rejection> driverObjection(BlockIo disk) {
      if (!(disk instanceof Resizable resizable)) {
        return Optional.of(
            new Rejection.ResizeUnsupported(request.node(), "its driver cannot change the length"));
      }
      from = disk.sizeBytes();
      if (request.sizeBytes() < from && request.shrink() == Shrink.REFUSED) {
        return Optional.of(
            new Rejection.ShrinkNotAllowed(request.node(), from, request.sizeBytes()));
      }
      effective = resizable.lengthFor(request.sizeBytes());
      return Optional.empty();
    }

    /// What is written to a file that goes when the change is given up goes with it, and the disk
    /// would not know.
    @Override
    public Optional<Rejection> untakeable(GraphState before, GraphState after) {
      if (before.topology().node(request.node()).isEmpty()) {
        return refused(
            "it comes with this transaction: let it come as long as it is to be, or let it come"
                + " first");
      }
      if (!Cone.isStoredAlike(request.node(), before.topology(), after.topology())) {
        return refused(
            "what it is stored in changes with this transaction: let that change by itself");
      }
      return effective < from
          ? refused("what a shorter length cuts off could not be brought back in a transaction")
          : Optional.empty();
    }

    private Optional<Rejection> refused(String reason) {
      return Optional.of(new Rejection.ResizeUnsupported(request.node(), reason));
    }

    /// In a transaction, too, the request is a user of the disk; it goes along with the change.
    @Override
    public Result<Claim> claim() {
      return commands.enter(request.node(), ResizeRules.GRANT).then(this::claimed);
    }

    private Result<Claim> claimed(UserId command) {
      return new Result.Done<>(
          new Claim() {
            @Override
            public List<GraphEdit> along() {
              return List.of(new GraphEdit.RemoveUser(command));
            }

            @Override
            public void givenUp() {
              commands.leave(command);
            }
          });
    }

    /// The request is a user while it lasts, and its files must let it be one.
    @Override
    public Result<Made> rehearse(Trial trial) {
      return on(trial.view())
          .then(_ -> ruling(trial.view().state().topology()))
          .then(resize -> trial.together(() -> rehearse(resize, trial)));
    }

    private Result<Made> rehearse(ResizeRules.Resize resize, Trial trial) {
      return trial
          .make(Change.of("enter", resize.begin()).passing())
          .then(_ -> Operation.super.rehearse(trial))
          .then(
              made ->
                  trial
                      .make(Change.of("leave", resize.end()).passing())
                      .then(_ -> new Result.Done<>(made)));
    }
  }
}
