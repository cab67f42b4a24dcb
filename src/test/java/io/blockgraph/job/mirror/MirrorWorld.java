package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.Opening;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.EngineLimits;
import io.blockgraph.engine.EventLog;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.MemoryGraphStore;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Restart;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobLimits;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.MemoryJobStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/// A real engine with real jobs over disks in memory, and short words for tests.
final class MirrorWorld implements AutoCloseable {
  static final long SIZE = 4 << 20;
  static final JobId JOB = new JobId("m");
  static final MirrorLimits LIMITS =
      new MirrorLimits(4, 256 << 10, 256 << 10, 512 << 10, 2_000, 200, 2_000);
  private static final long WAIT_MS = 60_000;

  final TestDrivers drivers = new TestDrivers();
  final ActiveMirrors mirrors = new ActiveMirrors();
  final MemoryGraphStore store = new MemoryGraphStore();
  final MemoryJobStore jobStore = new MemoryJobStore();
  final EventLog events = new EventLog(Clock.systemUTC(), 100_000);
  final BlockGraph graph;
  final Jobs jobs;
  final MirrorJobs mirror;

  MirrorWorld() {
    this(new NoFiles(), List.of());
  }

  /// A world with files of the host, and more drivers.
  MirrorWorld(HostFiles files, List<? extends Driver> more) {
    List<Driver> all = new ArrayList<>(drivers.all());
    all.addAll(more);
    all.add(new MirrorTop(mirrors));
    graph =
        new BlockGraph(
            new DriverRegistry(all),
            new Opening.Services(files, events, new SystemTicker()),
            store,
            events,
            EngineLimits.DEFAULT);
    jobs = new Jobs(jobStore, events, Clock.systemUTC(), JobLimits.DEFAULT);
    mirror = new MirrorJobs(graph, jobs, mirrors, LIMITS);
  }

  /// The graph as another run of the service finds it after a crash at this moment.
  BlockGraph afterCrash() {
    NoFiles none = new NoFiles();
    Opening.Services services = new Opening.Services(none, events, new SystemTicker());
    BlockGraph again =
        new BlockGraph(graph.drivers(), services, store, events, EngineLimits.DEFAULT);
    new Restart(store, none).into(again);
    return again;
  }

  // ---- building

  MirrorWorld disk(String... names) {
    for (String name : names) {
      disk(name, SIZE);
    }
    return this;
  }

  MirrorWorld disk(String name, long size) {
    return add(spec(name, TestDrivers.MEMORY, Options.NONE.with("size", size), List.of()));
  }

  MirrorWorld overlay(String name, String backing) {
    return add(
        spec(
            name,
            TestDrivers.OVERLAY,
            Options.NONE.with("size", SIZE),
            List.of(new ChildSpec(ChildName.BACKING, Roles.BACKING, new NodeName(backing)))));
  }

  MirrorWorld pass(String name, String below) {
    return add(
        spec(
            name,
            TestDrivers.PASS,
            Options.NONE,
            List.of(new ChildSpec(ChildName.FILE, Roles.FILTER, new NodeName(below)))));
  }

  MirrorWorld votes(String name, String... children) {
    List<ChildSpec> specs = new ArrayList<>();
    for (String child : children) {
      specs.add(
          new ChildSpec(ChildName.indexed(specs.size()), Roles.of(Role.DATA), new NodeName(child)));
    }
    return add(spec(name, TestDrivers.VOTES, Options.NONE, specs));
  }

  static NodeSpec spec(String name, DriverName driver, Options options, List<ChildSpec> children) {
    return new NodeSpec(
        new NodeName(name),
        driver,
        NodeSpec.Access.READ_WRITE,
        NodeSpec.Origin.NAMED,
        options,
        children);
  }

  MirrorWorld add(NodeSpec spec) {
    return edit(new GraphEdit.AddNode(spec));
  }

  MirrorWorld edit(GraphEdit... edits) {
    assertThat(graph.commit(Change.of("test", List.of(edits)))).isInstanceOf(Result.Done.class);
    return this;
  }

  Result<Committed> tryEdit(GraphEdit... edits) {
    return graph.commit(Change.of("test", List.of(edits)));
  }

  /// A client that reads and writes `node`.
  GatedDisk writer(String id, String node) {
    edit(new GraphEdit.AddUser(user(id, node, Permission.CONSISTENT_READ, Permission.WRITE)));
    return graph.disk(new UserId(id), ChildName.ROOT).orElseThrow();
  }

  GatedDisk reader(String id, String node) {
    edit(new GraphEdit.AddUser(user(id, node, Permission.CONSISTENT_READ)));
    return graph.disk(new UserId(id), ChildName.ROOT).orElseThrow();
  }

  static User user(String id, String node, Permission... takes) {
    Grant grant = new Grant(Permissions.of(takes), Permissions.ALL.without(Permission.RESIZE));
    return new User(
        new UserId(id),
        User.Kind.EXPORT,
        List.of(new User.UserEdge(ChildName.ROOT, new NodeName(node), grant, User.OnSwap.FOLLOW)));
  }

  // ---- mirroring

  static MirrorRequest request(String source, String target) {
    return request(source, target, SyncMode.FULL);
  }

  /// The same, saying that a copy that does not hold everything is meant.
  static MirrorRequest partial(MirrorRequest request) {
    MirrorRequest.Disks disks = request.disks();
    MirrorRequest.Replacing meant =
        new MirrorRequest.Replacing(
            disks.replacing().replaces(),
            disks.replacing().otherParents(),
            MirrorRequest.PartialData.ACCEPTED);
    return new MirrorRequest(
        request.id(),
        new MirrorRequest.Disks(disks.source(), disks.target(), disks.sync(), meant),
        request.copying(),
        request.errors(),
        request.ending(),
        request.filter());
  }

  /// The same, copying one chunk, and the next one tomorrow.
  static MirrorRequest slowest(MirrorRequest request) {
    MirrorRequest.Copying plain = request.copying();
    MirrorRequest.Copying slow =
        new MirrorRequest.Copying(
            plain.mode(),
            plain.granularityBytes(),
            plain.bufferBytes(),
            1,
            plain.zeroes(),
            plain.verify());
    return new MirrorRequest(
        request.id(), request.disks(), slow, request.errors(), request.ending(), request.filter());
  }

  static MirrorRequest request(String source, String target, SyncMode sync) {
    return MirrorRequest.of(
        JOB,
        new MirrorRequest.Disks(
            new NodeName(source), new NodeName(target), sync, MirrorRequest.Replacing.SOURCE));
  }

  JobRecord start(MirrorRequest request) {
    JobResult<JobRecord> result = mirror.start(request);
    assertThat(result).isInstanceOf(JobResult.Done.class);
    return ((JobResult.Done<JobRecord>) result).value();
  }

  JobRejection refused(MirrorRequest request) {
    long revision = graph.state().revision();
    JobResult<JobRecord> result = mirror.start(request);
    assertThat(result).isInstanceOf(JobResult.Rejected.class);
    assertThat(graph.state().revision()).isEqualTo(revision);
    return ((JobResult.Rejected<JobRecord>) result).reason();
  }

  /// The refusal of the graph's rules in the answer to `request`.
  io.blockgraph.graph.Refusal ruled(MirrorRequest request) {
    JobRejection.Graph rejection = (JobRejection.Graph) refused(request);
    return ((Rejection.RuleBroken) rejection.rejection()).refusal();
  }

  JobRecord await(JobStatus status) {
    return await(JOB, status);
  }

  JobRecord await(JobId job, JobStatus status) {
    JobRecord record =
        jobs.await(job, now -> now.status() == status || now.isOver(), WAIT_MS).orElseThrow();
    assertThat(record.status()).as("%s", record).isEqualTo(status);
    return record;
  }

  JobRecord complete() {
    await(JobStatus.READY);
    assertThat(jobs.complete(JOB)).isInstanceOf(JobResult.Done.class);
    return await(JobStatus.CONCLUDED);
  }

  // ---- looking

  String child(String edge) {
    return graph.state().topology().edge(new EdgeId(edge)).map(Edge::child).orElseThrow().value();
  }

  boolean has(String node) {
    return graph.state().topology().node(new NodeName(node)).isPresent();
  }

  byte[] bytes(String node) {
    return drivers.disk(node).memory().content(0, (int) drivers.disk(node).sizeBytes());
  }

  void assertEqual(String one, String other) {
    assertThat(java.util.Arrays.mismatch(bytes(one), bytes(other)))
        .as("first difference of %s and %s", one, other)
        .isEqualTo(-1);
  }

  /// No trace of a job is left in the graph.
  void assertNoJobInGraph() {
    assertThat(graph.state().topology().nodes())
        .noneMatch(node -> node.origin() == NodeSpec.Origin.IMPLICIT);
    assertThat(graph.state().topology().users()).noneMatch(user -> user.kind() == User.Kind.JOB);
  }

  static void write(BlockIo disk, long offset, byte[] data) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(Math.max(1, data.length));
      MemorySegment.copy(data, 0, segment, ValueLayout.JAVA_BYTE, 0, data.length);
      disk.write(offset, segment.asSlice(0, data.length));
    }
  }

  static byte[] read(BlockIo disk, long offset, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(Math.max(1, length));
      disk.read(offset, segment.asSlice(0, length));
      return segment.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  static void fill(BlockIo disk, long offset, long length, int value) {
    byte[] data = new byte[(int) length];
    java.util.Arrays.fill(data, (byte) value);
    write(disk, offset, data);
  }

  /// Writes to a disk below the graph, before anything is mirrored.
  void fill(String node, int value) {
    fill(drivers.disk(node).memory(), 0, drivers.disk(node).sizeBytes(), value);
  }

  @Override
  public void close() {
    jobs.close();
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

  /// These tests need no files of the host.
  private static final class NoFiles implements HostFiles {
    @Override
    public HostFile open(String path, Mode mode) {
      throw new IllegalStateException("no files here");
    }

    @Override
    public HostFile create(String path) {
      throw new IllegalStateException("no files here");
    }

    @Override
    public void requireAbsent(String path) {
      throw new IllegalStateException("no files here");
    }

    @Override
    public void delete(String path) {
      throw new IllegalStateException("no files here");
    }

    @Override
    public String canonical(String path) {
      throw new IllegalStateException("no files here");
    }
  }
}
