package io.blockgraph.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthProbeTest {
  @ParameterizedTest
  @CsvSource({"200, true", "503, false", "404, false"})
  void isReadyWhenTheServiceSaysSo(int status, boolean ready) throws Exception {
    HttpServer server = HttpServer.create(loopback(), 0);
    server.createContext(
        "/readyz",
        exchange -> {
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    try {
      int port = server.getAddress().getPort();
      assertThat(HealthProbe.isReady(URI.create("http://127.0.0.1:" + port + "/readyz")))
          .isEqualTo(ready);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void isNotReadyWhenNobodyListens() throws Exception {
    try (SocketChannel silent = SocketChannel.open().bind(loopback())) {
      int port = ((InetSocketAddress) silent.getLocalAddress()).getPort();
      assertThat(HealthProbe.isReady(URI.create("http://127.0.0.1:" + port + "/readyz"))).isFalse();
    }
  }

  private static InetSocketAddress loopback() throws IOException {
    return new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
  }
}
