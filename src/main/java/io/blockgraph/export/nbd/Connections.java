package io.blockgraph.export.nbd;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// All connections of a server. Any thread may call.
///
/// How many there can be is bounded: those that have an export by the export's limit, those that
/// have none yet by a limit of their own. At that limit the one that has waited longest makes room,
/// so that silent strangers cannot keep others out.
final class Connections {
  private final NbdLimits limits;
  private final Clock clock;
  private final NbdEvents events;
  private final Exports exports;
  private final Transfers transfers;
  private final ScheduledThreadPoolExecutor deadlines;
  private final Map<NbdClient.Id, Connection> all = new TreeMap<>();
  private final LinkedHashMap<NbdClient.Id, Connection> negotiating = new LinkedHashMap<>();
  private long lastId;
  private boolean closed;

  Connections(NbdLimits limits, Clock clock, NbdEvents events, Exports exports) {
    this.limits = limits;
    this.clock = clock;
    this.events = events;
    this.exports = exports;
    this.transfers = Transfers.of(limits);
    this.deadlines =
        new ScheduledThreadPoolExecutor(
            1, work -> Thread.ofPlatform().name("nbd-deadlines").daemon().unstarted(work));
    deadlines.setRemoveOnCancelPolicy(true);
  }

  NbdEvents events() {
    return events;
  }

  Transfers transfers() {
    return transfers;
  }

  /// Takes over a connection that a listener accepted.
  void accepted(SocketChannel channel, Encryption encryption) {
    Connection connection;
    Optional<Connection> oldest;
    synchronized (this) {
      lastId++;
      NbdClient.Id id = new NbdClient.Id(lastId);
      connection = new Connection(id, channel, encryption, clock.instant(), this);
      if (closed) {
        connection.cut();
        return;
      }
      oldest = overdue();
      all.put(connection.id(), connection);
      negotiating.put(connection.id(), connection);
    }
    oldest.ifPresent(Connection::cut);
    String name = "nbd-client-" + connection.id().value();
    limits.stack().thread().name(name).start(connection::run);
  }

  private Optional<Connection> overdue() {
    if (negotiating.size() < limits.negotiation().connections()) {
      return Optional.empty();
    }
    return Optional.of(negotiating.pollFirstEntry().getValue());
  }

  /// Negotiates on the connection's thread; at the deadline its channel is closed.
  Optional<Negotiation.Agreement> negotiate(Connection connection, SocketChannel channel)
      throws IOException {
    Future<?> deadline =
        deadlines.schedule(
            connection::cut, limits.negotiation().deadlineMs(), TimeUnit.MILLISECONDS);
    try {
      return new Negotiation(channel, connection, exports, limits).run();
    } finally {
      deadline.cancel(false);
      synchronized (this) {
        negotiating.remove(connection.id());
      }
    }
  }

  /// A connection has ended.
  synchronized void gone(Connection connection) {
    all.remove(connection.id());
    negotiating.remove(connection.id());
    notifyAll();
  }

  /// All there are, by number.
  List<NbdClient> snapshot() {
    return list().stream().map(Connection::snapshot).toList();
  }

  /// Ends one; false when there is none with that number.
  boolean cut(NbdClient.Id id) {
    Optional<Connection> found = find(id);
    found.ifPresent(Connection::cut);
    return found.isPresent();
  }

  /// Ends all that are left and takes no more; waits a bounded time until their threads are gone.
  void close() {
    synchronized (this) {
      closed = true;
    }
    list().forEach(Connection::cut);
    awaitNone();
    deadlines.shutdown();
    transfers.readers().shutdown();
  }

  private synchronized void awaitNone() {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limits.removalMs());
    try {
      for (long leftMs = limits.removalMs(); !all.isEmpty() && leftMs > 0; ) {
        wait(leftMs);
        leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      }
    } catch (InterruptedException e) {
      // The caller wants no waiting and gets its flag back; the threads are daemons.
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Optional<Connection> find(NbdClient.Id id) {
    return Optional.ofNullable(all.get(id));
  }

  private synchronized List<Connection> list() {
    return new ArrayList<>(all.values());
  }
}
