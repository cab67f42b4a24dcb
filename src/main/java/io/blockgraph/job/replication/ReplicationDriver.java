package io.blockgraph.job.replication;

import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Roles;
import java.util.List;

/// The driver `replication`: one end of a disk that is replicated by checkpoints.
///
/// A node of it does nothing until [Replications] is asked to begin.
public final class ReplicationDriver implements Driver {
  /// Its name.
  public static final DriverName NAME = new DriverName("replication");

  private static final String MODE = "mode";

  @Override
  public DriverName name() {
    return NAME;
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new OptionSpec.Field(
                MODE,
                new OptionSpec.Type.Choice(Mode.WORDS, Mode.PRIMARY.word()),
                OptionSpec.Need.REQUIRED,
                "Which end it is: primary forwards writes, secondary shows the last checkpoint."),
            new OptionSpec.Field(
                ChildName.FILE.value(),
                new OptionSpec.Type.Child(
                    ChildName.FILE.value(), Roles.FILTER, OptionSpec.Nullability.NOT_NULL),
                OptionSpec.Need.REQUIRED,
                "Where a primary forwards to, or the active disk of a secondary.")));
  }

  @Override
  public DriverRules rules() {
    return ReplicationRules.INSTANCE;
  }

  @Override
  public boolean takesBitmaps() {
    return false;
  }

  @Override
  public Node open(Opening opening) {
    return new ReplicationNode(opening.spec(), opening.services().events());
  }

  static Mode modeOf(NodeSpec node) {
    return Mode.of(node.options().text(MODE).orElseThrow());
  }
}
