package io.blockgraph.rest;

import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Trial;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.mirror.MirrorJobs;
import io.blockgraph.job.mirror.MirrorRequest;
import io.blockgraph.job.replication.Replications;
import java.util.List;
import java.util.OptionalLong;

/// One request of a list of requests, read as the request itself is.
sealed interface GraphAction {
  /// Plays it through on a trial; the trial then stands where the request would leave the graph.
  ///
  /// @throws ProblemException the problem that the request would be answered with
  Played play(Trial trial);

  /// What an action comes to.
  ///
  /// @param warnings what the caller may not have meant
  record Played(Committed change, List<String> warnings) {}

  /// Changes the graph at once.
  record OfGraph(Operation operation) implements GraphAction {
    @Override
    public Played play(Trial trial) {
      Operation.Made made = Answers.of(operation.rehearse(trial));
      return new Played(made.committed(), made.change().told().warnings());
    }
  }

  /// Changes the length of a disk, which cannot be taken back.
  record OfLength(Operation operation) implements GraphAction {
    @Override
    public Played play(Trial trial) {
      return new OfGraph(operation).play(trial);
    }
  }

  /// Changes what an image keeps of its disk, which cannot be taken back.
  record OfImage(Operation operation) implements GraphAction {
    @Override
    public Played play(Trial trial) {
      return new OfGraph(operation).play(trial);
    }
  }

  /// Lets clients in or sends them away besides.
  record OfExport(Operation operation) implements GraphAction {
    @Override
    public Played play(Trial trial) {
      return new OfGraph(operation).play(trial);
    }
  }

  /// Ends a job, which does so by its own hand and in its own time.
  record OfJobEnd(Operation operation) implements GraphAction {
    @Override
    public Played play(Trial trial) {
      return new OfGraph(operation).play(trial);
    }
  }

  /// Starts a mirror job.
  record OfMirror(MirrorJobs mirrors, MirrorRequest request) implements GraphAction {
    @Override
    public Played play(Trial trial) {
      return new Played(
          JobProblems.answer(mirrors.rehearse(request, OptionalLong.empty(), trial)), List.of());
    }
  }

  /// Starts a job that moves data within a chain.
  record OfChainJob<R>(ChainJobs<R> jobs, R request) implements GraphAction {
    @Override
    public Played play(Trial trial) {
      return new Played(JobProblems.answer(jobs.rehearse(request, trial)), List.of());
    }
  }

  /// Moves a replication along, which empties disks.
  record OfReplication(Replications replications, Replications.Request request)
      implements GraphAction {
    @Override
    public Played play(Trial trial) {
      return new Played(
          ReplicationProblems.answer(replications.rehearse(request, trial)), List.of());
    }
  }
}
