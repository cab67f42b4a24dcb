package io.blockgraph.histories;

import io.blockgraph.block.DirtyBits;
import io.blockgraph.block.Extent;
import io.blockgraph.engine.ImageSnapshots;
import io.blockgraph.engine.NodePatch;
import io.blockgraph.engine.Reopening;
import io.blockgraph.engine.Resizes;
import io.blockgraph.engine.Snapshots;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.amend.AmendRequest;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.commit.CommitRequest;
import io.blockgraph.job.create.CreateRequest;
import io.blockgraph.job.mirror.MirrorRequest;
import io.blockgraph.job.stream.StreamRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A service that a history happens to: the engine alone, or all of it over HTTP and NBD. One
/// thread, but for [ClientDisk]s, which clients use from theirs.
public interface Site extends AutoCloseable {
  /// The graph as it is.
  Topology topology();

  /// The directory of the images.
  Path images();

  /// Makes an image.
  ///
  /// @param image driver, filename, size and more, as in JSON
  Told make(Map<String, Object> image);

  /// Adds a node, as in JSON.
  Told add(Map<String, Object> node);

  /// Removes a node.
  Told remove(NodeName node);

  /// Changes a node.
  Told patch(NodeName node, NodePatch patch);

  /// Changes several nodes, all or none.
  Told reopen(List<Reopening.Wish> wishes);

  /// Looks closely at what is asked of a node, or no more.
  Told look(NodeName node, Closely closely);

  /// Whether a node is looked at closely.
  enum Closely {
    /// Its parents see it through a meter.
    YES,
    /// They see it as it is.
    NO
  }

  /// Gives a node with a list of children one more.
  Told addChild(NodeName parent, NodeName child);

  /// Takes one out.
  Told removeChild(NodeName parent, ChildName child);

  /// Takes a snapshot.
  Told snapshot(Snapshots.Request request);

  /// Takes, applies or deletes a snapshot that an image keeps in itself.
  Told inside(ImageSnapshots.Request request);

  /// Changes a length.
  Told resize(Resizes.Request request);

  /// Starts a mirror job.
  Told mirror(MirrorRequest request);

  /// Starts a stream job.
  Told stream(StreamRequest request);

  /// Starts a backup job.
  Told backup(BackupRequest request);

  /// Changes a bitmap.
  Told bitmap(BitmapEdit edit);

  /// A bitmap as it is now.
  Optional<BitmapSeen> bitmap(NodeName node, BitmapName bitmap);

  /// A bitmap as it was seen.
  ///
  /// @param bits a copy
  record BitmapSeen(
      DirtyBitmap.Recording recording,
      DirtyBitmap.Lasting lasting,
      boolean inconsistent,
      DirtyBits bits) {}

  /// Starts a commit job.
  Told commit(CommitRequest request);

  /// Starts a create job.
  Told create(CreateRequest request);

  /// Starts an amend job.
  Told amend(AmendRequest request);

  /// Makes all of them as one, or none.
  Told change(List<Action> actions);

  /// Asks something of a job.
  Told ask(JobId job, JobWish wish);

  /// Waits until a job is over, or as one of `wanted` says, for which it has a few seconds.
  JobSeen await(JobId job, Set<JobStatus> wanted);

  /// A job as it was seen.
  ///
  /// @param error the code of its error; empty for none
  /// @param sentence of the error
  record JobSeen(JobStatus status, String error, String sentence) {}

  /// Lets a user come to a node.
  Told come(UserId user, NodeName node, Grant grant);

  /// Lets it go.
  Told leave(UserId user);

  /// The disk of a user, valid until the site is restarted.
  ClientDisk disk(UserId user);

  /// The whole content of a node, unless its users do not allow reading it.
  Optional<byte[]> read(NodeName node);

  /// Writes to a node for one request, and flushes it.
  Told write(NodeName node, int offset, byte[] bytes);

  /// The length of a node.
  long size(NodeName node);

  /// The extents of a node.
  List<Extent> extents(NodeName node);

  /// What a check of the image under a node has found; empty when it is clean.
  String check(NodeName node, Leaks leaks);

  /// Whether an image may hold clusters that nobody uses.
  enum Leaks {
    /// It may: the service was killed.
    ALLOWED,
    /// It may not.
    NONE
  }

  /// Whether every user can be held back at its gate, which is so when no request is stuck.
  Told holdEverybody();

  /// Ends the service and starts it again from what it remembers. Jobs do not go on.
  void restart();

  /// Ends the service as a kill does: nothing is written back, nobody is told.
  void kill();

  /// Makes changes as one, and kills the service at the first moment of this kind of any change;
  /// when there was none, after that.
  ///
  /// @return whether the changes were decided
  boolean killIn(Moment moment, List<Action> actions);

  /// A moment of a change of the graph.
  enum Moment {
    /// It is announced that files are going to be made.
    ANNOUNCED,
    /// There is an empty file.
    FILE_MADE,
    /// It is noted which file that is.
    FILE_NOTED,
    /// Nothing is left to do but to decide it.
    PREPARED,
    /// It has just been decided.
    DECIDED
  }

  /// Starts it again after a kill.
  void rise();

  @Override
  void close();
}
