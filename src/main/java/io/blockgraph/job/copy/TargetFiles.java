package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.ImageNodes;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.RuleBook;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// Image files that targets come from: what is known of them before a job begins, and what it takes
/// to have them in the graph. Any thread; nothing is made here.
public final class TargetFiles {
  private static final String CLUSTER_SIZE = "clusterSize";

  private final BlockGraph graph;
  private final ImageNodes images;

  /// Files for the targets of jobs in `graph`.
  public TargetFiles(BlockGraph graph) {
    this.graph = graph;
    this.images = new ImageNodes(graph);
  }

  /// What is known of a target's file.
  ///
  /// @param sizeBytes the length of the disk in it; empty for one that is made as long as the
  ///   source
  /// @param facts what the image says, or will say
  public record Known(OptionalLong sizeBytes, TargetFacts facts) {}

  /// Looks at the file a request names.
  ///
  /// @throws BlockException when it cannot be looked at
  public JobResult<Known> look(NodeName target, TargetFile file) {
    return switch (file.mode()) {
      case EXISTING -> lookInto(target, file);
      case ABSOLUTE_PATHS -> lookFor(target, file);
    };
  }

  private JobResult<Known> lookInto(NodeName target, TargetFile file) {
    if (file.clusterBytes() != 0) {
      return invalid("the clusters of an image that is there are as they are");
    }
    return switch (images.described(image(target, file))) {
      case Result.Rejected<Map<String, Object>>(Rejection reason) -> rejected(reason);
      case Result.Done<Map<String, Object>>(Map<String, Object> facts) ->
          new JobResult.Done<>(
              new Known(
                  Stream.of("virtualSize", "virtualSizeBytes")
                      .map(facts::get)
                      .filter(Number.class::isInstance)
                      .mapToLong(size -> ((Number) size).longValue())
                      .findFirst(),
                  TargetFacts.ofImage(facts)));
    };
  }

  private JobResult<Known> lookFor(NodeName target, TargetFile file) {
    ImageNodes.Image image = image(target, file);
    if (images.isThere(image)) {
      return rejected(
          new Rejection.WorldBroke(
              Optional.empty(),
              new BlockException(
                  BlockException.Kind.EXISTS,
                  "the file '" + file.filename() + "' is there already")));
    }
    return switch (images.creationOptions(image)) {
      case Result.Rejected<OptionSpec>(Rejection reason) -> rejected(reason);
      case Result.Done<OptionSpec>(OptionSpec options) -> clusters(file, options);
    };
  }

  private static JobResult<Known> clusters(TargetFile file, OptionSpec options) {
    Optional<OptionSpec.Type.Size> clusters =
        options.fields().stream()
            .filter(field -> field.name().equals(CLUSTER_SIZE))
            .map(OptionSpec.Field::type)
            .filter(OptionSpec.Type.Size.class::isInstance)
            .map(OptionSpec.Type.Size.class::cast)
            .findFirst();
    long wished = file.clusterBytes();
    if (wished != 0 && clusters.isEmpty()) {
      return invalid("images of format '" + file.format() + "' have no clusters");
    }
    boolean fits =
        wished == 0
            || (wished >= clusters.orElseThrow().min()
                && wished <= clusters.orElseThrow().max()
                && Long.bitCount(wished) == 1);
    if (!fits) {
      OptionSpec.Type.Size bounds = clusters.orElseThrow();
      return invalid(wished + " is no power of two from " + bounds.min() + " to " + bounds.max());
    }
    Optional<Long> bytes =
        wished == 0 ? clusters.flatMap(OptionSpec.Type.Size::otherwise) : Optional.of(wished);
    return new JobResult.Done<>(new Known(OptionalLong.empty(), new TargetFacts(bytes, false)));
  }

  /// A target that comes along with a job.
  ///
  /// @param node its name
  /// @param file where it comes from
  /// @param sizeBytes how long it is, if it is made
  /// @param backing what it names as its backing disk, if it is made
  public record Wish(NodeName node, TargetFile file, long sizeBytes, Optional<NodeName> backing) {}

  /// What it takes to have a target in the graph.
  public ImageNodes.Coming coming(Wish wish, Topology topology) {
    ImageNodes.Image image = image(wish.node(), wish.file());
    Result<ImageNodes.Coming> coming =
        switch (wish.file().mode()) {
          case EXISTING -> images.opened(image, topology);
          case ABSOLUTE_PATHS -> images.made(image, creation(wish, image, topology), topology);
        };
    return switch (coming) {
      case Result.Done<ImageNodes.Coming>(ImageNodes.Coming found) -> found;
      case Result.Rejected<ImageNodes.Coming>(Rejection reason) ->
          throw new IllegalStateException("a plan with a target that cannot be: " + reason);
    };
  }

  private Options creation(Wish wish, ImageNodes.Image image, Topology topology) {
    long clusterBytes = wish.file().clusterBytes();
    Options size = Options.NONE.with("size", wish.sizeBytes());
    Options creation = clusterBytes == 0 ? size : size.with(CLUSTER_SIZE, clusterBytes);
    return wish.backing()
        .map(backing -> images.naming(image, backing, creation, topology))
        .orElse(creation);
  }

  /// Has the image of a target that was made say what backs it now, if that is not what was
  /// foreseen.
  ///
  /// @return why it could not be, in sentences
  public List<String> nameBacking(NodeName node, TargetFile file) {
    return file.mode() == TargetFile.Mode.ABSOLUTE_PATHS ? images.nameBacking(node) : List.of();
  }

  /// Whether nodes of this driver can have a backing disk.
  public static boolean canBeBacked(DriverName driver, RuleBook rules) {
    return rules.rulesOf(driver).map(DriverRules::supportsBacking).orElse(false);
  }

  /// Inline, so that it goes with the job unless it is kept. It has no backing disk meanwhile,
  /// whatever the image says.
  private ImageNodes.Image image(NodeName target, TargetFile file) {
    Options options =
        canBeBacked(file.format(), graph.drivers())
            ? Options.NONE.with(ChildName.BACKING.value(), false)
            : Options.NONE;
    return new ImageNodes.Image(
        target, file.filename(), file.format(), NodeSpec.Origin.INLINE, options);
  }

  private static JobResult<Known> rejected(Rejection reason) {
    return new JobResult.Rejected<>(new JobRejection.Graph(reason));
  }

  private static JobResult<Known> invalid(String reason) {
    return new JobResult.Rejected<>(
        new JobRejection.InvalidParameter("targetFile/" + CLUSTER_SIZE, reason));
  }
}
