package io.blockgraph.driver.internalsnapshot;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.InternalSnapshot;
import io.blockgraph.block.InternalSnapshots;
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
import java.util.Map;
import java.util.Optional;

/// A disk as an internal snapshot of the image below has it, while the image goes on.
public final class InternalSnapshotDriver implements Driver {
  private static final int MAX_NAME = 65_535;

  @Override
  public DriverName name() {
    return new DriverName("internal-snapshot");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new Field(
                "file",
                new OptionSpec.Type.Child(
                    "file", Roles.of(Role.DATA, Role.PRIMARY), Nullability.NOT_NULL),
                Need.REQUIRED,
                "The image that keeps the snapshot: a node of qcow2, with nothing in between."),
            new Field(
                "snapshot",
                new OptionSpec.Type.Text(MAX_NAME),
                Need.REQUIRED,
                "The snapshot's name; or its id, where no snapshot has that name.")));
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    String wanted = wanted(opening.spec());
    InternalSnapshot found = imageOf(opening.children()).snapshotNamed(wanted);
    return new SnapshotNode(found);
  }

  private static String wanted(NodeSpec node) {
    return node.options().text("snapshot").orElseThrow();
  }

  private static InternalSnapshots imageOf(Children children) {
    if (Watching.beneath(children.get(ChildName.FILE)) instanceof InternalSnapshots image) {
      return image;
    }
    throw new BlockException(
        Kind.UNSUPPORTED, "the node below keeps no internal snapshots; it must be of driver qcow2");
  }

  /// Keeps to the snapshot that was found, whatever is called like it later.
  private record SnapshotNode(InternalSnapshot snapshot) implements Node {
    @Override
    public BlockIo bind(Children children) {
      return imageOf(children).snapshot(snapshot.id());
    }

    @Override
    public Map<String, Object> facts() {
      return Map.of(
          "snapshotId", snapshot.id(),
          "snapshotName", snapshot.name(),
          "takenAt", snapshot.takenAt().toString());
    }

    @Override
    public void close(Children children) {
      // Nothing is held.
    }
  }

  /// Takes nothing and shares everything: what is kept stays what it is, whatever others do to the
  /// disk.
  private enum Rules implements IdleRules {
    INSTANCE;

    @Override
    public String inWords(NodeSpec node, ChildSpec child) {
      return "a snapshot stays what it is, so that its node takes nothing of the image and shares"
          + " everything";
    }

    @Override
    public Optional<String> objection(NodeSpec node) {
      return node.readOnly()
          ? Optional.empty()
          : Optional.of("an internal snapshot can only be read: say readOnly=true");
    }

    @Override
    public Optional<String> shownSnapshot(NodeSpec node) {
      return Optional.of(wanted(node));
    }
  }
}
