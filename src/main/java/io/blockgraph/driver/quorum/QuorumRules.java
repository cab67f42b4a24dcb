package io.blockgraph.driver.quorum;

import io.blockgraph.driver.DiskRules;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import java.util.Optional;

/// A quorum is no filter: no fixed child always shows its data (BG-40). A child written or resized
/// by anybody else would disagree with the others, so neither is shared (BG-41).
enum QuorumRules implements DiskRules {
  INSTANCE;

  private static final Permissions SHARED =
      Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED);

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    Permissions taken = parents.taken();
    return new Grant(
        Settings.rewrites(node) ? taken.with(Permission.WRITE) : taken,
        parents.shared().intersect(SHARED));
  }

  @Override
  public String inWords(NodeSpec node, ChildSpec child) {
    return "a quorum takes of each child what its parents take"
        + (Settings.rewrites(node) ? ", and write to repair it," : "")
        + " and shares write and resize with nobody: a child that somebody else changes would"
        + " disagree with the others";
  }

  @Override
  public Optional<String> objection(NodeSpec node) {
    return Settings.objection(node);
  }

  @Override
  public boolean allowsDuplicates(NodeSpec node) {
    return Settings.allowsDuplicates(node);
  }

  @Override
  public ChildCount childCount(NodeSpec node) {
    return Settings.childCount(node);
  }

  @Override
  public ReplaceRule replaceRule(NodeSpec node) {
    return new ReplaceRule.OwnChildren();
  }
}
