package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.qcow2.CreateOptions;
import io.blockgraph.driver.qcow2.Qcow2Creator;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A graph with a qcow2 image in a file, and a client who reads and writes it.
final class ServedImage implements AutoCloseable {
  static final int MIB = 1 << 20;
  static final NodeName IMAGE = new NodeName("q");
  static final NodeName FILE = new NodeName("f");
  static final String FILENAME = "a.img";

  static final UserId CLIENT = new UserId("client");
  private static final long DISK_BYTES = 64L * MIB;

  final SimulatedHostFiles files = new SimulatedHostFiles();
  final NodeSpec file = spec(FILE, "file", Map.of("filename", FILENAME));
  final NodeSpec image =
      spec(IMAGE, "qcow2", Map.of(), new ChildSpec(ChildName.FILE, Roles.IMAGE, FILE));
  final BlockGraph graph;

  /// @param more drivers beside those of the image
  ServedImage(EngineLimits limits, Driver... more) {
    List<Driver> drivers = new ArrayList<>(List.of(new FileDriver(), new Qcow2Driver()));
    drivers.addAll(List.of(more));
    EventLog events = new EventLog(Clock.systemUTC(), 100);
    graph =
        new BlockGraph(
            new DriverRegistry(drivers),
            new Opening.Services(files, events, new ManualTicker()),
            new MemoryGraphStore(),
            events,
            limits);
    files.create(FILENAME);
    Qcow2Creator.create(files.content(FILENAME), CreateOptions.of(DISK_BYTES));
    Grant grant =
        new Grant(Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE), Permissions.ALL);
    User client =
        new User(
            CLIENT,
            User.Kind.EXPORT,
            List.of(new User.UserEdge(ChildName.ROOT, IMAGE, grant, User.OnSwap.FOLLOW)));
    make(new GraphEdit.AddNode(file), new GraphEdit.AddNode(image), new GraphEdit.AddUser(client));
  }

  static NodeSpec spec(
      NodeName name, String driver, Map<String, Object> options, ChildSpec... children) {
    return new NodeSpec(
        name,
        new DriverName(driver),
        NodeSpec.Access.READ_WRITE,
        NodeSpec.Origin.NAMED,
        new Options(options),
        List.of(children));
  }

  /// Makes a change that must be possible.
  void make(GraphEdit... edits) {
    assertThat(graph.commit(Change.of("make", List.of(edits)))).isInstanceOf(Result.Done.class);
  }

  /// The image as the client sees it.
  BlockIo disk() {
    return graph.disk(CLIENT, ChildName.ROOT).orElseThrow();
  }

  /// The length of the file.
  long fileBytes() {
    return files.content(FILENAME).sizeBytes();
  }

  @Override
  public void close() {
    graph.close();
  }
}
