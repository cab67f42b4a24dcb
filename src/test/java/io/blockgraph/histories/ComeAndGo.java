package io.blockgraph.histories;

import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.UserId;

/// Readers of any node come and go, some of whom share less than others need. What nobody writes to
/// they see as it must be.
final class ComeAndGo implements Operation {
  private static final int MOST = 6;

  @Override
  public void play(Stage stage, Dice dice) {
    boolean leaves = stage.readers.size() >= MOST || dice.chance(45);
    if (leaves && !stage.readers.isEmpty()) {
      leave(stage, dice.oneOf(stage.readers));
    } else if (!leaves) {
      come(stage, dice);
    }
  }

  private static void come(Stage stage, Dice dice) {
    UserId reader = new UserId(stage.fresh("r"));
    NodeName node = dice.oneOf(stage.nodes());
    Permissions shared = Permissions.ALL;
    for (Permission permission : Permission.values()) {
      shared = dice.chance(15) ? shared.without(permission) : shared;
    }
    Grant grant = new Grant(Permissions.of(Permission.CONSISTENT_READ), shared);
    String what = "reader " + reader + " of " + node + " sharing " + shared;
    if (stage.ask(what, () -> stage.site.come(reader, node, grant)).isDone()) {
      stage.readers.add(reader);
      look(stage, reader);
    }
  }

  /// Sends a reader away, after a last look.
  static void leave(Stage stage, UserId reader) {
    look(stage, reader);
    stage.must("reader " + reader + " leaves", () -> stage.site.leave(reader));
    stage.readers.remove(reader);
  }

  private static void look(Stage stage, UserId reader) {
    NodeName node = stage.nodeOf(reader);
    ClientDisk disk = stage.site.disk(reader);
    if (stage.kept.find(node, stage.layers()).orElse(null) instanceof byte[] content) {
      Bytes.difference(content, disk.read(0, disk.size()))
          .ifPresent(
              difference -> {
                throw new AssertionError(
                    "reader '" + reader + "' of node '" + node + "': " + difference);
              });
    }
  }
}
