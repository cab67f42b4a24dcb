package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.nbd.BadTlsFile;
import io.blockgraph.nbd.TlsChannel;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// Makes connections to one server, each within [Limits#CONNECT_NANOS].
final class Dialer {
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  private final Settings settings;
  private final Optional<TlsIdentity> identity;
  private final ScheduledExecutorService deadlines;
  private volatile Attempt attempt = new Attempt();

  Dialer(Settings settings, Optional<TlsIdentity> identity, ScheduledExecutorService deadlines) {
    this.settings = settings;
    this.identity = identity;
    this.deadlines = deadlines;
  }

  /// Connects and negotiates. One thread.
  ///
  /// @throws IOException for trouble that may pass
  /// @throws BlockException for what will be so next time too
  Link dial() throws IOException {
    Attempt mine = new Attempt();
    attempt = mine;
    ScheduledFuture<?> end =
        deadlines.schedule(mine::giveUp, Limits.CONNECT_NANOS, TimeUnit.NANOSECONDS);
    try {
      SocketChannel socket = settings.server().connect(mine);
      return negotiated(socket);
    } catch (ClosedChannelException e) {
      throw mine.isOver() ? new IOException("the server does not answer", e) : e;
    } finally {
      end.cancel(false);
    }
  }

  private Link negotiated(SocketChannel socket) throws IOException {
    boolean done = false;
    try {
      Link link = negotiate(socket);
      done = true;
      return link;
    } finally {
      if (!done) {
        socket.close();
      }
    }
  }

  private Link negotiate(SocketChannel socket) throws IOException {
    Inlet in = new Inlet(socket);
    ByteChannel channel = socket;
    Handshake plain = new Handshake(in, socket);
    plain.greet();
    if (settings.tls().isPresent()) {
      plain.startTls();
      TlsChannel tls = secured(socket, settings.tls().get());
      in = in.under(tls);
      channel = tls;
    }
    ExportInfo info = new Handshake(in, channel).enter(settings.export());
    return new Link(channel, in, info);
  }

  private TlsChannel secured(SocketChannel socket, Settings.Tls tls) throws IOException {
    try {
      return TlsChannel.begin(socket, engine(tls));
    } catch (SSLException e) {
      throw new BlockException(
          Kind.INVALID,
          "TLS with the server comes to nothing: " + Harmless.text(String.valueOf(e.getMessage())),
          e);
    }
  }

  private SSLEngine engine(Settings.Tls tls) throws IOException {
    try {
      SSLEngine engine =
          identity.orElseThrow().context().createSSLEngine(tls.hostName(), Server.DEFAULT_PORT);
      engine.setUseClientMode(true);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setProtocols(VERSIONS);
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      engine.setSSLParameters(parameters);
      return engine;
    } catch (BadTlsFile e) {
      throw new IOException("the credentials '" + tls.identity() + "': " + e.getMessage(), e);
    }
  }

  /// Ends an attempt that is under way. Any thread.
  void abort() {
    attempt.giveUp();
  }

  /// An attempt that can be ended from outside.
  private static final class Attempt implements Server.Attempt {
    private @Nullable SocketChannel channel;
    private boolean over;

    @Override
    public synchronized void under(SocketChannel next) throws IOException {
      if (over) {
        throw new ClosedChannelException();
      }
      channel = next;
    }

    synchronized boolean isOver() {
      return over;
    }

    synchronized void giveUp() {
      over = true;
      if (channel != null) {
        try {
          channel.close();
        } catch (IOException e) {
          // Closed all the same.
          assert !channel.isOpen() : e;
        }
      }
    }
  }
}
