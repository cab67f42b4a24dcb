package io.blockgraph.rest;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.ReplaceRules;
import io.blockgraph.graph.ReplaceRules.OtherParents;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.mirror.ReplaceWhatIf;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Which nodes a mirror could replace, before there is a mirror.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "explanations", description = "Why things are as they are, and what could be done")
final class ReplaceController {
  private static final String PERMISSIONS = "permissions";

  private final BlockGraph graph;
  private final Advisor advisor;
  private final ReplaceWhatIf whatIf;

  ReplaceController(BlockGraph graph, Advisor advisor) {
    this.graph = graph;
    this.advisor = advisor;
    this.whatIf = new ReplaceWhatIf(graph);
  }

  /// Whether a node may be replaced by a copy of another.
  ///
  /// @param target the copy, null for a new disk
  /// @param way from the source down to the node; empty for the source itself
  /// @param problem what a mirror would be refused with
  @Schema(name = "Replaceable")
  record ReplaceableView(
      String node,
      String source,
      @Nullable String target,
      boolean replaceable,
      List<StepView> way,
      @Nullable Problem problem,
      long revision)
      implements Revisioned {}

  /// One edge of a way.
  ///
  /// @param edge its id
  /// @param node the node it leads to
  /// @param why filter, same-data or own-child
  @Schema(name = "ReplaceStep")
  record StepView(String edge, String node, String why, String sentence) {
    static StepView of(ReplaceRules.Step step) {
      return new StepView(
          step.edge().id().value(),
          step.edge().child().value(),
          step.onward().word(),
          step.inWords());
    }
  }

  /// Whether each node may be replaced by a copy of one.
  @Schema(name = "Replaceables")
  record ReplaceablesView(String source, long revision, List<ReplaceableView> nodes)
      implements Revisioned {}

  @Operation(
      operationId = "isReplaceable",
      summary = "Whether a mirror could let a copy of a node take the place of another")
  @GetMapping("/nodes/{node}/replaceable")
  ReplaceableView one(
      @PathVariable String node,
      @RequestParam String source,
      @RequestParam(required = false) @Nullable String target,
      @RequestParam(defaultValue = PERMISSIONS) String otherParents) {
    var copy = new ReplaceWhatIf.Copy(Answers.node(source), others(otherParents));
    Optional<NodeName> disk = Optional.ofNullable(target).map(Answers::node);
    ReplaceableView answer =
        graph.inspect(
            view -> {
              NodeName replaced = present(Answers.node(node), view);
              present(copy.source(), view);
              var verdict =
                  disk.map(name -> whatIf.by(present(name, view), copy, replaced, view))
                      .orElseGet(() -> whatIf.byNewDisk(copy, replaced, view));
              return view(replaced, new Asked(source, target, view.state().revision()), verdict);
            });
    return target == null ? answer : advised(answer, target, otherParents);
  }

  /// With the advice that a mirror would be refused with.
  private ReplaceableView advised(ReplaceableView answer, String target, String otherParents) {
    if (answer.problem() == null) {
      return answer;
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("jobId", ReplaceWhatIf.JOB);
    body.put("source", answer.source());
    body.put("target", target);
    body.put("sync", "full");
    body.put("replaces", answer.node());
    if (!otherParents.equals(PERMISSIONS)) {
      body.put("otherParents", otherParents);
    }
    Problem advised =
        advisor.advise(new ActionList.Item("POST", "/mirror-jobs", body), answer.problem());
    return new ReplaceableView(
        answer.node(), answer.source(), target, false, answer.way(), advised, answer.revision());
  }

  @Operation(
      operationId = "listReplaceable",
      summary = "Which nodes a mirror could let a copy of a node take the place of")
  @GetMapping("/graph/replaceable")
  ReplaceablesView all(
      @RequestParam String source, @RequestParam(defaultValue = PERMISSIONS) String otherParents) {
    var copy = new ReplaceWhatIf.Copy(Answers.node(source), others(otherParents));
    return graph.inspect(
        view -> {
          present(copy.source(), view);
          List<NodeName> names =
              view.state().topology().nodes().stream().map(NodeSpec::name).toList();
          var verdicts = whatIf.byNewDisk(copy, names, view);
          Asked asked = new Asked(source, null, view.state().revision());
          List<ReplaceableView> views = new ArrayList<>();
          for (int i = 0; i < names.size(); i++) {
            views.add(view(names.get(i), asked, verdicts.get(i)));
          }
          return new ReplaceablesView(source, view.state().revision(), views);
        });
  }

  /// What all answers have in common.
  private record Asked(String source, @Nullable String target, long revision) {}

  private static ReplaceableView view(
      NodeName node, Asked asked, JobResult<List<ReplaceRules.Step>> verdict) {
    return switch (verdict) {
      case JobResult.Done<List<ReplaceRules.Step>>(List<ReplaceRules.Step> way) ->
          new ReplaceableView(
              node.value(),
              asked.source(),
              asked.target(),
              true,
              way.stream().map(StepView::of).toList(),
              null,
              asked.revision());
      case JobResult.Rejected<List<ReplaceRules.Step>>(JobRejection reason) ->
          new ReplaceableView(
              node.value(),
              asked.source(),
              asked.target(),
              false,
              List.of(),
              JobProblems.of(reason)
                  .notAdvisingAbout(ReplaceWhatIf.JOB)
                  .notAdvisingAbout(ReplaceWhatIf.FILTER),
              asked.revision());
    };
  }

  private static NodeName present(NodeName node, BlockGraph.View view) {
    if (view.state().topology().node(node).isEmpty()) {
      throw NodeController.notFound(node);
    }
    return node;
  }

  private static OtherParents others(String word) {
    return switch (word) {
      case PERMISSIONS -> OtherParents.PERMISSIONS;
      case "none-allowed" -> OtherParents.NONE_ALLOWED;
      default ->
          throw Answers.parameter(
              "otherParents", "otherParents is permissions or none-allowed, not '" + word + "'");
    };
  }
}
