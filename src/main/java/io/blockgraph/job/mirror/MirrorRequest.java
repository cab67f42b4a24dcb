package io.blockgraph.job.mirror;

import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.ReplaceRules;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.job.copy.TargetFile;
import java.util.Optional;
import java.util.OptionalLong;

/// What a caller wants mirrored, and how. The numbers are checked by [MirrorJobs#start].
///
/// @param id the job
/// @param disks what is copied where, and what it replaces
/// @param copying how it is copied
/// @param errors what happens when I/O fails
/// @param ending what happens by itself at the end
/// @param filter the name of the filter the job puts above its source; one is made up when not
///   given
public record MirrorRequest(
    JobId id,
    Disks disks,
    Copying copying,
    Errors errors,
    JobEnding ending,
    Optional<NodeName> filter) {

  /// What is copied where.
  ///
  /// @param source the node that is copied
  /// @param target the node that becomes the copy; nobody else may read or write it until the job
  ///   is over
  /// @param file the file that `target` is made over along with the job; empty when the graph has
  ///   that node already
  /// @param sync what of the source is copied
  /// @param replacing what the copy takes the place of in the end
  public record Disks(
      NodeName source,
      NodeName target,
      Optional<TargetFile> file,
      SyncMode sync,
      Replacing replacing) {
    /// Onto a node that is there.
    public Disks(NodeName source, NodeName target, SyncMode sync, Replacing replacing) {
      this(source, target, Optional.empty(), sync, replacing);
    }
  }

  /// What the copy takes the place of.
  ///
  /// @param replaces another node than the source
  /// @param otherParents when a child of a quorum may be replaced though others use it
  /// @param acceptPartialData whether it may be replaced by a copy that does not hold everything
  ///   (sync other than full)
  public record Replacing(
      Optional<NodeName> replaces,
      ReplaceRules.OtherParents otherParents,
      PartialData acceptPartialData) {
    /// The source itself is replaced.
    public static final Replacing SOURCE =
        new Replacing(Optional.empty(), ReplaceRules.OtherParents.PERMISSIONS, PartialData.REFUSED);
  }

  /// Whether a node may be replaced by a copy that does not hold everything.
  public enum PartialData {
    ACCEPTED,
    REFUSED
  }

  /// How data is copied.
  ///
  /// @param mode when clients' writes reach the target
  /// @param granularityBytes how finely writes are remembered: a power of two from 512 to 64 MiB;
  ///   empty lets the job choose
  /// @param bufferBytes how much memory copying may use; 0 stands for 16 MiB
  /// @param speed bytes per second, 0 for no limit
  /// @param zeroes how zeroes are treated
  /// @param verify whether both disks are compared before the copy is used
  public record Copying(
      CopyMode mode,
      OptionalLong granularityBytes,
      long bufferBytes,
      long speed,
      Zeroing zeroes,
      Verify verify) {
    /// What holds when nothing is said.
    public static final Copying DEFAULT =
        new Copying(CopyMode.BACKGROUND, OptionalLong.empty(), 0, 0, Zeroing.DEFAULT, Verify.NO);
  }

  /// How zeroes are treated.
  ///
  /// @param unmap whether zeroes of the source may become holes of the target
  /// @param target what is known of the target's content
  public record Zeroing(Unmap unmap, TargetContent target) {
    /// Holes are kept, and the target is asked what it holds.
    public static final Zeroing DEFAULT = new Zeroing(Unmap.YES, TargetContent.ASK);
  }

  /// Whether zeroes of the source may become holes of the target.
  public enum Unmap {
    YES,
    NO
  }

  /// What is known of the target's content.
  public enum TargetContent {
    /// The caller says that it reads as zeroes.
    ZERO,
    /// The target is asked, where it can tell; else it is taken to hold something.
    ASK
  }

  /// Whether both disks are compared before the copy is used.
  public enum Verify {
    YES,
    NO
  }

  /// What happens when I/O fails.
  ///
  /// @param source reading the source
  /// @param target writing or flushing the target
  public record Errors(ErrorPolicy source, ErrorPolicy target) {
    /// The job fails.
    public static final Errors REPORT = new Errors(ErrorPolicy.REPORT, ErrorPolicy.REPORT);
  }

  /// A request with nothing but the necessary.
  public static MirrorRequest of(JobId id, Disks disks) {
    return new MirrorRequest(
        id, disks, Copying.DEFAULT, Errors.REPORT, JobEnding.DEFAULT, Optional.empty());
  }
}
