package io.blockgraph.export.nbd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;

/// A way to a server on which what a client sends arrives byte by byte. For one client.
final class Trickle implements AutoCloseable {
  private final ServerSocket door;
  private final InetSocketAddress server;

  Trickle(InetSocketAddress server) throws IOException {
    this.door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    this.server = server;
    Thread.ofVirtual().start(this::carry);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) door.getLocalSocketAddress();
  }

  private void carry() {
    try (Socket client = door.accept();
        Socket there = new Socket(server.getAddress(), server.getPort())) {
      there.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().start(() -> pass(there, client, 65_536));
      pass(client, there, 1);
      back.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void pass(Socket from, Socket to, int atOnce) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[atOnce];
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        out.write(bytes, 0, n);
      }
      to.shutdownOutput();
    } catch (SocketException e) {
      // One end has gone, and so does the way.
      assert from.isConnected();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
