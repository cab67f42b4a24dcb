package io.blockgraph.driver;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.NodeRequest.ChildRequest;
import io.blockgraph.driver.NodeRequest.Target;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.os.ImageRoots;
import io.blockgraph.store.files.OsHostFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A place to open single nodes in, without an engine: real files in a directory of its own, a
/// clock by hand, and events that can be looked at. Closes the nodes it opened.
public final class Bench implements AutoCloseable {
  /// What a writer takes and shares.
  public static final Grant WRITER =
      new Grant(
          Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE),
          Permissions.ALL.without(Permission.RESIZE));

  private final Path directory;
  private final ImageRoots roots;
  private final RecordedEvents events = new RecordedEvents();
  private final ManualTicker ticker = new ManualTicker();
  private final Deque<Opened> open = new ArrayDeque<>();

  /// An empty bench with a new directory.
  public Bench() {
    try {
      directory = Files.createTempDirectory("blockgraph-bench").toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    roots = ImageRoots.open(List.of(directory), ImageRoots.Devices.REFUSED);
  }

  /// An open node and a view of it.
  public record Opened(NodeSpec spec, Node node, Children children, BlockIo disk) {}

  /// The image root.
  public Path directory() {
    return directory;
  }

  /// What nodes told.
  public RecordedEvents events() {
    return events;
  }

  /// The clock of the nodes.
  public ManualTicker ticker() {
    return ticker;
  }

  /// The world of the nodes.
  public Opening.Services services() {
    return new Opening.Services(new OsHostFiles(roots), events, ticker);
  }

  /// The specification that comes of a request.
  public static NodeSpec spec(Driver driver, Map<String, ?> given) {
    Map<String, Object> named =
        new LinkedHashMap<>(Map.of("nodeName", "n", "driver", driver.name().value()));
    named.putAll(given);
    return switch (new RequestValidator(new DriverRegistry(List.of(driver))).node(named)) {
      case Checked.Valid<NodeRequest>(NodeRequest request) -> spec(request);
      case Checked.Invalid<NodeRequest>(List<OptionProblem> problems) ->
          throw new IllegalArgumentException(problems.toString());
    };
  }

  private static NodeSpec spec(NodeRequest request) {
    return new NodeSpec(
        request.name().orElseThrow(),
        request.driver(),
        request.access(),
        NodeSpec.Origin.NAMED,
        request.options(),
        request.children().stream().map(Bench::child).toList());
  }

  private static ChildSpec child(ChildRequest child) {
    NodeName node = ((Target.Reference) child.target()).node();
    return new ChildSpec(child.name(), child.roles(), node);
  }

  /// Opens a node for a writer; children are given by the names the request gives them.
  public Opened open(Driver driver, Map<String, ?> given, Map<String, ? extends BlockIo> disks) {
    return open(driver, spec(driver, given), disks, WRITER);
  }

  /// Opens a node.
  public Opened open(
      Driver driver, NodeSpec spec, Map<String, ? extends BlockIo> disks, Grant grant) {
    Map<ChildName, BlockIo> byName = new LinkedHashMap<>();
    spec.children().forEach(child -> byName.put(child.name(), disks.get(child.node().value())));
    Children children = new Children(byName);
    Node node = driver.open(new Opening(spec, grant, children, services()));
    Opened opened = new Opened(spec, node, children, node.bind(children));
    open.push(opened);
    return opened;
  }

  /// Closes a node before its time.
  public void close(Opened opened) {
    open.remove(opened);
    opened.node().close(opened.children());
  }

  /// Closes all nodes, the last one opened first.
  public void closeNodes() {
    open.forEach(opened -> opened.node().close(opened.children()));
    open.clear();
  }

  @Override
  public void close() {
    closeNodes();
    roots.close();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
