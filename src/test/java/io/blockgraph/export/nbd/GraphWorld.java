package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.EngineLimits;
import io.blockgraph.engine.EventLog;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.GraphStore;
import io.blockgraph.engine.Restart;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Topology;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A graph whose nodes are disks in memory, and a server with the exports of it. What is remembered
/// and the disks live as long as the world; the graph and the server can be started anew.
final class GraphWorld implements AutoCloseable {
  private static final DriverName MEMORY = new DriverName("memory");
  private static final int SIZE = 8 << 20;

  private final Map<String, MemoryDisk> disks = new ConcurrentHashMap<>();
  private final Remembered store = new Remembered();
  final EventLog events = new EventLog(Clock.systemUTC(), 1000);
  BlockGraph graph;
  NbdServer server;
  NbdExports exports;
  NbdAddress.Tcp address;

  GraphWorld() {
    start();
  }

  private void start() {
    Opening.Services services = new Opening.Services(new NoFiles(), events, new RealTicker());
    DriverRegistry drivers = new DriverRegistry(List.of(new MemoryDriver()));
    graph = new BlockGraph(drivers, services, store, events, EngineLimits.DEFAULT);
    new Restart(store, services.files()).into(graph);
    server =
        new NbdServer(
            NbdLimits.DEFAULT, Clock.systemUTC(), new ExportNews(events, System::nanoTime));
    address = (NbdAddress.Tcp) server.listen(TestServer.loopback());
    exports = new NbdExports(graph, server);
    exports.resume();
  }

  /// Ends graph and server and starts them from what is remembered.
  void restart() {
    close();
    start();
  }

  /// The disk under a name, which any number of nodes may show.
  MemoryDisk disk(String name) {
    return disks.computeIfAbsent(name, _ -> new MemoryDisk(SIZE));
  }

  /// Adds a node that shows the disk `shows`.
  NodeName node(String name, String shows, NodeSpec.Access access) {
    NodeSpec spec =
        new NodeSpec(
            new NodeName(name),
            MEMORY,
            access,
            NodeSpec.Origin.NAMED,
            Options.NONE.with("shows", shows),
            List.of());
    change(new GraphEdit.AddNode(spec));
    return spec.name();
  }

  /// Makes a change that must succeed.
  void change(GraphEdit... edits) {
    Result<Committed> result = graph.commit(Change.of("test", List.of(edits)));
    if (result instanceof Result.Rejected<Committed> rejected) {
      throw new AssertionError(rejected.reason());
    }
  }

  /// A client in transmission.
  RawClient client(String export) {
    RawClient client = RawClient.connect(address.address()).greet();
    client.go(export);
    return client;
  }

  @Override
  public void close() {
    server.close();
    graph.close();
  }

  private final class MemoryDriver implements Driver, DriverRules {
    @Override
    public DriverName name() {
      return MEMORY;
    }

    @Override
    public OptionSpec options() {
      return new OptionSpec(List.of());
    }

    @Override
    public DriverRules rules() {
      return this;
    }

    @Override
    public Node open(Opening opening) {
      return new MemoryNode(disk(opening.spec().options().text("shows").orElseThrow()));
    }

    @Override
    public boolean isFilter() {
      return false;
    }

    @Override
    public boolean supportsBacking() {
      return false;
    }

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      return Grant.IDLE;
    }
  }

  private record MemoryNode(MemoryDisk disk) implements Node {
    @Override
    public BlockIo bind(Children children) {
      return disk;
    }

    @Override
    public void close(Children children) {
      disk.flush();
    }
  }

  private static final class Remembered implements GraphStore {
    private GraphState decided = new GraphState(0, Topology.EMPTY);

    @Override
    public synchronized Stored load() {
      Topology topology = decided.topology();
      return new Stored(
          decided.revision(),
          List.copyOf(topology.nodes()),
          List.copyOf(topology.users()),
          List.of());
    }

    @Override
    public void lengthening(long intent, NodeName node, long bytes) {
      throw new AssertionError("no transactions here");
    }

    @Override
    public List<OldLength> oldLengths() {
      return List.of();
    }

    @Override
    public synchronized void decide(Decision decision) {
      decided = decision.after();
    }

    @Override
    public synchronized void rewrite(GraphState after, String what) {
      decided = after;
    }

    @Override
    public long intend(String what, List<String> paths) {
      throw new AssertionError("no files are made here: " + paths);
    }

    @Override
    public void created(long intent, String path, String identity) {
      throw new AssertionError("no files are made here: " + path);
    }

    @Override
    public void settleLengths(Set<NodeName> nodes) {
      throw new AssertionError("no lengths were noted: " + nodes);
    }

    @Override
    public void abandon(long intent) {
      throw new AssertionError("nothing was intended: " + intent);
    }
  }

  private static final class NoFiles implements HostFiles {
    @Override
    public HostFile open(String path, Mode mode) {
      throw new AssertionError("no files here: " + path);
    }

    @Override
    public HostFile create(String path) {
      throw new AssertionError("no files here: " + path);
    }

    @Override
    public void requireAbsent(String path) {
      throw new AssertionError("no files here: " + path);
    }

    @Override
    public void delete(String path) {
      throw new AssertionError("no files here: " + path);
    }

    @Override
    public String canonical(String path) {
      throw new AssertionError("no files here: " + path);
    }
  }

  private static final class RealTicker implements Opening.Ticker {
    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public void sleep(long nanos) {
      java.util.concurrent.locks.LockSupport.parkNanos(nanos);
    }
  }
}
