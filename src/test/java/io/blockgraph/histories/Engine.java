package io.blockgraph.histories;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Secrets;
import io.blockgraph.driver.blkdebug.BlkdebugDriver;
import io.blockgraph.driver.blkverify.BlkverifyDriver;
import io.blockgraph.driver.compress.CompressDriver;
import io.blockgraph.driver.copybeforewrite.CopyBeforeWriteDriver;
import io.blockgraph.driver.copyonread.CopyOnReadDriver;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.internalsnapshot.InternalSnapshotDriver;
import io.blockgraph.driver.luks.LuksDriver;
import io.blockgraph.driver.nulldisk.NullDriver;
import io.blockgraph.driver.preallocate.PreallocateDriver;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.driver.raw.RawDriver;
import io.blockgraph.driver.snapshotaccess.SnapshotAccessDriver;
import io.blockgraph.driver.throttle.ThrottleDriver;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Commands;
import io.blockgraph.engine.DiskAccess;
import io.blockgraph.engine.EngineLimits;
import io.blockgraph.engine.EventLog;
import io.blockgraph.engine.GraphStore;
import io.blockgraph.engine.ImageSnapshots;
import io.blockgraph.engine.Images;
import io.blockgraph.engine.ListedChildren;
import io.blockgraph.engine.MemoryGraphStore;
import io.blockgraph.engine.Nodes;
import io.blockgraph.engine.Resizes;
import io.blockgraph.engine.Restart;
import io.blockgraph.engine.Snapshots;
import io.blockgraph.job.JobLimits;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.MemoryJobStore;
import io.blockgraph.job.backup.BackupGap;
import io.blockgraph.job.backup.BackupTop;
import io.blockgraph.job.commit.ActiveTop;
import io.blockgraph.job.commit.CommitGap;
import io.blockgraph.job.commit.CommitTop;
import io.blockgraph.job.mirror.ActiveMirrors;
import io.blockgraph.job.mirror.MirrorJobs;
import io.blockgraph.job.mirror.MirrorLimits;
import io.blockgraph.job.mirror.MirrorTop;
import io.blockgraph.job.stream.StreamTop;
import io.blockgraph.os.ImageRoots;
import io.blockgraph.store.files.OsHostFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// The parts of the service below HTTP, wired as the service wires them, on a store in memory that
/// outlives a restart. Deadlines are short: whoever waits so long in a history waits for ever.
final class Engine implements AutoCloseable {
  private static final EngineLimits LIMITS = new EngineLimits(15_000, 30_000, 30_000, 100, 200);
  private static final MirrorLimits MIRRORS =
      new MirrorLimits(3, 64 << 10, 32 << 10, 64 << 10, 500, 100, 2_000);

  private final Path images;
  private final ImageRoots roots;
  private final MemoryGraphStore decided = new MemoryGraphStore();
  private final MemoryJobStore jobStore = new MemoryJobStore();
  private final Secrets secrets = secrets();
  private Run run;

  Engine(Path images) {
    this.images = images;
    roots = ImageRoots.open(List.of(images), ImageRoots.Devices.REFUSED);
    run = start();
  }

  /// One life of the service, from its start to its end.
  record Run(Life life, BlockGraph graph, Jobs jobs, MirrorJobs mirrors, Commands commands) {
    Nodes nodes() {
      return new Nodes(graph);
    }

    ListedChildren children() {
      return new ListedChildren(graph);
    }

    Snapshots snapshots() {
      return new Snapshots(graph);
    }

    Images images() {
      return new Images(graph);
    }

    ImageSnapshots imageSnapshots() {
      return new ImageSnapshots(graph, commands, Clock.systemUTC());
    }

    Resizes resizes() {
      return new Resizes(graph, commands);
    }

    DiskAccess access() {
      return new DiskAccess(graph, commands);
    }

    void end() {
      jobs.close();
      graph.close();
    }
  }

  private Run start() {
    ActiveMirrors active = new ActiveMirrors();
    EventLog events = new EventLog(Clock.systemUTC(), LIMITS.eventsKept());
    Life life = new Life();
    HostFiles files = life.files(new OsHostFiles(roots));
    GraphStore store = life.store(decided);
    Opening.Services services = new Opening.Services(files, events, new SystemTicker());
    BlockGraph graph =
        new BlockGraph(new DriverRegistry(drivers(active)), services, store, events, LIMITS);
    new Restart(store, files).into(graph);
    Jobs jobs = new Jobs(life.store(jobStore), events, Clock.systemUTC(), JobLimits.DEFAULT);
    return new Run(
        life, graph, jobs, new MirrorJobs(graph, jobs, active, MIRRORS), new Commands(graph));
  }

  private static Secrets secrets() {
    Secrets secrets = new Secrets(Map.of());
    for (String secret : KeyRings.SECRETS) {
      Secrets.Put put = secrets.put(secret, secret.getBytes(StandardCharsets.UTF_8));
      if (put != Secrets.Put.DONE) {
        throw new IllegalStateException(secret + ": " + put);
      }
    }
    return secrets;
  }

  private List<Driver> drivers(ActiveMirrors active) {
    return List.of(
        new FileDriver(),
        new RawDriver(),
        new LuksDriver(secrets),
        new Qcow2Driver(),
        new NullDriver(),
        new InternalSnapshotDriver(),
        new QuorumDriver(),
        new CopyOnReadDriver(),
        new CopyBeforeWriteDriver(),
        new SnapshotAccessDriver(),
        new CompressDriver(),
        new ThrottleDriver(),
        new PreallocateDriver(),
        new BlkdebugDriver(),
        new BlkverifyDriver(),
        new MirrorTop(active),
        new StreamTop(),
        new BackupTop(),
        new BackupGap(),
        new CommitTop(),
        new ActiveTop(),
        new CommitGap());
  }

  Run run() {
    return run;
  }

  Path images() {
    return images;
  }

  void restart() {
    run.end();
    run = start();
  }

  void kill() {
    run.life().kill();
  }

  /// What is left of the life that was ended has nothing to reach any more; its threads end.
  void rise() {
    try {
      run.end();
    } catch (BlockException | GraphStore.StoreException _) {
      // It cannot write back what it would like to: that is what a kill is.
    }
    run = start();
  }

  @Override
  public void close() {
    try {
      run.end();
    } finally {
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
