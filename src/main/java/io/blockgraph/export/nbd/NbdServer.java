package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.IoFigures;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/// Serves disks to NBD clients: any number of exports, each reachable through every listener.
///
/// Any thread may call. Each connection has one platform thread that does all of its work inline; a
/// listener has one that accepts. Bounds and deadlines are those of the [NbdLimits] given. Each
/// listener has its own mind about TLS ([Encryption]); a unix socket can only be opened by its own
/// user.
public final class NbdServer implements AutoCloseable {
  private final NbdLimits limits;
  private final Exports exports = new Exports();
  private final Connections connections;
  private final List<Place> places = new CopyOnWriteArrayList<>();

  private record Place(Listener listener, Encryption encryption) {
    NbdAddress address() {
      return listener.address();
    }

    Stream<URI> uris(ExportName name) {
      return switch (encryption) {
        case Encryption.Off _ -> Stream.of(address().uri(name));
        case Encryption.Allowed _ -> Stream.of(address().uri(name), address().secureUri(name));
        case Encryption.Required _ -> Stream.of(address().secureUri(name));
      };
    }
  }

  /// A server that listens nowhere yet and has no exports.
  public NbdServer(NbdLimits limits, Clock clock, NbdEvents events) {
    this.limits = limits;
    this.connections = new Connections(limits, clock, events, exports);
  }

  /// How the removal of an export went.
  ///
  /// @param cut connections that had to be cut because they did not end within
  ///   [NbdLimits#removalMs]
  /// @param lingering those of them that were still inside a call to the disk when the removal
  ///   returned
  public record Removal(int cut, int lingering) {}

  /// Listens at one more address and says which that is: a port 0 has become the port it got.
  ///
  /// A stale file in the place of a unix socket is replaced; the new file has mode 0600 and goes
  /// when the server is closed.
  ///
  /// @throws BlockException EXISTS when somebody else listens there, or a file that is no socket is
  ///   there; IO otherwise
  /// @throws IllegalArgumentException for an address that is reached from other hosts, unless TLS
  ///   is required and clients are verified: whoever gets through may do with the exports what they
  ///   allow
  public NbdAddress listen(NbdAddress address, Encryption encryption) {
    if (address.isReachedFromElsewhere() && !encryption.verifiesClients()) {
      throw new IllegalArgumentException(
          address + " is reached from other hosts: that takes TLS and an authority for clients");
    }
    Listener listener = Listener.open(address, client -> connections.accepted(client, encryption));
    places.add(new Place(listener, encryption));
    return listener.address();
  }

  /// The same, without TLS.
  public NbdAddress listen(NbdAddress address) {
    return listen(address, new Encryption.Off());
  }

  /// Where the server listens.
  public List<NbdAddress> addresses() {
    return places.stream().map(Place::address).toList();
  }

  /// Whether clients can knock at every address it was told to listen at.
  public boolean isListening() {
    return !places.isEmpty() && places.stream().allMatch(place -> place.listener().isOpen());
  }

  /// Offers an export from now on.
  ///
  /// @throws BlockException EXISTS when there is one of that name
  public void add(NbdExport export) {
    if (!exports.add(export)) {
      throw new BlockException(
          BlockException.Kind.EXISTS, "there is an NBD export '" + export.name() + "' already");
    }
  }

  /// No longer offers an export and sends its clients away; nothing when there is no such export.
  ///
  /// Requests under way may end within [NbdLimits#removalMs], further ones get ESHUTDOWN; then
  /// connections are cut. When it returns no connection uses the disk, but for those counted as
  /// lingering.
  public Optional<Removal> remove(ExportName name) {
    return exports.take(name).map(export -> export.remove(limits.removalMs()));
  }

  /// The exports offered now, by name.
  public List<NbdExport> exports() {
    return exports.all();
  }

  /// What clients have asked of each export since it was offered, by the word of the command
  /// (`write-zeroes`). Times go from the arrival of the header until the reply was ready to be
  /// sent.
  public Map<ExportName, IoFigures> figures() {
    Map<ExportName, IoFigures> all = new LinkedHashMap<>();
    exports.served().forEach(export -> all.put(export.offer().name(), export.figures()));
    return all;
  }

  /// The same of one export, since [#reset]; nothing for an export that is not offered.
  public IoFigures figuresSinceReset(ExportName name) {
    return served(name).map(ServedExport::figuresSinceReset).orElse(IoFigures.NONE);
  }

  /// The figures of an export begin anew for [#figuresSinceReset].
  public void reset(ExportName name) {
    served(name).ifPresent(ServedExport::reset);
  }

  private Optional<ServedExport> served(ExportName name) {
    return exports.served().stream()
        .filter(export -> export.offer().name().equals(name))
        .findFirst();
  }

  /// The URIs under which clients reach an export, one for each listener, and two where clients may
  /// choose whether to use TLS.
  public List<URI> uris(ExportName name) {
    return places.stream().flatMap(place -> place.uris(name)).toList();
  }

  /// The clients connected now, those without an export yet included.
  public List<NbdClient> clients() {
    return connections.snapshot();
  }

  /// Cuts a client's connection; false when it is gone already.
  public boolean disconnect(NbdClient.Id client) {
    return connections.cut(client);
  }

  /// Stops listening, removes all exports as [#remove] does, and cuts whoever is left.
  @Override
  public void close() {
    places.forEach(place -> place.listener().close());
    places.clear();
    exports.all().forEach(export -> remove(export.name()));
    connections.close();
  }
}
