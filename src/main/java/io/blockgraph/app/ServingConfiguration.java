package io.blockgraph.app;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.EngineLimits;
import io.blockgraph.engine.EventLog;
import io.blockgraph.engine.Images;
import io.blockgraph.export.nbd.ExportNews;
import io.blockgraph.export.nbd.NbdExports;
import io.blockgraph.export.nbd.NbdLimits;
import io.blockgraph.export.nbd.NbdServer;
import io.blockgraph.job.JobLimits;
import io.blockgraph.job.JobStore;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.amend.AmendJobs;
import io.blockgraph.job.backup.BackupJobs;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.commit.CommitJobs;
import io.blockgraph.job.commit.CommitRequest;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.create.CreateJobs;
import io.blockgraph.job.mirror.ActiveMirrors;
import io.blockgraph.job.mirror.MirrorJobs;
import io.blockgraph.job.mirror.MirrorLimits;
import io.blockgraph.job.replication.Replications;
import io.blockgraph.job.stream.StreamJobs;
import io.blockgraph.job.stream.StreamRequest;
import io.blockgraph.store.JdbcJobStore;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/// Who uses the graph: jobs and exports. At the end they are closed before the graph is, because
/// they depend on it.
@Configuration(proxyBeanMethods = false)
class ServingConfiguration {

  @Bean
  JobStore jobStore(JdbcClient jdbc, TransactionTemplate durably) {
    return new JdbcJobStore(jdbc, durably);
  }

  /// Depends on the graph so that jobs are stopped before its nodes are closed.
  @Bean
  Jobs jobs(JobStore store, EventLog events, Clock clock, BlockGraph graph, EngineLimits limits) {
    return new Jobs(store, events, clock, JobLimits.DEFAULT.withStack(limits.stack()));
  }

  @Bean
  MirrorJobs mirrorJobs(BlockGraph graph, Jobs jobs, ActiveMirrors mirrors) {
    return new MirrorJobs(graph, jobs, mirrors, MirrorLimits.DEFAULT);
  }

  @Bean
  ChainJobs<StreamRequest> streamJobs(BlockGraph graph, Jobs jobs) {
    return StreamJobs.in(graph, jobs);
  }

  @Bean
  ChainJobs<BackupRequest> backupJobs(BlockGraph graph, Jobs jobs) {
    return BackupJobs.in(graph, jobs);
  }

  @Bean
  ChainJobs<CommitRequest> commitJobs(BlockGraph graph, Jobs jobs) {
    return CommitJobs.in(graph, jobs);
  }

  @Bean
  CreateJobs createJobs(BlockGraph graph, Jobs jobs, Images images) {
    return new CreateJobs(graph, jobs, images);
  }

  @Bean
  AmendJobs amendJobs(BlockGraph graph, Jobs jobs) {
    return new AmendJobs(graph, jobs);
  }

  /// Depends on the graph so that clients are sent away before its nodes are closed.
  @Bean
  NbdServer nbdServer(
      BlockgraphSettings settings,
      Clock clock,
      EventLog events,
      BlockGraph graph,
      EngineLimits limits) {
    NbdServer server =
        new NbdServer(
            NbdLimits.DEFAULT.withStack(limits.stack()),
            clock,
            new ExportNews(events, System::nanoTime));
    new NbdListeners(server, settings).open(events);
    return server;
  }

  /// Takes up what an earlier run of the service left, before any client can reach a disk.
  @Bean
  Replications replications(BlockGraph graph, Clock clock) {
    Replications replications = new Replications(graph, clock);
    replications.resume();
    return replications;
  }

  /// Depends on the replications so that clients come when those have been taken up.
  @Bean
  NbdExports nbdExports(BlockGraph graph, NbdServer server, Replications replications) {
    NbdExports exports = new NbdExports(graph, server);
    exports.resume();
    return exports;
  }
}
