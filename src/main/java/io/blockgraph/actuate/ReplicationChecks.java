package io.blockgraph.actuate;

import io.blockgraph.engine.Glance;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What a replication, and the filter above its secondary disk, say about how it is.
///
/// What went wrong is told with names of files in it; here it is told by its kind, and where to
/// read the rest.
final class ReplicationChecks {
  private static final String MORE =
      "; GET /api/v1/nodes/{node}/replication says what happened and which verbs fit";

  private final NodeName node;
  private final String stage;
  private final boolean error;

  /// @param facts those of the node `node`, which tells a `stage`
  ReplicationChecks(NodeName node, Map<String, Object> facts) {
    this.node = node;
    this.stage = String.valueOf(facts.get("stage"));
    this.error = facts.containsKey("error");
  }

  /// One finding for the replication, and one for what its secondary was asked to write.
  List<Finding> all(Glance glance) {
    List<Finding> found = new ArrayList<>();
    found.add(replication());
    if (!stage.equals("failover")) {
      filter(glance).map(ReplicationChecks::writes).ifPresent(found::add);
    }
    return found;
  }

  private Finding replication() {
    if (!error) {
      return Finding.good("replication", "it is at stage '" + stage + "', and nothing went wrong");
    }
    return switch (stage) {
      case "failed" -> failed("it cannot go on and refuses requests");
      case "checkpointing", "stopping" ->
          failed("its disks could not be emptied, and it refuses requests until they are");
      default -> failed("its secondary lacks what was written, so it is not read any more");
    };
  }

  private static Finding failed(String reason) {
    return Finding.failed("replication", reason + MORE);
  }

  /// The facts of the filter, which belongs to the same user as the replication.
  private Optional<Map<String, Object>> filter(Glance glance) {
    return glance.state().topology().parentsOf(node).stream()
        .flatMap(edge -> owner(edge.parent(), glance))
        .flatMap(owner -> owner.edges().stream())
        .map(edge -> glance.facts(edge.node()))
        .filter(facts -> facts.containsKey("failedWrites"))
        .findFirst();
  }

  private static Stream<User> owner(Parent parent, Glance glance) {
    return parent instanceof Parent.OfUser(var id, User.Kind kind) && kind == User.Kind.REPLICATION
        ? glance.state().topology().user(id).stream()
        : Stream.empty();
  }

  private static Finding writes(Map<String, Object> filter) {
    long refused = filter.get("failedWrites") instanceof Number number ? number.longValue() : 0;
    if (refused > 0) {
      return Finding.degraded(
          "writes",
          refused
              + " writes of the primary were refused since the last checkpoint, because what they"
              + " would have overwritten could not be saved"
              + MORE);
    }
    return filter.containsKey("error")
        ? Finding.degraded(
            "writes",
            "the service was started anew: writes of the primary that were not flushed may be"
                + " missing")
        : Finding.good("writes", "no write of the primary was refused since the last checkpoint");
  }
}
