package io.blockgraph.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Committed;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.job.replication.ReplicationReport;
import io.blockgraph.job.replication.ReplicationVerb;
import io.blockgraph.job.replication.Replications;
import io.blockgraph.job.replication.Replications.LostWrites;
import io.blockgraph.job.replication.SecondaryDisks;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Replication of a disk by checkpoints.
@RestController
@RequestMapping("/api/v1/nodes/{node}/replication")
@Tag(name = "replication", description = "A disk that is replicated to another host by checkpoints")
final class ReplicationController {
  private final Replications replications;
  private final StrictJson json;

  ReplicationController(Replications replications, StrictJson json) {
    this.replications = replications;
    this.json = json;
  }

  /// A replication as it is.
  ///
  /// @param mode primary or secondary
  /// @param stage none, running, checkpointing, stopping, failover, done or failed
  /// @param since when the stage began
  /// @param checkpointAt when the last checkpoint was taken; beginning is one
  /// @param error what went wrong and still holds
  /// @param verbs what may be asked of it now
  /// @param secondary the disks of a secondary, and what was saved of them
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Schema(name = "Replication")
  record ReplicationView(
      String node,
      String mode,
      String stage,
      @Nullable Instant since,
      @Nullable Instant checkpointAt,
      @Nullable String error,
      List<String> verbs,
      @Nullable SecondaryView secondary,
      long revision)
      implements Revisioned {}

  /// The disks of a secondary.
  ///
  /// @param active takes the secondary's own writes
  /// @param hidden keeps what the primary has overwritten
  /// @param disk takes the primary's writes
  /// @param filter saves what is overwritten, while it runs
  /// @param savedBytes saved since the last checkpoint, or the start of the service
  /// @param failedWrites writes of the primary refused since then because nothing could be saved
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Schema(name = "ReplicationSecondary")
  record SecondaryView(
      String active,
      String hidden,
      String disk,
      @Nullable String filter,
      @Nullable Long savedBytes,
      @Nullable Long failedWrites) {}

  /// A step of a replication that was made, or could be.
  ///
  /// @param replication how it is now
  /// @param diff what changed in the graph, or would change
  @Schema(name = "ReplicationStep")
  record StepView(String node, String verb, ReplicationView replication, DiffView diff)
      implements WithDiff {}

  @Operation(operationId = "getReplication", summary = "How the replication of a node is")
  @GetMapping
  ReplicationView get(@PathVariable String node) {
    return view(Answers.node(node));
  }

  @Operation(operationId = "startReplication", summary = "Begin to replicate")
  @PostMapping("/start")
  StepView start(@PathVariable String node, Ask ask) {
    return step(node, ReplicationVerb.START, LostWrites.REFUSED, ask);
  }

  @Operation(
      operationId = "checkpointReplication",
      summary = "Let a secondary show what the primary has written")
  @PostMapping("/checkpoint")
  StepView checkpoint(
      @PathVariable String node, @RequestBody(required = false) byte @Nullable [] body, Ask ask) {
    LostWrites lost = lostWrites(body == null || body.length == 0 ? null : json.read(body));
    return step(node, ReplicationVerb.CHECKPOINT, lost, ask);
  }

  /// What the body of a checkpoint says; none says nothing.
  static LostWrites lostWrites(@Nullable Object body) {
    Options options =
        body == null
            ? Options.NONE
            : Answers.of(RequestValidator.options(body, Bodies.CHECKPOINT, ""));
    return options.flag("acceptLostWrites", false) ? LostWrites.ACCEPTED : LostWrites.REFUSED;
  }

  @Operation(operationId = "failOverReplication", summary = "Let the secondary take over")
  @PostMapping("/failover")
  StepView failOver(@PathVariable String node, Ask ask) {
    return step(node, ReplicationVerb.FAILOVER, LostWrites.REFUSED, ask);
  }

  @Operation(operationId = "stopReplication", summary = "End a replication")
  @PostMapping("/stop")
  StepView stop(@PathVariable String node, Ask ask) {
    return step(node, ReplicationVerb.STOP, LostWrites.REFUSED, ask);
  }

  private StepView step(String node, ReplicationVerb verb, LostWrites lost, Ask ask) {
    NodeName name = Answers.node(node);
    Committed change =
        ReplicationProblems.answer(
            replications.run(new Replications.Request(name, verb, lost, ask)));
    DiffView diff =
        ask.mode() == Ask.Mode.DRY_RUN ? DiffView.planned(change) : DiffView.made(change);
    return new StepView(node, verb.word(), view(name), diff);
  }

  private ReplicationView view(NodeName node) {
    ReplicationReport report = ReplicationProblems.answer(replications.look(node));
    return new ReplicationView(
        report.node().value(),
        report.mode().word(),
        report.stage().word(),
        report.since().orElse(null),
        report.checkpointAt().orElse(null),
        report.error().orElse(null),
        report.verbs().stream().sorted().map(ReplicationVerb::word).toList(),
        report.disks().map(disks -> secondary(disks, report.saved())).orElse(null),
        report.revision());
  }

  private static SecondaryView secondary(
      SecondaryDisks disks, Optional<ReplicationReport.Saved> saved) {
    return new SecondaryView(
        disks.active().value(),
        disks.hidden().value(),
        disks.secondary().value(),
        saved.map(s -> s.filter().value()).orElse(null),
        saved.map(ReplicationReport.Saved::savedBytes).orElse(null),
        saved.map(ReplicationReport.Saved::failedWrites).orElse(null));
  }
}
