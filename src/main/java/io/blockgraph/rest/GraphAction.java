package io.blockgraph.rest;

import io.blockgraph.engine.Committed;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Part;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.Trial;
import io.blockgraph.job.JobGroup;
import io.blockgraph.job.JobStart;
import io.blockgraph.job.replication.Replications;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// One request of a list of requests, read as the request itself is.
sealed interface GraphAction {
  /// Plays it through on a trial; the trial then stands where the request would leave the graph.
  ///
  /// @throws ProblemException the problem that the request would be answered with
  Played play(Trial trial);

  /// The same as a part of a transaction; empty when it cannot be taken back.
  ///
  /// @param groups the group of a job that it starts
  default Optional<Part> part(Supplier<JobGroup> groups) {
    return Optional.empty();
  }

  /// What an action comes to.
  ///
  /// @param warnings what the caller may not have meant
  record Played(Committed change, List<String> warnings) {
    static Played of(Operation.Made made) {
      return new Played(made.committed(), made.change().told().warnings());
    }
  }

  /// Changes the graph, and perhaps what belongs to it: a length, who is let in.
  record OfGraph(Part part) implements GraphAction {
    @Override
    public Played play(Trial trial) {
      return Played.of(Answers.of(part.rehearse(trial)));
    }

    @Override
    public Optional<Part> part(Supplier<JobGroup> groups) {
      return Optional.of(part);
    }
  }

  /// Changes what an image keeps of its disk, which cannot be taken back.
  record OfImage(Operation operation) implements GraphAction {
    @Override
    public Played play(Trial trial) {
      return new OfGraph(operation).play(trial);
    }
  }

  /// Starts a job.
  record OfJob(JobStart start) implements GraphAction {
    @Override
    public Played play(Trial trial) {
      return Played.of(JobProblems.answer(start.rehearse(trial)));
    }

    @Override
    public Optional<Part> part(Supplier<JobGroup> groups) {
      return Optional.of(new Started(start, groups.get()));
    }
  }

  /// A job that starts within a transaction.
  ///
  /// @param group the jobs it ends with
  record Started(JobStart start, JobGroup group) implements Part {
    @Override
    public Result<Operation.Made> rehearse(Trial trial) {
      return new Result.Done<>(JobProblems.answer(start.rehearse(trial)));
    }

    @Override
    public Result<Claim> claim() {
      return new Result.Done<>(JobProblems.answer(start.claim(group)));
    }
  }

  /// A part whose problems point to its place in a list.
  ///
  /// @param place says so
  record Placed(UnaryOperator<Problem> place, Part part) implements Part {
    @Override
    public Result<Operation.Made> rehearse(Trial trial) {
      return pointed(() -> part.rehearse(trial));
    }

    @Override
    public Result<Claim> claim() {
      return pointed(part::claim);
    }

    @Override
    public Optional<Rejection> untakeable(GraphState before, GraphState after) {
      return part.untakeable(before, after);
    }

    private <T> T pointed(Supplier<T> step) {
      try {
        return step.get();
      } catch (ProblemException e) {
        throw new ProblemException(place.apply(e.problem()));
      }
    }
  }

  /// Ends a job, which does so by its own hand and in its own time.
  record OfJobEnd(Operation operation) implements GraphAction {
    @Override
    public Played play(Trial trial) {
      return Played.of(Answers.of(operation.rehearse(trial)));
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
