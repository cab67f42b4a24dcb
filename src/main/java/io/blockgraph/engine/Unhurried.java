package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Groundwork;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SlowToOpen;
import io.blockgraph.graph.NodeName;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Opens nodes as a change does, but lets no other change wait for what takes long and asks no disk
/// ([SlowToOpen]): the change is put off for it, as if it had been refused, and made from the
/// beginning once that is done. One thread; one change.
///
/// ```
/// commit ─> a node takes long to open ─> given up ─> groundwork, nobody waits ─> commit
/// ```
///
/// What was done then counts only if disks and secrets are as they were. A change is not put off
/// when that would not be the same to others: it insists on a revision, which would be gone by
/// then; it makes files; it has opened what may be opened but once.
final class Unhurried implements Handling, AutoCloseable {
  /// So often a change is put off; whatever takes long is done under the lock then.
  private static final int MOST = 16;

  private final Map<NodeName, Groundwork> laid = new HashMap<>();
  private int timesPutOff;
  private boolean openedForGood;

  private Unhurried() {}

  /// The change is given up for now.
  private static final class PutOff extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient NodeName node;
    private final transient Groundwork missing;

    PutOff(NodeName node, Groundwork missing) {
      super("put off for node '" + node + "'", null, false, false);
      this.node = node;
      this.missing = missing;
    }
  }

  /// Makes a change.
  static Result<Committed> commit(BlockGraph graph, Change change) {
    if (change.expected().isPresent() || !change.files().isEmpty()) {
      return graph.commit(change, Handling.CHANGE);
    }
    try (Unhurried handling = new Unhurried()) {
      Optional<Result<Committed>> made = handling.attempt(graph, change);
      while (made.isEmpty()) {
        made = handling.attempt(graph, change);
      }
      return made.get();
    }
  }

  /// Empty when the change was put off, and what it waited for is done.
  private Optional<Result<Committed>> attempt(BlockGraph graph, Change change) {
    openedForGood = false;
    try {
      return Optional.of(graph.commit(change, this));
    } catch (PutOff later) {
      timesPutOff++;
      forget(laid.put(later.node, later.missing));
      try {
        later.missing.lay();
        return Optional.empty();
      } catch (BlockException e) {
        return Optional.of(
            new Result.Rejected<>(new Rejection.WorldBroke(Optional.of(later.node), e)));
      }
    }
  }

  private static void forget(@Nullable Groundwork work) {
    if (work != null) {
      work.close();
    }
  }

  @Override
  public Node open(Driver driver, Opening opening) {
    openedForGood |= !driver.opensAgain();
    return driver instanceof SlowToOpen slow && !openedForGood
        ? open(driver, slow, opening)
        : driver.open(opening);
  }

  private Node open(Driver driver, SlowToOpen slow, Opening opening) {
    NodeName name = opening.spec().name();
    Groundwork wanted = slow.groundwork(opening);
    Groundwork done = laid.get(name);
    if (done == null || !done.isFor(wanted)) {
      if (timesPutOff < MOST) {
        throw new PutOff(name, wanted);
      }
      wanted.close();
      return driver.open(opening);
    }
    wanted.close();
    return slow.open(opening, done);
  }

  /// Forgets all groundwork.
  @Override
  public void close() {
    laid.values().forEach(Groundwork::close);
  }
}
