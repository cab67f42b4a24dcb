package io.blockgraph.bench.scale;

import io.blockgraph.strangers.StorageDaemon;
import java.io.IOException;
import java.nio.file.Path;

/// The storage daemon over QMP, by a monitor of its own.
final class DaemonSide implements Side, AutoCloseable {
  private final StorageDaemon daemon;
  private final QmpLine line;

  DaemonSide(Path folder) throws IOException {
    Path socket = folder.resolve("measured.sock");
    this.daemon =
        StorageDaemon.start(
            folder,
            "--chardev",
            "socket,id=measured,server=on,wait=off,path=" + socket,
            "--monitor",
            "chardev=measured");
    this.line = new QmpLine(socket);
  }

  @Override
  public void addNull(String node) throws IOException {
    add("\"driver\":\"null-co\",\"size\":1048576", node);
  }

  @Override
  public void addRaw(String node, String below) throws IOException {
    add("\"driver\":\"raw\",\"file\":\"" + below + "\"", node);
  }

  @Override
  public void remove(String node) throws IOException {
    execute("blockdev-del", "\"node-name\":\"" + node + "\"");
  }

  @Override
  public int list() throws IOException {
    return execute("query-named-block-nodes", "\"flat\":true");
  }

  @Override
  public void addImage(String node, Path file) throws IOException {
    add(
        "\"driver\":\"qcow2\",\"backing\":null,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}"
            .formatted(file),
        node);
  }

  @Override
  public void snapshot(String node, String overlay) throws IOException {
    execute("blockdev-snapshot", "\"node\":\"%s\",\"overlay\":\"%s\"".formatted(node, overlay));
  }

  /// Serves a node over NBD, read-only, under its own name.
  void serve(String node) throws IOException {
    execute(
        "block-export-add",
        "\"type\":\"nbd\",\"id\":\"%1$s\",\"node-name\":\"%1$s\"".formatted(node));
  }

  /// Serves NBD at `socket` from now on.
  void listen(Path socket) throws IOException {
    execute(
        "nbd-server-start",
        "\"addr\":{\"type\":\"unix\",\"data\":{\"path\":\"%s\"}}".formatted(socket));
  }

  private void add(String options, String node) throws IOException {
    execute("blockdev-add", options + ",\"node-name\":\"" + node + "\"");
  }

  private int execute(String command, String arguments) throws IOException {
    return line.ask("{\"execute\":\"%s\",\"arguments\":{%s}}".formatted(command, arguments));
  }

  @Override
  public long pid() {
    return daemon.pid();
  }

  @Override
  public void close() throws IOException {
    line.close();
    daemon.close();
  }
}
