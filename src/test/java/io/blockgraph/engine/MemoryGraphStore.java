package io.blockgraph.engine;

import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.User;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Remembers a graph for as long as the test keeps it; can be told to fail the next decision, and
/// what a probe is to do.
public final class MemoryGraphStore implements GraphStore {
  private GraphState decided = new GraphState(0, io.blockgraph.graph.Topology.EMPTY);
  private final Map<Long, Map<String, Optional<String>>> open = new LinkedHashMap<>();
  private final List<OldLength> lengths = new ArrayList<>();
  private final List<String> history = new ArrayList<>();
  private long lastIntent;
  private boolean failNext;
  private volatile Runnable probing = () -> {};
  private Runnable beforeEachDecision = () -> {};

  /// The sentences of all decided changes, in order.
  public synchronized List<String> history() {
    return List.copyOf(history);
  }

  /// Lets the next decision fail.
  public synchronized void failNextDecision() {
    failNext = true;
  }

  /// What a probe does from now on.
  public void probing(Runnable other) {
    probing = other;
  }

  @Override
  public void probe() {
    probing.run();
  }

  /// Runs `step` before each decision.
  public synchronized void beforeEachDecision(Runnable step) {
    beforeEachDecision = step;
  }

  /// What a service would find that is started now; changes of files under way are left out.
  public synchronized MemoryGraphStore copy() {
    MemoryGraphStore copy = new MemoryGraphStore();
    copy.decided = decided;
    return copy;
  }

  @Override
  public synchronized Stored load() {
    List<NodeSpec> nodes = List.copyOf(decided.topology().nodes());
    List<User> users = List.copyOf(decided.topology().users());
    List<UndecidedFile> undecided = new ArrayList<>();
    open.forEach(
        (intent, files) ->
            files.forEach(
                (path, identity) -> undecided.add(new UndecidedFile(intent, path, identity))));
    return new Stored(decided.revision(), nodes, users, undecided);
  }

  @Override
  public synchronized long intend(String what, List<String> paths) {
    Map<String, Optional<String>> files = new LinkedHashMap<>();
    paths.forEach(path -> files.put(path, Optional.empty()));
    open.put(++lastIntent, files);
    return lastIntent;
  }

  @Override
  public synchronized void created(long intent, String path, String identity) {
    Map<String, Optional<String>> files = open.get(intent);
    if (files == null) {
      throw new IllegalStateException("no intent " + intent);
    }
    files.put(path, Optional.of(identity));
  }

  @Override
  public synchronized void lengthening(long intent, NodeName node, long bytes) {
    lengths.add(new OldLength(intent, node, bytes));
  }

  @Override
  public synchronized List<OldLength> oldLengths() {
    return List.copyOf(lengths);
  }

  @Override
  public synchronized void settleLengths(Set<NodeName> nodes) {
    lengths.removeIf(length -> nodes.contains(length.node()));
  }

  @Override
  public synchronized void decide(Decision decision) {
    beforeEachDecision.run();
    if (failNext) {
      failNext = false;
      throw new StoreException("told to fail", new IllegalStateException("told to fail"));
    }
    decision.intent().ifPresent(this::forget);
    decided = decision.after();
    history.add(decision.what());
  }

  @Override
  public synchronized void rewrite(GraphState after, String what) {
    decided = after;
    history.add(what);
  }

  @Override
  public synchronized void abandon(long intent) {
    forget(intent);
  }

  private void forget(long intent) {
    open.remove(intent);
    lengths.removeIf(length -> length.intent() == intent);
  }
}
