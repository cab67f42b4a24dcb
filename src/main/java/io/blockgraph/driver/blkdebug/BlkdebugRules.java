package io.blockgraph.driver.blkdebug;

import io.blockgraph.driver.FilterRules;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import java.util.Map;
import java.util.Optional;

/// A filter's rules, bent by the options: more is taken, less is shared (requirements 2.3).
enum BlkdebugRules implements FilterRules {
  INSTANCE;

  static final String TAKE = "takeChildPermissions";
  static final String UNSHARE = "unshareChildPermissions";

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    return new Grant(
        parents.taken().union(permissions(node, TAKE)),
        parents.shared().minus(permissions(node, UNSHARE)));
  }

  @Override
  public String inWords(NodeSpec node, ChildSpec child) {
    return "a filter takes of its child what its parents take, and shares what they share; the"
        + " options "
        + TAKE
        + " and "
        + UNSHARE
        + " make it take more and share less";
  }

  @Override
  public Optional<String> objection(NodeSpec node) {
    for (Object item : node.options().list("injectError")) {
      Map<?, ?> fault = (Map<?, ?>) item;
      if (fault.containsKey("sector")
          && (fault.containsKey("offset") || fault.containsKey("length"))) {
        return Optional.of(
            "an injected error has a 'sector' or an 'offset' and 'length', not both");
      }
      if (overflows(fault)) {
        return Optional.of("an injected error reaches beyond the largest offset");
      }
    }
    return Optional.empty();
  }

  private static boolean overflows(Map<?, ?> fault) {
    return fault.get("offset") instanceof Long offset
        && fault.get("length") instanceof Long length
        && length > Long.MAX_VALUE - offset;
  }

  private static Permissions permissions(NodeSpec node, String option) {
    Permissions found = Permissions.NONE;
    for (Permission permission : Permission.values()) {
      if (node.options().list(option).contains(permission.word())) {
        found = found.with(permission);
      }
    }
    return found;
  }
}
