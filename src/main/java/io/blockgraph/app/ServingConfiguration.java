package io.blockgraph.app;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.EventLog;
import io.blockgraph.export.nbd.ExportNews;
import io.blockgraph.export.nbd.NbdAddress;
import io.blockgraph.export.nbd.NbdExports;
import io.blockgraph.export.nbd.NbdLimits;
import io.blockgraph.export.nbd.NbdServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Who uses the graph. At the end they are closed before the graph is, because they depend on it.
@Configuration(proxyBeanMethods = false)
class ServingConfiguration {

  /// Depends on the graph so that clients are sent away before its nodes are closed.
  @Bean
  NbdServer nbdServer(BlockgraphSettings settings, Clock clock, EventLog events, BlockGraph graph) {
    NbdServer server =
        new NbdServer(NbdLimits.DEFAULT, clock, new ExportNews(events, System::nanoTime));
    if (settings.nbd().port() >= 0) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.nbd().port());
      server.listen(new NbdAddress.Tcp(address));
    }
    server.listen(new NbdAddress.Unix(settings.dataDir().resolve(settings.nbd().socket())));
    return server;
  }

  @Bean
  NbdExports nbdExports(BlockGraph graph, NbdServer server) {
    NbdExports exports = new NbdExports(graph, server);
    exports.resume();
    return exports;
  }
}
