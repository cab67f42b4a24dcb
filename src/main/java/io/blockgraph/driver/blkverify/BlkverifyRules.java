package io.blockgraph.driver.blkverify;

import io.blockgraph.driver.FilterRules;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeSpec;
import java.util.List;
import java.util.Optional;

/// A filter's rules, with a second side beside the one that is shown. Both hold the same, so either
/// may be replaced, or what it shows in turn (BG-32).
enum BlkverifyRules implements FilterRules {
  INSTANCE;

  private static final List<ChildName> SIDES = List.of(Sides.RAW, Sides.TEST);

  @Override
  public Optional<String> objection(NodeSpec node) {
    return SIDES.stream()
        .filter(side -> node.child(side).isEmpty())
        .findFirst()
        .map(side -> "it needs a child '" + side + "'");
  }

  @Override
  public ReplaceRule replaceRule(NodeSpec node) {
    return new ReplaceRule.SameData(SIDES);
  }
}
