package io.blockgraph.job.mirror;

import io.blockgraph.driver.FilterRules;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Role;
import java.util.Optional;

/// The say of `mirror-top` in the graph.
///
/// `file` takes what the parents take. It shares what they share but WRITE: somebody who wrote to
/// the source beside the filter would not be noticed, and his data would be missing from the copy.
/// (QEMU shares WRITE here and remembers writes at the source itself.) `target` takes nothing and
/// shares all: the job is the one who holds WRITE there.
final class MirrorTopRules implements FilterRules {
  static final MirrorTopRules INSTANCE = new MirrorTopRules();

  private MirrorTopRules() {}

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    return child.roles().has(Role.FILTERED)
        ? new Grant(parents.taken(), parents.shared().without(Permission.WRITE))
        : Grant.IDLE;
  }

  @Override
  public String inWords(NodeSpec node, ChildSpec child) {
    return child.roles().has(Role.FILTERED)
        ? "the filter of a mirror job takes what its parents take, and shares write with nobody:"
            + " what is written beside it would be missing from the copy"
        : "the filter of a mirror job leaves the target to the job";
  }

  @Override
  public Optional<String> objection(NodeSpec node) {
    boolean complete =
        node.child(ChildName.FILE).isPresent() && node.child(MirrorTop.TARGET).isPresent();
    return complete
        ? Optional.empty()
        : Optional.of("a mirror filter needs the children 'file' and 'target'");
  }
}
