package io.blockgraph.job.copy;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.ImageNodes;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import java.util.List;
import java.util.Optional;

/// A job that copies without taking anybody's place: within one backing chain, or from a disk to
/// its backup. Everything is decided that can be decided before it begins. What it does to the
/// graph is told as edits of whatever graph there is then. Any thread.
public interface ChainPlan {
  /// The job's edge to its filter: its data path is this one edge.
  ChildName MAIN = new ChildName("main");

  /// A name for the filter of a job that does not ask for one.
  static NodeName filterOf(JobId job, Topology graph) {
    String stem = job.value().substring(0, Math.min(job.value().length(), 50));
    return new NodeName(graph.freeName(stem + ".filter"));
  }

  /// What the job is.
  JobRecord.Title title();

  /// The filter it puts in.
  NodeName filter();

  /// Whose disks fail, and what is to be done then.
  CopyTrouble.Sides sides();

  /// Bytes per second at first, 0 for no limit.
  long speed();

  /// What copies; asked once, when the job has joined the graph.
  JobCopier copier(BlockGraph graph);

  /// In how many chunks of what size it copies, where `usual` is not what was asked for.
  default ChainLimits limits(ChainLimits usual) {
    return usual;
  }

  /// The change by which the job joins the graph.
  Change joining(Topology now);

  /// What has to be done before anything is copied, with the job in the graph.
  default Result<Committed> prepare(BlockGraph graph) {
    return new Result.Done<>(Committed.between(graph.state(), graph.state()));
  }

  /// Takes job and filter out; everybody uses what he used before.
  List<GraphEdit> leaving(Topology now);

  /// Takes job and filter out and makes the result visible.
  Change completing(Topology now);

  /// The nodes that are to be read-only again.
  LentAccess lent(Topology now, Exit exit);

  /// The bitmaps that it gives back, as it leaves.
  default List<BitmapEdit> givenBack(Exit exit) {
    return List.of();
  }

  /// The last look at the disks when it leaves without a result, while nobody uses them.
  default void ending(CopyTop top) {}

  /// Why what was copied is not enough for the graph as it is now.
  default Optional<JobError> outdated(Topology now) {
    return Optional.empty();
  }

  /// How the job ends by itself.
  default Course course() {
    return Course.ENDS;
  }

  /// How a job leaves the graph.
  enum Exit {
    /// With its result visible.
    RESULT,
    /// With everything as it was.
    NOTHING
  }

  /// What a job does when everything is copied.
  enum Course {
    /// It shows its result.
    ENDS,
    /// It is ready, and follows what clients write until it is completed.
    FOLLOWS
  }

  /// What images have to say of their backing disks with the result visible.
  List<ImageNodes.Relink> links(Topology now);

  /// What there is to tell of the job that does not change while it runs.
  Options details();
}
