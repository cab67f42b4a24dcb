package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.StackSize;
import io.blockgraph.graph.NodeName;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Flushes that changes of the graph need, each on a thread of its own: a disk that does not answer
/// holds up the change that has to flush it until a deadline, and no other for good.
///
/// A flush that is late cannot be called back. Until it ends none other of its node begins, and
/// neither the node nor one below it goes or gets another child: it could write to what is somebody
/// else's by then. Only the writer of the graph uses this.
final class TimedFlushes {
  private final long deadlineMs;
  private final StackSize stack;
  private final Map<NodeName, Flush> late = new HashMap<>();

  TimedFlushes(EngineLimits limits) {
    this.deadlineMs = limits.drainDeadlineMs();
    this.stack = limits.stack();
  }

  /// A flush that has begun.
  ///
  /// @param disk the node as it was bound then
  private record Flush(Object disk, FutureTask<Boolean> task) {
    /// Whether it ends before `deadline`.
    ///
    /// @throws BlockException what the flush throws
    boolean endsBy(long deadline) {
      try {
        return task.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        return false;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IllegalStateException("a flush ended by a mistake", e);
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts a change of the graph", e);
      }
    }
  }

  /// A deadline for flushes that begin now, of a change that has waited `waitedNanos` already.
  Until begin(long waitedNanos) {
    return new Until(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMs) - waitedNanos);
  }

  /// What nodes that flush themselves are asked by, before they do.
  interface Time {
    /// Nobody is asked: for dry runs.
    Time NONE = (_, _) -> {};

    /// Finds out whether a disk answers a flush.
    ///
    /// @throws Preparation.Failed when it does not
    void ask(NodeName node, BlockIo disk) throws Preparation.Failed;
  }

  /// Flushes until one moment.
  final class Until implements Time {
    private final long deadline;

    private Until(long deadline) {
      this.deadline = deadline;
    }

    /// The whole time once more, from now on: what was in between had none.
    Until anew() {
      return begin(0);
    }

    /// Whether an error matters is known to the node.
    @Override
    public void ask(NodeName node, BlockIo disk) throws Preparation.Failed {
      try {
        run(node, disk, disk::flush);
      } catch (BlockException _) {
        // It flushes itself in a moment.
      }
    }

    /// Runs `flush`, which makes durable what was written to `disk`, as `node` is bound.
    ///
    /// @throws BlockException what `flush` throws
    /// @throws Preparation.Failed when it does not end in time
    void run(NodeName node, Object disk, Runnable flush) throws Preparation.Failed {
      Flush earlier = late.get(node);
      if (earlier != null) {
        await(node, earlier);
      }
      Flush begun = new Flush(disk, new FutureTask<>(flush, true));
      stack.thread().name("flush of " + node).start(begun.task);
      if (!begun.endsBy(deadline)) {
        late.put(node, begun);
        throw tooLate(node);
      }
    }

    /// Waits for those flushes that a change must not meet: of nodes that are other disks
    /// afterwards, or gone, or that stand on what is `held` while the change does its work.
    ///
    /// Bound disks are compared by identity: two views that are equal as values may belong to
    /// different graphs.
    @SuppressWarnings("ReferenceEquality")
    void awaitOthers(Transition change, Set<NodeName> alsoHeld) throws Preparation.Failed {
      Set<NodeName> held = Cone.upwards(change.before().state().topology(), alsoHeld);
      Live after = change.after();
      late.values().removeIf(flush -> flush.task.isDone());
      for (Map.Entry<NodeName, Flush> flush : Map.copyOf(late).entrySet()) {
        NodeName node = flush.getKey();
        if (held.contains(node) || after.bound().get(node) != flush.getValue().disk) {
          await(node, flush.getValue());
        }
      }
    }

    /// What became of it was asked by nobody any more.
    private void await(NodeName node, Flush flush) throws Preparation.Failed {
      try {
        if (!flush.endsBy(deadline)) {
          throw tooLate(node);
        }
      } catch (BlockException _) {
        // The change that had asked for it was refused.
      }
      late.remove(node);
    }

    private Preparation.Failed tooLate(NodeName node) {
      return new Preparation.Failed(new Rejection.FlushTimeout(node, deadlineMs));
    }
  }
}
