package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.IoFigures;
import io.blockgraph.nbd.ProtocolBroken;
import io.blockgraph.nbd.TlsChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// One client's connection: the handshake and then the transmission, on a platform thread of its
/// own.
///
/// Other threads end it through its channel, never by an interrupt.
final class Connection {
  private final NbdClient.Id id;
  private final SocketChannel channel;
  private final String peer;
  private final Instant since;
  private final Encryption encryption;
  private final Connections connections;
  private final ClientCounters counters = new ClientCounters();
  private volatile @Nullable Session session;
  private volatile @Nullable TlsSession tls;

  Connection(
      NbdClient.Id id,
      SocketChannel channel,
      Encryption encryption,
      Instant since,
      Connections connections) {
    this.id = id;
    this.channel = channel;
    this.encryption = encryption;
    this.peer = peer(channel);
    this.since = since;
    this.connections = connections;
  }

  NbdClient.Id id() {
    return id;
  }

  /// What the listener it came through thinks of TLS.
  Encryption encryption() {
    return encryption;
  }

  /// The life of the connection; returns when nothing of it is left. A mistake of ours is told and
  /// ends the thread.
  void run() {
    try (channel) {
      Optional<Negotiation.Agreement> agreed = connections.negotiate(this, channel);
      if (agreed.isPresent()) {
        serve(agreed.get());
      }
    } catch (ProtocolBroken e) {
      if (e.getCause() instanceof BlockException trouble) {
        troubled(trouble);
      }
    } catch (IOException e) {
      // The peer left without a word, or somebody here closed the channel: both are ordinary ends.
      assert session == null || !channel.isOpen();
    } catch (RuntimeException | Error e) {
      connections.events().broken(snapshot(), e);
      throw e;
    } finally {
      leave();
    }
  }

  private void serve(Negotiation.Agreement agreed) throws IOException {
    Transfers shared = connections.transfers();
    Transmission.Resources resources = new Transmission.Resources(shared, counters, this::troubled);
    if (agreed.channel() instanceof TlsChannel under) {
      try {
        Transmission.serve(agreed.session(), under, resources);
      } finally {
        under.finish();
      }
    } else {
      PollingChannel polled = new PollingChannel(channel, shared.polling());
      try {
        Transmission.serve(agreed.session(), polled, resources);
      } finally {
        polled.finish();
      }
    }
  }

  /// From now on both sides are under TLS.
  void secured(TlsSession agreed) {
    tls = agreed;
  }

  /// The client began TLS and it came to nothing.
  void notSecured(SSLException why) {
    connections.events().notSecured(snapshot(), why);
  }

  /// The handshake is about to end with this session, whose export counts the connection among its
  /// users.
  void admitted(Session agreed) {
    session = agreed;
    connections.events().connected(snapshot());
  }

  /// Lets the client send no more: the thread finishes what it is at and ends.
  void stopReceiving() {
    try {
      channel.shutdownInput();
    } catch (IOException e) {
      // It is closed or closing, which is more than what was asked for.
      assert !channel.isOpen() || !channel.isConnected();
    }
  }

  /// Ends the connection wherever it is; a call to the disk that is under way still runs to its
  /// end.
  void cut() {
    try {
      channel.close();
    } catch (IOException e) {
      // The descriptor is gone all the same; unsent bytes are lost, as they must be.
      assert !channel.isOpen();
    }
  }

  /// What the client has asked.
  IoFigures figures() {
    return counters.figures();
  }

  NbdClient snapshot() {
    Session now = session;
    return new NbdClient(
        id,
        peer,
        since,
        Optional.ofNullable(tls),
        Optional.ofNullable(now).map(used -> used.export().offer().name()),
        counters.traffic(),
        counters.figures(),
        counters.lastError());
  }

  private void troubled(BlockException trouble) {
    connections.events().failed(snapshot(), trouble);
  }

  private void leave() {
    Session used = session;
    if (used != null) {
      used.export().leave(this);
      connections.events().disconnected(snapshot());
    }
    connections.gone(this);
  }

  private static String peer(SocketChannel channel) {
    try {
      return channel.getRemoteAddress() instanceof InetSocketAddress at
          ? at.getAddress().getHostAddress() + ":" + at.getPort()
          : "unix";
    } catch (IOException e) {
      return "gone";
    }
  }
}
