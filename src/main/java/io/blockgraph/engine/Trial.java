package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Outcome;
import io.blockgraph.graph.Planner;
import io.blockgraph.graph.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Changes made on trial, one after another, each on the graph that those before it would leave.
///
/// Each goes through what a real change goes through until it would be decided: planned by the
/// rules, files made (in memory), nodes opened (files are read, locks asked about), open nodes
/// asked whether they could follow, last checks. Nothing that anybody could notice is done. What a
/// trial cannot foresee: storage that fails, requests that do not end in time, and what others do
/// until the real change.
///
/// One thread, within [BlockGraph#onTrial], which ends it.
public final class Trial {
  private final Planner planner;
  private final DriverRegistry drivers;
  private final LockWishes wishes = new LockWishes();
  private final RehearsedFiles files;
  private final Opening.Services services;
  private final List<Opened> opened = new ArrayList<>();
  private Live now;
  private Effects effects = Effects.NONE;

  Trial(Live now, Planner planner, DriverRegistry drivers, Opening.Services services) {
    this.now = now;
    this.planner = planner;
    this.drivers = drivers;
    this.files = new RehearsedFiles(services.files(), wishes);
    this.services = new Opening.Services(files, (_, _, _) -> {}, services.ticker());
  }

  /// The graph as it would be now.
  public BlockGraph.View view() {
    return new BlockGraph.View(now);
  }

  /// What could not be looked at, in sentences.
  public List<String> unchecked() {
    return wishes.unchecked().stream()
        .map(
            file ->
                "file '"
                    + file
                    + "' is still open here: whether others let it be opened again was not asked")
        .toList();
  }

  /// Makes `change` on trial; when it is refused, everything is as before.
  public Result<Committed> make(Change change) {
    long revision = now.state().revision();
    if (change.expected().isPresent() && change.expected().getAsLong() != revision) {
      return new Result.Rejected<>(
          new Rejection.RevisionMismatch(change.expected().getAsLong(), revision));
    }
    return switch (planner.plan(now.state().topology(), change.edits())) {
      case Outcome.Refused(var refusal) -> new Result.Rejected<>(new Rejection.RuleBroken(refusal));
      case Outcome.Planned(Topology next) -> prepare(change, next);
    };
  }

  /// Several changes as one: when a later one is refused, the graph is as before the first.
  <T> Result<T> together(Supplier<Result<T>> steps) {
    Live before = now;
    Effects had = effects;
    Result<T> result = steps.get();
    if (result instanceof Result.Rejected<T>) {
      now = before;
      effects = had;
    }
    return result;
  }

  private Result<Committed> prepare(Change change, Topology next) {
    Rehearsing step = new Rehearsing();
    Preparation preparation =
        new Preparation(now, next, drivers, services, step, Wiring.plain(change.held()));
    boolean done = false;
    try {
      change.files().forEach(files::make);
      preparation.run(TimedFlushes.Time.NONE);
      Live after = effects.without(gone(preparation)).in(preparation.live(revisionAfter(change)));
      Optional<Rejection> objection =
          change.held().check().run(now.state(), now::disk, after::disk);
      if (objection.isPresent()) {
        return new Result.Rejected<>(objection.get());
      }
      done = true;
      effects = effects.without(gone(preparation)).and(change.held().effects());
      return new Result.Done<>(turnTo(after, step, preparation.diff()));
    } catch (Preparation.Failed e) {
      return new Result.Rejected<>(e.rejection());
    } catch (BlockException e) {
      return new Result.Rejected<>(new Rejection.WorldBroke(Optional.empty(), e));
    } finally {
      if (!done) {
        preparation.abort();
      }
    }
  }

  private long revisionAfter(Change change) {
    long revision = now.state().revision();
    return change.lasting() == Change.Lasting.DURABLE ? revision + 1 : revision;
  }

  private static Set<NodeName> gone(Preparation preparation) {
    return preparation.diff().nodesRemoved().stream()
        .map(NodeSpec::name)
        .collect(Collectors.toSet());
  }

  private Committed turnTo(Live after, Rehearsing step, GraphDiff diff) {
    Live before = now;
    now = effects.in(after);
    step.prepared.forEach(Prepared::commit);
    opened.addAll(step.opened);
    diff.nodesRemoved().forEach(spec -> letGo(before.node(spec.name())));
    diff.nodesChanged().stream()
        .filter(spec -> !spec.active())
        .forEach(spec -> letGo(before.node(spec.name())));
    return new Committed(before.state(), after.state(), diff);
  }

  /// A node that was opened for the trial is closed; what the service has open stays so, and its
  /// locks do not count any more.
  private void letGo(Node node) {
    Optional<Opened> own = opened.stream().filter(o -> o.node().equals(node)).findFirst();
    if (own.isPresent()) {
      opened.remove(own.get());
      own.get().close();
    } else if (node.facts().get("identity") instanceof String file) {
      wishes.release(file);
    }
  }

  /// Closes what was opened.
  void end() {
    opened.reversed().forEach(Opened::close);
    opened.clear();
  }

  /// A node that this trial has opened, over these children. Nodes that are equal hold nothing, so
  /// that it does not matter which of them is meant.
  private record Opened(Node node, Children children) {
    void close() {
      node.close(children);
    }
  }

  /// How one change of a trial opens nodes and gets them ready. Those of the trial itself are
  /// nobody else's and can be changed.
  private final class Rehearsing implements Handling {
    private final List<Opened> opened = new ArrayList<>();
    private final List<Prepared> prepared = new ArrayList<>();

    @Override
    public Node open(Driver driver, Opening opening) {
      return noted(driver.rehearse(opening), opening);
    }

    @Override
    public Node reopen(Driver driver, Opening opening) {
      return noted(driver.rehearseReopening(opening), opening);
    }

    private Node noted(Node node, Opening opening) {
      opened.add(new Opened(node, opening.children()));
      return node;
    }

    @Override
    public Prepared prepare(Node node, Node.NodeChange change) {
      if (Trial.this.opened.stream().noneMatch(own -> own.node().equals(node))) {
        node.rehearse(change);
        return Prepared.NOTHING;
      }
      Prepared ready = node.prepare(change);
      prepared.add(ready);
      return ready;
    }
  }
}
