package io.blockgraph.driver.nbd;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Drivers and requests for tests: every server of loopback is allowed.
final class NbdDrivers {
  private NbdDrivers() {}

  static NbdDriver trusting() {
    return new NbdDriver(
        AllowedServers.of(List.of("inet:127.0.0.1:*", "unix:/tmp/a.sock")), Map.of());
  }

  /// A driver that may go to the sockets of a folder.
  static NbdDriver beside(Path socket) {
    return new NbdDriver(
        AllowedServers.of(List.of("unix:" + socket.resolveSibling("*"), "inet:127.0.0.1:*")),
        Map.of());
  }

  static Map<String, Object> unix(Path socket, Map<String, ?> more) {
    return with(Map.of("type", "unix", "path", socket.toString()), more);
  }

  static Map<String, Object> inet(int port, Map<String, ?> more) {
    return with(Map.of("type", "inet", "host", "127.0.0.1", "port", port), more);
  }

  private static Map<String, Object> with(Map<String, Object> server, Map<String, ?> more) {
    Map<String, Object> given = new HashMap<>(more);
    given.put("server", server);
    return given;
  }
}
