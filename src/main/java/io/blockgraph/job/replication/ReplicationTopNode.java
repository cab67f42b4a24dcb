package io.blockgraph.job.replication;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.driver.Prepared;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The open filter above a secondary disk: what is saved since the last checkpoint, and what could
/// not be. Any thread.
final class ReplicationTopNode implements Node {
  private static final long DEADLINE_MS = 60_000;

  private final NodeName replication;
  private final NodeEvents events;
  private volatile boolean refusing;
  private volatile @Nullable String error;
  private final LongAdder savedBytes = new LongAdder();
  private final LongAdder failedWrites = new LongAdder();

  final SavedUnits saved = new SavedUnits();
  final RangeLocks locks = new RangeLocks(DEADLINE_MS);
  final ScratchBuffers buffers = ScratchBuffers.shared(SavedUnits.UNIT_BYTES);

  ReplicationTopNode(NodeSpec spec, NodeEvents events) {
    this.replication = new NodeName(spec.options().text(ReplicationTop.REPLICATION).orElseThrow());
    this.events = events;
    this.refusing = ReplicationTop.refusesWrites(spec);
  }

  @Override
  public BlockIo bind(Children children) {
    return new ReplicationTopDisk(
        children.get(ChildName.FILE), children.get(ReplicationTop.HIDDEN), this);
  }

  @Override
  public Prepared prepare(NodeChange change) {
    return new Prepared() {
      @Override
      public void commit() {
        refusing = ReplicationTop.refusesWrites(change.after());
      }
    };
  }

  /// Refuses a write after a failover.
  ///
  /// @throws BlockException READ_ONLY
  void requireWritable() {
    if (refusing) {
      throw new BlockException(
          BlockException.Kind.READ_ONLY,
          "the secondary of replication '"
              + replication
              + "' has taken over; its disk takes no"
              + " writes of the primary any more");
    }
  }

  void noteSaved(long bytes) {
    savedBytes.add(bytes);
  }

  /// A write was refused because the bytes it would have overwritten could not be saved.
  void noteFailure(String why) {
    failedWrites.increment();
    if (error == null) {
      error = why;
      events.report(
          replication,
          NodeEvents.Kind.REPLICATION_CHANGED,
          Map.of("mode", Mode.SECONDARY.word(), "stage", Stage.RUNNING.word(), "error", why));
    }
  }

  /// The service was started anew in the middle of the replication.
  void noteRestart() {
    error =
        "the service was started anew: writes of the primary that were not flushed may be missing";
  }

  /// Why the secondary disk may lack a write of the primary; empty when it cannot.
  Optional<String> error() {
    return Optional.ofNullable(error);
  }

  /// Bytes saved since the last checkpoint of this run of the service.
  long savedBytes() {
    return savedBytes.sum();
  }

  /// Writes refused since then.
  long failedWrites() {
    return failedWrites.sum();
  }

  /// The hidden disk is empty: a checkpoint was taken while nobody writes.
  void forget() {
    saved.clear();
    savedBytes.reset();
    failedWrites.reset();
    error = null;
  }

  @Override
  public Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("replication", replication.value());
    facts.put("savedBytes", savedBytes());
    facts.put("failedWrites", failedWrites());
    error().ifPresent(why -> facts.put("error", why));
    return facts;
  }

  @Override
  public void close(Children children) {
    // Nothing is open but the children, and those are not ours.
  }
}
