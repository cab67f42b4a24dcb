package io.blockgraph.job.replication;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An open replication node: how the replication stands, and what went wrong since it began.
///
/// The standing changes with the graph, while users are held. Any thread.
final class ReplicationNode implements Node {
  private final NodeName name;
  private final Mode mode;
  private final NodeEvents events;
  private volatile Standing standing;

  /// Of a primary: the first write that did not reach its secondary.
  private volatile @Nullable String lost;

  /// Why it cannot go on from here but by a verb that leads out of it.
  private volatile @Nullable String torn;

  /// Whether its disks are being emptied right now, so that nothing went wrong yet.
  private volatile boolean emptying;

  ReplicationNode(NodeSpec spec, NodeEvents events) {
    this.name = spec.name();
    this.mode = ReplicationDriver.modeOf(spec);
    this.events = events;
    this.standing = Standing.of(spec.options());
    this.torn = interruption();
  }

  /// What an end of the service has torn apart: a node is opened at another stage than NONE only
  /// when the service starts. A secondary that runs goes on: what it needs is on its disks.
  private @Nullable String interruption() {
    Stage stage = standing.stage();
    if (stage.isEmptying()) {
      return "the service ended while its disks were being emptied";
    }
    return stage == Stage.RUNNING && isPrimary()
        ? "the service ended while it ran; its secondary may lack what was written"
        : null;
  }

  @Override
  public BlockIo bind(Children children) {
    return new ReplicationDisk(children.get(ChildName.FILE), this);
  }

  @Override
  public Prepared prepare(NodeChange change) {
    Standing next = Standing.of(change.after().options());
    if (next.equals(standing)) {
      return Prepared.NOTHING;
    }
    return new Prepared() {
      @Override
      public void commit() {
        standing = next;
        if (clears(next)) {
          lost = null;
          torn = null;
        }
        emptying = false;
      }

      @Override
      public void abort() {
        emptying = false;
      }
    };
  }

  boolean isPrimary() {
    return mode == Mode.PRIMARY;
  }

  /// What went wrong and still holds; empty when all is well.
  Optional<String> error() {
    if (emptying) {
      return Optional.empty();
    }
    return Optional.ofNullable(torn).or(() -> Optional.ofNullable(lost));
  }

  /// What went wrong and would still hold at `other`: the standing it has, or one that is only
  /// played.
  Optional<String> error(Standing other) {
    return !other.equals(standing) && clears(other) ? Optional.empty() : error();
  }

  private static boolean clears(Standing next) {
    return !next.stage().isEmptying();
  }

  /// How far it is: as the graph remembers it, or that it has failed.
  Stage stage() {
    return stage(standing);
  }

  /// How far it would be at `other`: the standing it has, or one that is only played.
  Stage stage(Standing other) {
    boolean failed = torn != null && other.stage() == Stage.RUNNING && error(other).isPresent();
    return failed ? Stage.FAILED : other.stage();
  }

  /// Whether no checkpoint was played since the one it has.
  boolean isSince(Standing other) {
    return other.checkpointAt().equals(standing.checkpointAt());
  }

  /// Lets nobody pass until the next standing is reached.
  void tear(String why) {
    torn = why;
  }

  /// The same, while its disks are being emptied by a change that got this node ready: `why` is
  /// told once that change is given up.
  void tearUnlessDone(String why) {
    emptying = true;
    tear(why);
  }

  /// Lets a request pass, or says why it may not.
  ///
  /// @throws BlockException IO, naming the stage
  void requirePassage() {
    String why = torn != null ? torn : refusal();
    if (why != null) {
      throw new BlockException(BlockException.Kind.IO, "replication node '" + name + "': " + why);
    }
  }

  private @Nullable String refusal() {
    Stage stage = standing.stage();
    return switch (stage) {
      case NONE -> "it has not begun; start it";
      case RUNNING, CHECKPOINTING, STOPPING -> null;
      case FAILOVER, DONE ->
          mode == Mode.PRIMARY
              ? "it is at stage '" + stage.word() + "' and forwards nothing; start it again"
              : null;
      case FAILED -> throw new IllegalStateException("no graph remembers stage FAILED");
    };
  }

  /// As [#requirePassage]; and a primary that has lost a write does not show what is there instead.
  void requireTruth() {
    requirePassage();
    String why = lost;
    if (why != null) {
      throw new BlockException(
          BlockException.Kind.IO,
          "replication node '" + name + "': its secondary lacks what was written: " + why);
    }
  }

  /// Notes that a write did not reach the secondary.
  void lose(BlockException error) {
    if (lost == null) {
      String why = String.valueOf(error.getMessage());
      lost = why;
      events.report(name, NodeEvents.Kind.REPLICATION_CHANGED, told(why));
    }
  }

  private Map<String, Object> told(String why) {
    return Map.of("mode", mode.word(), "stage", stage().word(), "error", why);
  }

  @Override
  public Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("stage", stage().word());
    error().ifPresent(why -> facts.put("error", why));
    return facts;
  }

  @Override
  public void close(Children children) {
    // Nothing is held.
  }
}
