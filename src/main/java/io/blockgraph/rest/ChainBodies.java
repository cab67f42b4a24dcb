package io.blockgraph.rest;

import static io.blockgraph.rest.JobBodies.ending;
import static io.blockgraph.rest.JobBodies.id;
import static io.blockgraph.rest.JobBodies.node;
import static io.blockgraph.rest.JobBodies.policy;

import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.job.commit.CommitRequest;
import io.blockgraph.job.stream.StreamRequest;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The bodies of requests for jobs that move data within a backing chain.
final class ChainBodies {
  private static final int MOST_NAME = 1023;

  private ChainBodies() {}

  static final OptionSpec STREAM =
      spec(
          Bodies.required(
              "node", Bodies.name(), "The disk that gets the data; any node of a chain."),
          Bodies.optional(
              "base",
              Bodies.name(),
              "The disk below that stays, and backs the node in the end; all of the chain is"
                  + " brought up when neither base nor bottom is given."),
          Bodies.optional(
              "bottom",
              Bodies.name(),
              "The lowest disk that is brought up, in the place of base; what backs it then backs"
                  + " the node in the end."),
          Bodies.optional(
              "backingFile",
              new OptionSpec.Type.Text(MOST_NAME),
              "What the image of the node names as its backing file in the end; made from the file"
                  + " of that disk when not given."),
          Bodies.optional(
              "onError",
              new OptionSpec.Type.Choice(Bodies.POLICIES, "report"),
              "What happens when reading or writing fails; ignore goes on with the rest, and the"
                  + " job then ends with the error."));

  static final OptionSpec COMMIT =
      spec(
          Bodies.required(
              "top",
              Bodies.name(),
              "The uppermost disk whose data goes down; any node of a chain but the deepest."),
          Bodies.optional(
              "base",
              Bodies.name(),
              "The disk that gets the data; the deepest of the chain when not given."),
          Bodies.optional(
              "backingFile",
              new OptionSpec.Type.Text(MOST_NAME),
              "What the images above the top name as their backing file in the end; made from the"
                  + " file of the base when not given."),
          Bodies.optional(
              "onError",
              new OptionSpec.Type.Choice(Bodies.POLICIES, "report"),
              "What happens when reading or writing fails; ignore tries again."));

  private static OptionSpec spec(OptionSpec.Field... own) {
    Stream<OptionSpec.Field> first =
        Stream.of(
            Bodies.required(
                "jobId", Bodies.name(), "The id of the job, in one namespace with the nodes."));
    Stream<OptionSpec.Field> last =
        Stream.of(
            Bodies.optional("speed", Bodies.speed(), "Bytes per second; 0 for no limit."),
            Bodies.optional(
                "filterNodeName", Bodies.name(), "The name of the filter the job puts in."),
            Bodies.optional(
                "autoFinalize",
                new OptionSpec.Type.Flag(true),
                "Whether the result becomes visible without being asked for."),
            Bodies.optional(
                "autoDismiss",
                new OptionSpec.Type.Flag(false),
                "Whether the job is forgotten as soon as it is over."));
    return new OptionSpec(
        Stream.of(first, Stream.of(own), last).flatMap(fields -> fields).toList());
  }

  static StreamRequest stream(@Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, STREAM, ""));
    return new StreamRequest(
        id(options),
        new StreamRequest.Chain(
            node(options, "node").orElseThrow(), end(options), options.text("backingFile")),
        options.number("speed").orElse(0L),
        policy(options, "onError"),
        ending(options),
        node(options, "filterNodeName"));
  }

  static CommitRequest commit(@Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, COMMIT, ""));
    return new CommitRequest(
        id(options),
        new CommitRequest.Chain(
            node(options, "top").orElseThrow(), node(options, "base"), options.text("backingFile")),
        options.number("speed").orElse(0L),
        policy(options, "onError"),
        ending(options),
        node(options, "filterNodeName"));
  }

  private static StreamRequest.End end(Options options) {
    Optional<NodeName> base = node(options, "base");
    Optional<NodeName> bottom = node(options, "bottom");
    if (base.isPresent() && bottom.isPresent()) {
      throw Answers.field("/bottom", "give base or bottom, not both");
    }
    return base.<StreamRequest.End>map(StreamRequest.End.Above::new)
        .or(() -> bottom.map(StreamRequest.End.DownTo::new))
        .orElseGet(StreamRequest.End.Whole::new);
  }
}
