package io.blockgraph.strangers;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A server that comes up at a unix socket. Its socket is in the folder before it listens there:
/// who looks for the file only is refused now and then.
public final class Starting {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private Starting() {}

  /// A connection to `process` as soon as it takes one; the last refusal when it ends before, or
  /// takes too long.
  public static SocketChannel connect(Process process, Path socket) throws IOException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > end) {
          process.destroyForcibly();
          throw e;
        }
      }
      pause();
    }
  }

  /// A short pause between two looks.
  static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
