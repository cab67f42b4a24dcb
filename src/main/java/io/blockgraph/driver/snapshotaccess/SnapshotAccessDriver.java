package io.blockgraph.driver.snapshotaccess;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Snapshotted;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.IdleRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.OptionSpec.Nullability;
import io.blockgraph.driver.Watching;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import java.util.List;
import java.util.Optional;

/// A read-only disk that shows the moment which a copy-before-write node keeps.
public final class SnapshotAccessDriver implements Driver {
  @Override
  public DriverName name() {
    return new DriverName("snapshot-access");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new Field(
                ChildName.FILE.value(),
                new OptionSpec.Type.Child(
                    ChildName.FILE.value(),
                    Roles.of(Role.DATA, Role.PRIMARY),
                    Nullability.NOT_NULL),
                Need.REQUIRED,
                "The copy-before-write node whose point in time is shown.")));
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    if (kept(opening.children()) instanceof Snapshotted) {
      return new SnapshotAccessNode();
    }
    String file = opening.spec().child(ChildName.FILE).map(ChildSpec::node).orElseThrow().value();
    throw new BlockException(
        BlockException.Kind.INVALID,
        "node '" + file + "' keeps no point in time: it is no copy-before-write node");
  }

  private static BlockIo kept(Children children) {
    return Watching.beneath(children.get(ChildName.FILE));
  }

  /// It has nothing of its own.
  private static final class SnapshotAccessNode implements Node {
    @Override
    public BlockIo bind(Children children) {
      return kept(children) instanceof Snapshotted now ? now.past() : new NoPast();
    }

    /// Whoever reads must not be given another moment, nor the present.
    @Override
    public void requireFit(NodeSpec after, Children before, Children next) {
      boolean had = kept(before) instanceof Snapshotted;
      boolean keeps =
          kept(before) instanceof Snapshotted old
              && kept(next) instanceof Snapshotted now
              && now.isSameMoment(old);
      if (had && !keeps) {
        throw new BlockException(
            BlockException.Kind.INVALID,
            "node '"
                + after.name()
                + "' shows the point in time of its copy-before-write node, and nothing may come"
                + " between them; delete it first");
      }
    }

    @Override
    public void close(Children children) {
      // Nothing is held.
    }
  }

  /// No permission and no objection: what is read here was written before anybody could object.
  private enum Rules implements IdleRules {
    INSTANCE;

    @Override
    public String inWords(NodeSpec node, ChildSpec child) {
      return "snapshot-access takes nothing and shares everything: what it shows cannot change";
    }

    @Override
    public Optional<String> objection(NodeSpec node) {
      return node.readOnly()
          ? Optional.empty()
          : Optional.of("a point in time cannot be written: give readOnly true");
    }
  }
}
