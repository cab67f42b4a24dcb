package io.blockgraph.job.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.blkdebug.BlkdebugDriver;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.driver.raw.RawDriver;
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
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
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
import io.blockgraph.os.ImageRoots;
import io.blockgraph.store.files.OsHostFiles;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// A real engine with real jobs over chains of real images, each behind a blkdebug filter that can
/// let it fail; QEMU's tools make the images and judge them.
public final class ChainWorld implements AutoCloseable {
  /// The length of a disk.
  public static final long SIZE = 4 << 20;

  /// The job of most tests.
  public static final JobId JOB = new JobId("j");

  private static final long WAIT_MS = 60_000;
  private static final Driver FILE = new FileDriver();
  private static final Driver QCOW2 = new Qcow2Driver();
  private static final Driver RAW = new RawDriver();
  private static final Driver BLKDEBUG = new BlkdebugDriver();

  private final Path directory;
  private final ImageRoots roots;
  private final OsHostFiles files;
  private final DriverRegistry drivers;
  private MemoryGraphStore store = new MemoryGraphStore();
  private final EventLog events = new EventLog(Clock.systemUTC(), 100_000);
  private BlockGraph graph;
  private Jobs jobs;
  private boolean closed;

  /// A world with its images in `directory`, and with the filters of jobs.
  public ChainWorld(Path directory, Driver... more) {
    this.directory = directory;
    this.roots = ImageRoots.open(List.of(directory), ImageRoots.Devices.REFUSED);
    this.files = new OsHostFiles(roots);
    List<Driver> all = new ArrayList<>(List.of(FILE, QCOW2, RAW, BLKDEBUG));
    all.addAll(List.of(more));
    this.drivers = new DriverRegistry(all);
    this.graph = newGraph();
    this.jobs = newJobs();
  }

  private BlockGraph newGraph() {
    return new BlockGraph(
        drivers,
        new Opening.Services(files, events, new SystemTicker()),
        store,
        events,
        EngineLimits.DEFAULT);
  }

  private Jobs newJobs() {
    return new Jobs(new MemoryJobStore(), events, Clock.systemUTC(), JobLimits.DEFAULT);
  }

  /// The graph of this run.
  public BlockGraph graph() {
    return graph;
  }

  /// The jobs of this run.
  public Jobs jobs() {
    return jobs;
  }

  /// What is remembered of the graph.
  public MemoryGraphStore store() {
    return store;
  }

  /// The next run of the service, which finds remembered what this one had remembered right now.
  public void restartFromNow() {
    MemoryGraphStore remembered = store.copy();
    jobs.close();
    graph.close();
    store = remembered;
    graph = newGraph();
    new Restart(store, files).into(graph);
    jobs = newJobs();
  }

  // ---- building

  /// The image of a node.
  public Path image(String name) {
    return directory.resolve(name + ".img");
  }

  /// A chain of qcow2 images from the bottom up, each of which names the one below.
  public ChainWorld images(String... names) {
    for (int i = 0; i < names.length; i++) {
      image(names[i], i == 0 ? null : names[i - 1], SIZE);
    }
    return this;
  }

  /// A qcow2 image, perhaps over another.
  public ChainWorld image(String name, @org.jspecify.annotations.Nullable String below, long size) {
    return image(name, below, size, Map.of());
  }

  /// The same, with more to say about the image.
  public ChainWorld image(
      String name,
      @org.jspecify.annotations.Nullable String below,
      long size,
      Map<String, String> kind) {
    Map<String, String> options = new HashMap<>(kind);
    if (below != null) {
      options.put("backing_file", image(below).getFileName().toString());
      options.put("backing_fmt", "qcow2");
    }
    QemuImg.create(image(name), size, options);
    return this;
  }

  /// Fills a range of an image that is not open.
  public ChainWorld fill(String name, int pattern, long offset, long length) {
    QemuIo.run(image(name), "qcow2", QemuIo.write(pattern, offset, length));
    return this;
  }

  /// Zeroes a range of an image that is not open.
  public ChainWorld zero(String name, long offset, long length) {
    QemuIo.run(image(name), "qcow2", QemuIo.zero(offset, length));
    return this;
  }

  /// Opens a chain of images from the bottom up; all but the last one read-only.
  public ChainWorld open(String... names) {
    for (int i = 0; i < names.length; i++) {
      boolean last = i == names.length - 1;
      open(names[i], i == 0 ? null : names[i - 1], last);
    }
    return this;
  }

  /// Opens one image.
  public ChainWorld open(
      String name, @org.jspecify.annotations.Nullable String below, boolean writable) {
    boolean readOnly = !writable;
    GraphEdit file =
        adding(
            FILE,
            Map.of(
                "nodeName",
                name + "-file",
                "filename",
                image(name).toString(),
                "readOnly",
                readOnly));
    GraphEdit debug =
        adding(
            BLKDEBUG,
            Map.of("nodeName", name + "-debug", "file", name + "-file", "readOnly", readOnly));
    Map<String, Object> options =
        new HashMap<>(Map.of("nodeName", name, "file", name + "-debug", "readOnly", readOnly));
    if (below != null) {
      options.put("backing", below);
    }
    return edit(file, debug, adding(QCOW2, options));
  }

  /// Files and their filters come inline, so that they are as writable as the image.
  private static GraphEdit adding(Driver driver, Map<String, Object> options) {
    NodeSpec spec = Bench.spec(driver, options);
    NodeSpec.Origin origin = driver.equals(QCOW2) ? NodeSpec.Origin.NAMED : NodeSpec.Origin.INLINE;
    return new GraphEdit.AddNode(
        new NodeSpec(
            spec.name(), spec.driver(), spec.access(), origin, spec.options(), spec.children()));
  }

  /// Puts a filter between `parent` and its child `below`.
  public ChainWorld filter(String name, String below, String parent, ChildName edge) {
    return between(
        Bench.spec(BLKDEBUG, Map.of("nodeName", name, "file", below)), below, parent, edge);
  }

  /// Puts a filter that answers late between `parent` and its child `below`.
  public ChainWorld slow(String name, String below, String parent, ChildName edge) {
    Driver slow = new SlowDriver();
    return between(Bench.spec(slow, Map.of("nodeName", name, "file", below)), below, parent, edge);
  }

  private ChainWorld between(NodeSpec spec, String below, String parent, ChildName edge) {
    NodeSpec.Access access = topology().node(new NodeName(below)).orElseThrow().access();
    return edit(
        new GraphEdit.AddNode(spec.withAccess(access)),
        new GraphEdit.ReplaceChild(new NodeName(parent), edge, spec.name()));
  }

  /// Lets requests to the file of an image fail.
  public ChainWorld failing(String name, Map<String, Object> fault) {
    return debug(name, List.of(fault));
  }

  /// Lets them succeed again.
  public ChainWorld healed(String name) {
    return debug(name, List.of());
  }

  private ChainWorld debug(String name, List<Map<String, Object>> faults) {
    NodeName node = new NodeName(name + "-debug");
    NodeSpec spec = topology().node(node).orElseThrow();
    return edit(new GraphEdit.SetOptions(node, spec.options().with("injectError", faults)));
  }

  /// Makes a change.
  public ChainWorld edit(GraphEdit... edits) {
    assertThat(graph.commit(Change.of("test", List.of(edits)))).isInstanceOf(Result.Done.class);
    return this;
  }

  /// Tries a change; answers the refusal.
  public Refusal refusedEdit(GraphEdit... edits) {
    Result<Committed> result = graph.commit(Change.of("test", List.of(edits)));
    assertThat(result).isInstanceOf(Result.Rejected.class);
    Rejection reason = ((Result.Rejected<Committed>) result).reason();
    return ((Rejection.RuleBroken) reason).refusal();
  }

  /// A client that reads and writes a node.
  public GatedDisk writer(String id, String node) {
    return user(id, node, Permission.CONSISTENT_READ, Permission.WRITE);
  }

  /// A client that reads a node.
  public GatedDisk reader(String id, String node) {
    return user(id, node, Permission.CONSISTENT_READ);
  }

  private GatedDisk user(String id, String node, Permission... takes) {
    edit(adding(id, graph.wayIn(new NodeName(node)).value(), takes));
    return disk(id);
  }

  /// The edit that lets a client write to this very node.
  public GraphEdit addingWriter(String id, String node) {
    return adding(id, node, Permission.CONSISTENT_READ, Permission.WRITE);
  }

  private static GraphEdit adding(String id, String node, Permission... takes) {
    Grant grant = new Grant(Permissions.of(takes), Permissions.ALL.without(Permission.RESIZE));
    User.UserEdge root =
        new User.UserEdge(ChildName.ROOT, new NodeName(node), grant, User.OnSwap.FOLLOW);
    return new GraphEdit.AddUser(new User(new UserId(id), User.Kind.EXPORT, List.of(root)));
  }

  /// The disk of a client.
  public GatedDisk disk(String id) {
    return graph.disk(new UserId(id), ChildName.ROOT).orElseThrow();
  }

  // ---- jobs

  /// The job that was started.
  public JobRecord started(JobResult<JobRecord> result) {
    assertThat(result).isInstanceOf(JobResult.Done.class);
    return ((JobResult.Done<JobRecord>) result).value();
  }

  /// Why a job did not start.
  public JobRejection rejected(JobResult<JobRecord> result) {
    assertThat(result).isInstanceOf(JobResult.Rejected.class);
    return ((JobResult.Rejected<JobRecord>) result).reason();
  }

  /// The rule of the graph that a job did not start for.
  public Refusal ruled(JobResult<JobRecord> result) {
    JobRejection.Graph rejection = (JobRejection.Graph) rejected(result);
    return ((Rejection.RuleBroken) rejection.rejection()).refusal();
  }

  /// Waits until the job stands so.
  public JobRecord await(JobId job, JobStatus status) {
    JobRecord record =
        jobs.await(job, now -> now.status() == status || now.isOver(), WAIT_MS).orElseThrow();
    assertThat(record.status()).as("%s", record).isEqualTo(status);
    return record;
  }

  /// Waits until the job has its result.
  public JobRecord succeeded(JobId job) {
    JobRecord record = await(job, JobStatus.CONCLUDED);
    assertThat(record.error()).isEmpty();
    return record;
  }

  // ---- looking

  /// The graph now.
  public Topology topology() {
    return graph.state().topology();
  }

  /// Where an edge leads; empty when there is none.
  public String child(String edge) {
    return topology().edge(new EdgeId(edge)).map(Edge::child).map(NodeName::value).orElse("");
  }

  /// Whether a node is read-only.
  public boolean isReadOnly(String node) {
    return topology().node(new NodeName(node)).orElseThrow().readOnly();
  }

  /// No trace of a job is left in the graph.
  public void assertNoJobInGraph() {
    assertThat(topology().nodes()).noneMatch(node -> node.origin() == NodeSpec.Origin.IMPLICIT);
    assertThat(topology().users()).noneMatch(user -> user.kind() == User.Kind.JOB);
    assertThat(topology().edges()).noneMatch(edge -> edge.frozenBy().isPresent());
  }

  /// What `qemu-img` sees in a chain of files once everything is closed.
  public void closeAndCheck(String... names) {
    close();
    for (String name : names) {
      QemuImg.assertClean(image(name));
    }
  }

  /// The names of backing files in the images from `name` down, as qemu-img follows them.
  public List<String> backingChain(String name) {
    List<String> chain = new ArrayList<>();
    QemuImg.run("info", "-U", "--backing-chain", "--output=json", image(name).toString())
        .ok()
        .json()
        .forEach(
            info ->
                chain.add(
                    Path.of(info.path("filename").asString())
                        .getFileName()
                        .toString()
                        .replace(".img", "")));
    return chain;
  }

  /// All bytes of a disk.
  public static byte[] content(BlockIo disk) {
    return read(disk, 0, (int) SIZE);
  }

  /// Writes bytes.
  public static void write(BlockIo disk, long offset, byte[] data) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(Math.max(1, data.length));
      MemorySegment.copy(data, 0, segment, ValueLayout.JAVA_BYTE, 0, data.length);
      disk.write(offset, segment.asSlice(0, data.length));
    }
  }

  /// Reads bytes.
  public static byte[] read(BlockIo disk, long offset, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(Math.max(1, length));
      disk.read(offset, segment.asSlice(0, length));
      return segment.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /// Zeroes a range.
  public static void zero(GatedDisk disk, long offset, long length) {
    disk.zero(new ByteRange(offset, length), io.blockgraph.block.Zeroable.Mode.MAY_UNMAP);
  }

  /// A second time does nothing.
  @Override
  public void close() {
    jobs.close();
    graph.close();
    if (!closed) {
      closed = true;
      roots.close();
    }
  }

  private static final class SystemTicker implements Opening.Ticker {
    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public void sleep(long nanos) {
      LockSupport.parkNanos(nanos);
    }
  }
}
