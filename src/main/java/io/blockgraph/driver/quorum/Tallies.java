package io.blockgraph.driver.quorum;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// What came of the votes of each child since it is one. Any thread.
final class Tallies {
  private final LongAdder undecided = new LongAdder();
  private volatile Map<ChildName, Tally> byChild;

  Tallies(NodeSpec spec) {
    this.byChild = following(Map.of(), spec);
  }

  /// The children are those of `spec` now. One that leads to another node begins anew.
  void follow(NodeSpec spec) {
    byChild = following(byChild, spec);
  }

  private static Map<ChildName, Tally> following(Map<ChildName, Tally> before, NodeSpec spec) {
    Map<ChildName, Tally> after = new LinkedHashMap<>();
    for (ChildSpec child : spec.children()) {
      Tally tally = before.get(child.name());
      boolean stays = tally != null && tally.node.equals(child.node());
      after.put(child.name(), tally != null && stays ? tally : new Tally(child.node()));
    }
    return after;
  }

  void agreed(ChildName child) {
    Tally tally = byChild.get(child);
    if (tally != null) {
      tally.agreed.increment();
      if (tally.bad) {
        tally.bad = false;
      }
    }
  }

  void lost(ChildName child) {
    Tally tally = byChild.get(child);
    if (tally != null) {
      tally.lost.increment();
      tally.bad = true;
    }
  }

  void failed(ChildName child) {
    Tally tally = byChild.get(child);
    if (tally != null) {
      tally.failed.increment();
      tally.bad = true;
    }
  }

  /// Too few children agreed, or did what was asked.
  void undecided() {
    undecided.increment();
  }

  /// The votes as facts of the node: for each child how often it agreed, lost and failed, and
  /// whether it has done neither well since it last did badly; and how many requests found too few
  /// that agree.
  Map<String, Object> facts() {
    List<Map<String, Object>> votes =
        byChild.entrySet().stream().map(e -> e.getValue().facts(e.getKey())).toList();
    return Map.of("votes", votes, "undecided", undecided.sum());
  }

  private static final class Tally {
    private final NodeName node;
    private final LongAdder agreed = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile boolean bad;

    Tally(NodeName node) {
      this.node = node;
    }

    Map<String, Object> facts(ChildName child) {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("child", child.value());
      facts.put("node", node.value());
      facts.put("agreed", agreed.sum());
      facts.put("lost", lost.sum());
      facts.put("failed", failed.sum());
      facts.put("bad", bad);
      return facts;
    }
  }
}
