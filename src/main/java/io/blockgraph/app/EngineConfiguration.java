package io.blockgraph.app;

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
import io.blockgraph.driver.file.HostDeviceDriver;
import io.blockgraph.driver.imports.VdiDriver;
import io.blockgraph.driver.imports.VhdxDriver;
import io.blockgraph.driver.imports.VmdkDriver;
import io.blockgraph.driver.imports.VpcDriver;
import io.blockgraph.driver.internalsnapshot.InternalSnapshotDriver;
import io.blockgraph.driver.nulldisk.NullDriver;
import io.blockgraph.driver.preallocate.PreallocateDriver;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.driver.raw.RawDriver;
import io.blockgraph.driver.snapshotaccess.SnapshotAccessDriver;
import io.blockgraph.driver.throttle.ThrottleDriver;
import io.blockgraph.engine.Bitmaps;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Commands;
import io.blockgraph.engine.DiskAccess;
import io.blockgraph.engine.EngineLimits;
import io.blockgraph.engine.EventLog;
import io.blockgraph.engine.Filters;
import io.blockgraph.engine.GraphStore;
import io.blockgraph.engine.Handover;
import io.blockgraph.engine.ImageSnapshots;
import io.blockgraph.engine.Images;
import io.blockgraph.engine.ListedChildren;
import io.blockgraph.engine.Metering;
import io.blockgraph.engine.Nodes;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Resizes;
import io.blockgraph.engine.Restart;
import io.blockgraph.engine.Snapshots;
import io.blockgraph.engine.ThrottleGroups;
import io.blockgraph.engine.Transactions;
import io.blockgraph.engine.WatchedStore;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Refusal;
import io.blockgraph.job.backup.BackupGap;
import io.blockgraph.job.backup.BackupTop;
import io.blockgraph.job.commit.ActiveTop;
import io.blockgraph.job.commit.CommitGap;
import io.blockgraph.job.commit.CommitTop;
import io.blockgraph.job.mirror.ActiveMirrors;
import io.blockgraph.job.mirror.MirrorTop;
import io.blockgraph.job.replication.ReplicationDriver;
import io.blockgraph.job.replication.ReplicationTop;
import io.blockgraph.job.stream.StreamTop;
import io.blockgraph.os.ImageRoots;
import io.blockgraph.store.JdbcGraphHistory;
import io.blockgraph.store.JdbcGraphStore;
import io.blockgraph.store.files.OsHostFiles;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// The graph, its drivers and what it stands on. The graph is brought back before any other bean
/// can ask it something.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({
  BlockgraphSettings.class,
  NbdClientSettings.class,
  HttpClientSettings.class,
  HistorySettings.class,
  SecretSettings.class
})
class EngineConfiguration {

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  HostFiles hostFiles(BlockgraphSettings settings) {
    return new OsHostFiles(ImageRoots.open(settings.imageRoots(), ImageRoots.Devices.REFUSED));
  }

  @Bean
  ActiveMirrors activeMirrors() {
    return new ActiveMirrors();
  }

  @Bean
  QuorumThreads quorumThreads(EngineLimits limits) {
    return new QuorumThreads(limits.stack());
  }

  @Bean
  InflateThreads inflateThreads() {
    return new InflateThreads();
  }

  @Bean
  RemoteDrivers remoteDrivers(NbdClientSettings nbd, HttpClientSettings http, Secrets secrets) {
    return new RemoteDrivers(nbd, http, secrets);
  }

  @Bean
  Secrets secrets(SecretSettings settings) {
    return new Secrets(settings.secrets());
  }

  @Bean
  DriverRegistry driverRegistry(
      ActiveMirrors mirrors,
      QuorumThreads threads,
      InflateThreads inflating,
      BlockgraphSettings settings,
      RemoteDrivers remote) {
    List<Driver> drivers = new ArrayList<>(remote.all());
    drivers.addAll(
        List.of(
            new FileDriver(),
            new HostDeviceDriver(devices(settings.deviceRoots())),
            new RawDriver(),
            new Qcow2Driver(inflating.executor()),
            new NullDriver(),
            new QuorumDriver(threads.executor(), QuorumDriver.Together.WHERE_IT_PAYS),
            new CopyOnReadDriver(),
            new CompressDriver(),
            new CopyBeforeWriteDriver(),
            new SnapshotAccessDriver(),
            new ThrottleDriver(),
            new PreallocateDriver(),
            new BlkdebugDriver(),
            new BlkverifyDriver(),
            new InternalSnapshotDriver(),
            new VdiDriver(),
            new VpcDriver(),
            new VhdxDriver(),
            new VmdkDriver(),
            new MirrorTop(mirrors),
            new StreamTop(),
            new BackupTop(),
            new BackupGap(),
            new CommitTop(),
            new ActiveTop(),
            new CommitGap(),
            new ReplicationDriver(),
            new ReplicationTop()));
    return new DriverRegistry(drivers);
  }

  private static Optional<HostFiles> devices(List<Path> roots) {
    return roots.isEmpty()
        ? Optional.empty()
        : Optional.of(new OsHostFiles(ImageRoots.open(roots, ImageRoots.Devices.ONLY)));
  }

  @Bean
  EventLog eventLog(Clock clock, EngineLimits limits) {
    return new EventLog(clock, limits.eventsKept());
  }

  @Bean
  TransactionTemplate durably(PlatformTransactionManager transactions) {
    return new TransactionTemplate(transactions);
  }

  @Bean
  JdbcGraphHistory graphHistory(
      JdbcClient jdbc, TransactionTemplate durably, Clock clock, HistorySettings settings) {
    return new JdbcGraphHistory(jdbc, durably, clock, settings.limits());
  }

  @Bean
  WatchedStore graphStore(
      JdbcClient jdbc, TransactionTemplate durably, Clock clock, JdbcGraphHistory history) {
    return new WatchedStore(new JdbcGraphStore(jdbc, durably, clock, history), clock);
  }

  @Bean
  EngineLimits engineLimits(BlockgraphSettings settings) {
    int depth = settings.maxDepth();
    if (!EngineLimits.isPossible(depth)) {
      throw new BadSetting("blockgraph.max-depth", EngineLimits.impossible(depth));
    }
    return EngineLimits.DEFAULT.withMaxDepth(depth);
  }

  @Bean
  BlockGraph blockGraph(
      DriverRegistry drivers,
      HostFiles files,
      GraphStore store,
      EventLog events,
      EngineLimits limits) {
    Opening.Services services = new Opening.Services(files, events, new MonotonicTicker());
    BlockGraph graph = new BlockGraph(drivers, services, store, events, limits);
    try {
      new Restart(store, files).into(graph);
    } catch (Restart.Impossible e) {
      if (e.reason() instanceof Rejection.RuleBroken(Refusal.TooDeep(NodeName node, int limit))) {
        throw new BadSetting(
            "blockgraph.max-depth",
            "the chain below node '"
                + node
                + "' has more than "
                + limit
                + " nodes; it was made when more were allowed");
      }
      throw e;
    }
    return graph;
  }

  @Bean
  Commands commands(BlockGraph graph) {
    return new Commands(graph);
  }

  @Bean
  Nodes nodes(BlockGraph graph) {
    return new Nodes(graph);
  }

  @Bean
  Transactions transactions(BlockGraph graph) {
    return new Transactions(graph);
  }

  @Bean
  ListedChildren listedChildren(BlockGraph graph) {
    return new ListedChildren(graph);
  }

  @Bean
  Filters filters(BlockGraph graph) {
    return new Filters(graph);
  }

  @Bean
  Snapshots snapshots(BlockGraph graph) {
    return new Snapshots(graph);
  }

  @Bean
  Bitmaps bitmaps(BlockGraph graph) {
    return new Bitmaps(graph);
  }

  @Bean
  Resizes resizes(BlockGraph graph, Commands commands) {
    return new Resizes(graph, commands);
  }

  @Bean
  ImageSnapshots imageSnapshots(BlockGraph graph, Commands commands, Clock clock) {
    return new ImageSnapshots(graph, commands, clock);
  }

  @Bean
  Handover handover(BlockGraph graph) {
    return new Handover(graph);
  }

  @Bean
  DiskAccess diskAccess(BlockGraph graph, Commands commands) {
    return new DiskAccess(graph, commands);
  }

  @Bean
  ThrottleGroups throttleGroups(BlockGraph graph) {
    return new ThrottleGroups(graph);
  }

  @Bean
  Metering metering(BlockGraph graph) {
    return new Metering(graph);
  }

  @Bean
  Images images(BlockGraph graph) {
    return new Images(graph);
  }
}
