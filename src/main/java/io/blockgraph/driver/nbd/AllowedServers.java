package io.blockgraph.driver.nbd;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The servers that nodes may be clients of; nobody else is ever connected to. Immutable.
///
/// An entry is `inet:HOST:PORT`, `inet:HOST:*` for every port, `unix:/PATH`, or `unix:/FOLDER/*`
/// for every socket in a folder. Hosts are compared as they are written, whatever they stand for.
public final class AllowedServers {
  /// The setting that holds the list.
  public static final String SETTING = "blockgraph.nbd-client.allow";

  private static final Pattern INET =
      Pattern.compile("inet:(\\[[^\\]]+\\]|[^:\\[\\]]+):(\\d+|\\*)");
  private static final int MOST_PORT = 65_535;

  private final List<Entry> entries;

  private interface Entry {
    boolean covers(Server server);
  }

  private AllowedServers(List<Entry> entries) {
    this.entries = entries;
  }

  /// The servers that a list names.
  ///
  /// @throws IllegalArgumentException naming an entry that is none
  public static AllowedServers of(List<String> entries) {
    return new AllowedServers(entries.stream().map(AllowedServers::entry).toList());
  }

  private static Entry entry(String text) {
    Matcher inet = INET.matcher(text);
    if (inet.matches()) {
      return inet(inet.group(1).replaceAll("[\\[\\]]", ""), inet.group(2), text);
    }
    if (text.startsWith("unix:/")) {
      return unix(text);
    }
    throw bad(text);
  }

  private static Entry inet(String host, String port, String text) {
    if (port.equals("*")) {
      return server ->
          server instanceof Server.Inet(String its, int _) && its.equalsIgnoreCase(host);
    }
    if (port.length() > 5 || Integer.parseInt(port) > MOST_PORT) {
      throw bad(text);
    }
    Server only = new Server.Inet(host, Integer.parseInt(port));
    return only::equals;
  }

  private static Entry unix(String text) {
    try {
      Path path = Path.of(text.substring("unix:".length())).normalize();
      if (path.endsWith("*")) {
        Path folder = path.resolveSibling("");
        return server ->
            server instanceof Server.Unix(Path its) && folder.equals(its.resolveSibling(""));
      }
      Server only = new Server.Unix(path);
      return only::equals;
    } catch (InvalidPathException e) {
      throw bad(text);
    }
  }

  private static IllegalArgumentException bad(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is none of inet:HOST:PORT, inet:HOST:*, unix:/PATH, unix:/FOLDER/*");
  }

  /// Whether a node may be a client of `server`.
  boolean allows(Server server) {
    return entries.stream().anyMatch(entry -> entry.covers(server));
  }
}
