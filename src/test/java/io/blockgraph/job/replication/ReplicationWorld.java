package io.blockgraph.job.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.HostFileDisk;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.driver.raw.RawDriver;
import io.blockgraph.driver.throttle.ThrottleDriver;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.EngineLimits;
import io.blockgraph.engine.EventLog;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.MemoryGraphStore;
import io.blockgraph.engine.Restart;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// A real engine over files in memory, with a secondary `c1` over `active`, `hidden` and `sec`; the
/// user `primary` writes to `sec`, the user `vm` uses `c1`.
final class ReplicationWorld implements AutoCloseable {
  static final int SIZE = 512 << 10;
  static final NodeName C1 = new NodeName("c1");

  final SimulatedHostFiles files;
  final MemoryGraphStore store;
  final EventLog events = new EventLog(Clock.systemUTC(), 10_000);
  final BlockGraph graph;
  final Replications replications;
  private final FileDriver file = new FileDriver();
  private final Qcow2Driver qcow2 = new Qcow2Driver();
  private final ReplicationDriver replication = new ReplicationDriver();
  private final List<Driver> more;

  /// A service over files and a graph, both perhaps left by another; it has taken up what it found.
  ReplicationWorld(SimulatedHostFiles files, MemoryGraphStore store, Driver... more) {
    this.files = files;
    this.store = store;
    this.more = List.of(more);
    this.graph =
        new BlockGraph(
            drivers(),
            new Opening.Services(files, events, new SystemTicker()),
            store,
            events,
            EngineLimits.DEFAULT);
    new Restart(store, files).into(graph);
    this.replications = new Replications(graph, Clock.systemUTC());
    replications.resume();
  }

  private DriverRegistry drivers() {
    List<Driver> all = new ArrayList<>(more);
    all.addAll(List.of(file, qcow2, new RawDriver(), new ThrottleDriver()));
    all.addAll(List.of(replication, new ReplicationTop()));
    return new DriverRegistry(all);
  }

  /// Everything is there, `sec` is full of 1, and nothing has begun.
  static ReplicationWorld secondary(Driver... more) {
    return new ReplicationWorld(new SimulatedHostFiles(), new MemoryGraphStore(), more).built();
  }

  private ReplicationWorld built() {
    image("sec", SIZE).image("hidden", SIZE).image("active", SIZE);
    node("sec", Map.of()).node("hidden", Map.of("backing", "sec"));
    node("active", Map.of("backing", "hidden"));
    add(Bench.spec(replication, Map.of("nodeName", "c1", "mode", "secondary", "file", "active")));
    user("primary", "sec");
    user("vm", "c1");
    Content.fill(primary(), 0, SIZE, 1);
    primary().flush();
    return this;
  }

  /// The service as it is after it was killed at this moment and started again.
  ReplicationWorld afterKill() {
    return new ReplicationWorld(files.afterKill(), store.copy());
  }

  ReplicationWorld image(String name, long size) {
    return image(name, Map.of("size", size));
  }

  ReplicationWorld image(String name, Map<String, Object> options) {
    try (var created = files.create(name + ".qcow2")) {
      qcow2.create(new HostFileDisk(created), new Options(options));
      created.sync();
    }
    return this;
  }

  /// A qcow2 node over the image of that name; its file node is called the same with `.file`.
  ReplicationWorld node(String name, Map<String, ?> more) {
    add(Bench.spec(file, Map.of("nodeName", name + ".file", "filename", name + ".qcow2")));
    Map<String, Object> given = new HashMap<>(more);
    given.put("nodeName", name);
    given.put("file", name + ".file");
    return add(Bench.spec(qcow2, given));
  }

  /// A node of a driver of one child.
  ReplicationWorld filter(Driver driver, String name, Map<String, ?> more) {
    Map<String, Object> given = new HashMap<>(more);
    given.put("nodeName", name);
    return add(Bench.spec(driver, given));
  }

  ReplicationWorld add(NodeSpec spec) {
    return edit(new GraphEdit.AddNode(spec));
  }

  ReplicationWorld user(String id, String node) {
    Grant grant =
        new Grant(
            Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE),
            Permissions.ALL.without(Permission.RESIZE));
    return edit(
        new GraphEdit.AddUser(
            new User(
                new UserId(id),
                User.Kind.EXPORT,
                List.of(
                    new User.UserEdge(
                        ChildName.ROOT, new NodeName(node), grant, User.OnSwap.FOLLOW)))));
  }

  ReplicationWorld edit(GraphEdit... edits) {
    assertThat(tryEdit(edits)).isInstanceOf(Result.Done.class);
    return this;
  }

  Result<Committed> tryEdit(GraphEdit... edits) {
    return graph.commit(Change.of("test", List.of(edits)));
  }

  Topology topology() {
    return graph.state().topology();
  }

  GatedDisk primary() {
    return disk("primary");
  }

  GatedDisk vm() {
    return disk("vm");
  }

  GatedDisk disk(String user) {
    return graph.disk(new UserId(user), ChildName.ROOT).orElseThrow();
  }

  byte[] view() {
    return Content.read(vm(), 0, SIZE);
  }

  byte[] latest() {
    return Content.read(primary(), 0, SIZE);
  }

  ReplicationReport report() {
    return ((ReplicationResult.Done<ReplicationReport>) replications.look(C1)).value();
  }

  ReplicationResult<Committed> ask(ReplicationVerb verb, Replications.LostWrites lost) {
    return replications.run(new Replications.Request(C1, verb, lost, Ask.PLAIN));
  }

  ReplicationWorld does(ReplicationVerb verb) {
    ReplicationResult<Committed> result = ask(verb, Replications.LostWrites.REFUSED);
    assertThat(result).isInstanceOf(ReplicationResult.Done.class);
    return this;
  }

  ReplicationRejection refuses(ReplicationVerb verb) {
    long revision = graph.state().revision();
    ReplicationResult<Committed> result = ask(verb, Replications.LostWrites.REFUSED);
    assertThat(result).isInstanceOf(ReplicationResult.Rejected.class);
    assertThat(graph.state().revision()).isEqualTo(revision);
    return ((ReplicationResult.Rejected<Committed>) result).reason();
  }

  ReplicationResult<Committed> plan(ReplicationVerb verb) {
    Ask dry = new Ask(OptionalLong.empty(), Ask.Mode.DRY_RUN);
    return replications.run(
        new Replications.Request(C1, verb, Replications.LostWrites.REFUSED, dry));
  }

  /// Fails unless the three images hold no contradiction.
  void requireSound() {
    for (String name : List.of("sec", "hidden", "active")) {
      var content = files.content(name + ".qcow2");
      var report = qcow2.check(content);
      assertThat(report.corruptions() + report.checkErrors())
          .as("%s: %s", name, report.findings())
          .isZero();
    }
  }

  @Override
  public void close() {
    graph.close();
  }

  private static final class SystemTicker implements Opening.Ticker {
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
