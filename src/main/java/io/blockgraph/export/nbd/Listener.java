package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// One place where clients can knock, and the platform thread that lets them in.
final class Listener implements AutoCloseable {
  private static final int BACKLOG = 1024;

  /// Out of descriptors: trying again at once would only burn the processor.
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final NbdAddress address;
  private final ServerSocketChannel server;
  private final Runnable afterClose;
  private final Consumer<SocketChannel> arrivals;

  private Listener(
      NbdAddress address,
      ServerSocketChannel server,
      Runnable afterClose,
      Consumer<SocketChannel> arrivals) {
    this.address = address;
    this.server = server;
    this.afterClose = afterClose;
    this.arrivals = arrivals;
  }

  /// Listens from now on; accepted connections are handed to `arrivals`.
  ///
  /// @throws BlockException EXISTS when somebody listens there, IO for all else
  static Listener open(NbdAddress wanted, Consumer<SocketChannel> arrivals) {
    try {
      Listener listener =
          switch (wanted) {
            case NbdAddress.Tcp(InetSocketAddress at) -> tcp(at, arrivals);
            case NbdAddress.Unix unix -> unix(unix, arrivals);
          };
      Thread.ofPlatform().name("nbd-listener").daemon().start(listener::run);
      return listener;
    } catch (IOException e) {
      throw new BlockException(BlockException.Kind.IO, "cannot listen at " + wanted, e);
    }
  }

  private static Listener tcp(InetSocketAddress at, Consumer<SocketChannel> arrivals)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      server.bind(at, BACKLOG);
      SocketAddress bound = server.getLocalAddress();
      return new Listener(
          new NbdAddress.Tcp((InetSocketAddress) bound), server, () -> {}, arrivals);
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private static Listener unix(NbdAddress.Unix unix, Consumer<SocketChannel> arrivals)
      throws IOException {
    UnixSocketFile file = UnixSocketFile.bind(unix.path(), BACKLOG);
    return new Listener(unix, file.server(), file::remove, arrivals);
  }

  /// Where it listens, with the port it got.
  NbdAddress address() {
    return address;
  }

  boolean isOpen() {
    return server.isOpen();
  }

  private void run() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        if (address instanceof NbdAddress.Tcp) {
          client.setOption(StandardSocketOptions.TCP_NODELAY, true);
          client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        }
        arrivals.accept(client);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new BlockException(BlockException.Kind.IO, "cannot stop listening at " + address, e);
    } finally {
      afterClose.run();
    }
  }
}
