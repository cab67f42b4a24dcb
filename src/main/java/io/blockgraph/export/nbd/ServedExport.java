package io.blockgraph.export.nbd;

import io.blockgraph.engine.IoFigures;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// An export while it is offered, and the connections that use it. Any thread may call.
final class ServedExport {
  private final NbdExport offer;
  private final ServedDisk disk;
  private final Set<Connection> users = new HashSet<>();

  /// Of connections that are gone.
  private IoFigures past = IoFigures.NONE;

  private IoFigures forgotten = IoFigures.NONE;

  /// What became of a connection's wish to use the export.
  enum Admission {
    ADMITTED,
    FULL,
    REMOVED
  }

  ServedExport(NbdExport offer) {
    this.offer = offer;
    this.disk = new ServedDisk(offer.disk());
  }

  NbdExport offer() {
    return offer;
  }

  ServedDisk disk() {
    return disk;
  }

  /// What clients have asked since the export was offered.
  synchronized IoFigures figures() {
    return users.stream().map(Connection::figures).reduce(past, IoFigures::plus);
  }

  /// The same, since [#reset].
  synchronized IoFigures figuresSinceReset() {
    return figures().minus(forgotten);
  }

  /// Begins anew for [#figuresSinceReset].
  synchronized void reset() {
    forgotten = figures();
  }

  boolean isRemoved() {
    return disk.isRetired();
  }

  /// Lets a connection in; [#leave] must follow when it was admitted.
  synchronized Admission admit(Connection connection) {
    if (isRemoved()) {
      return Admission.REMOVED;
    }
    if (users.size() >= offer.maxConnections()) {
      return Admission.FULL;
    }
    users.add(connection);
    return Admission.ADMITTED;
  }

  /// The connection is done with the export and will not call its disk again.
  synchronized void leave(Connection connection) {
    if (users.remove(connection)) {
      past = past.plus(connection.figures());
    }
    notifyAll();
  }

  /// Sends everybody away: no new requests, what is under way may end within `graceMs`, then
  /// connections are cut.
  NbdServer.Removal remove(long graceMs) {
    for (Connection user : retire()) {
      user.stopReceiving();
    }
    List<Connection> late = awaitEmpty(graceMs);
    for (Connection user : late) {
      user.cut();
    }
    return new NbdServer.Removal(late.size(), awaitEmpty(graceMs / 5).size());
  }

  private synchronized List<Connection> retire() {
    disk.retire();
    return List.copyOf(users);
  }

  private synchronized List<Connection> awaitEmpty(long mostMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(mostMs);
    try {
      while (!users.isEmpty()) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (leftMs <= 0) {
          break;
        }
        wait(leftMs);
      }
    } catch (InterruptedException e) {
      // The caller wants no waiting; it gets what there is now and its flag back.
      Thread.currentThread().interrupt();
    }
    return List.copyOf(users);
  }
}
