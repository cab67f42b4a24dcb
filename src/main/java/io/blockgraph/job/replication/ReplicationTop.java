package io.blockgraph.job.replication;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import java.util.List;

/// The driver `replication-top`: the filter that a running secondary puts above its secondary disk,
/// to save into the hidden disk what the primary is about to overwrite.
///
/// Only [Replications] puts one in; asked for by anybody else it is refused.
public final class ReplicationTop implements Driver {
  /// Its name.
  public static final DriverName NAME = new DriverName("replication-top");

  /// The edge to the hidden disk.
  static final ChildName HIDDEN = new ChildName("hidden");

  /// The roles of that edge: it holds data that the filter itself never shows.
  static final Roles HIDDEN_ROLES = Roles.of(Role.DATA);

  /// The option that names the replication node.
  static final String REPLICATION = "replication";

  /// The option that shuts writers out.
  static final String REFUSE_WRITES = "refuseWrites";

  @Override
  public DriverName name() {
    return NAME;
  }

  @Override
  public boolean isOffered() {
    return false;
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new OptionSpec.Field(
                REPLICATION,
                new OptionSpec.Type.Text(64),
                OptionSpec.Need.REQUIRED,
                "The replication node the filter belongs to."),
            new OptionSpec.Field(
                REFUSE_WRITES,
                new OptionSpec.Type.Flag(false),
                OptionSpec.Need.OPTIONAL,
                "Whether writes are refused, after a failover."),
            child(ChildName.FILE, Roles.FILTER, "The secondary disk."),
            child(HIDDEN, HIDDEN_ROLES, "Where overwritten bytes are kept.")));
  }

  private static OptionSpec.Field child(ChildName name, Roles roles, String doc) {
    return new OptionSpec.Field(
        name.value(),
        new OptionSpec.Type.Child(name.value(), roles, OptionSpec.Nullability.NOT_NULL),
        OptionSpec.Need.REQUIRED,
        doc);
  }

  @Override
  public DriverRules rules() {
    return ReplicationTopRules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    NodeSpec spec = opening.spec();
    if (spec.origin() != NodeSpec.Origin.IMPLICIT) {
      throw new BlockException(
          BlockException.Kind.INVALID,
          "node '" + spec.name() + "': only a replication that runs can use the driver " + NAME);
    }
    return new ReplicationTopNode(spec, opening.services().events());
  }

  static boolean refusesWrites(NodeSpec node) {
    return node.options().flag(REFUSE_WRITES, false);
  }
}
