package io.blockgraph.rest;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.GraphState;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.GrantReasons;
import io.blockgraph.graph.GrantReasons.Claim;
import io.blockgraph.graph.GrantReasons.Doing;
import io.blockgraph.graph.GrantWords;
import io.blockgraph.graph.Newcomers;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Why an edge takes and shares what it does, and who could come to use a node.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "explanations", description = "Why things are as they are, and what could be done")
final class ExplainController {
  private final BlockGraph graph;
  private final Newcomers newcomers;
  private final Advisor advisor;

  ExplainController(BlockGraph graph, Advisor advisor) {
    this.graph = graph;
    this.advisor = advisor;
    this.newcomers = new Newcomers(graph.planner(), graph.drivers());
  }

  /// Why an edge takes and shares what it does.
  ///
  /// @param rule the rule that decides it, in a sentence
  @Schema(name = "EdgeExplanation")
  record EdgeExplanation(
      EdgeView edge, String rule, List<EdgePermission> permissions, long revision)
      implements Revisioned {}

  /// What an edge does with a permission, and why.
  @Schema(name = "EdgePermission")
  record EdgePermission(
      String permission, boolean taken, Because taking, boolean shared, Because sharing) {}

  /// A reason.
  ///
  /// @param chain what it follows from, up to the users; empty where there is nothing to explain
  /// @param users the users it comes from
  @Schema(name = "Because")
  record Because(String sentence, List<ReasonStep> chain, List<GraphController.UserView> users) {}

  /// One edge of a chain of reasons.
  ///
  /// @param doing takes, or unshares
  /// @param reason asked (its user asks for it), own (its driver needs it whoever uses the node) or
  ///   above (it follows from later steps)
  @Schema(name = "ReasonStep")
  record ReasonStep(String edge, String doing, String permission, String reason, String sentence) {}

  /// Who does what with a node, and who could.
  @Schema(name = "PermissionsExplanation")
  record PermissionsExplanation(
      String node, List<NodePermission> permissions, List<NewcomerView> newcomers, long revision)
      implements Revisioned {}

  /// Who takes a permission on a node, and who does not share it.
  @Schema(name = "NodePermission")
  record NodePermission(
      String permission,
      boolean taken,
      boolean shared,
      List<EdgeReason> takenBy,
      List<EdgeReason> unsharedBy) {}

  /// What an edge does and why.
  @Schema(name = "EdgeReason")
  record EdgeReason(Problem.Party edge, String sentence, List<GraphController.UserView> users) {}

  /// Whether somebody new could use a node.
  ///
  /// @param kind reader (a read-only export), writer (a writable one), resizer (a resize)
  /// @param problem what it would be refused with
  @Schema(name = "Newcomer")
  record NewcomerView(String kind, boolean possible, @Nullable Problem problem) {}

  @Operation(operationId = "explainEdge", summary = "Why an edge takes and shares what it does")
  @GetMapping("/edges/{id}/explain")
  EdgeExplanation edge(@PathVariable String id) {
    GraphState state = graph.state();
    EdgeId wanted = new EdgeId(id);
    Edge edge =
        state
            .topology()
            .edge(wanted)
            .orElseThrow(
                () -> new ProblemException(RefusalProblems.of(new Refusal.EdgeNotFound(wanted))));
    GrantReasons reasons = new GrantReasons(state.topology(), graph.drivers());
    return new EdgeExplanation(
        EdgeView.of(edge),
        GrantWords.rule(state.topology(), graph.drivers(), edge),
        Permissions.ALL.toList().stream().map(p -> permission(edge, p, reasons)).toList(),
        state.revision());
  }

  @Operation(
      operationId = "explainPermissions",
      summary = "Who takes and shares what on a node, why, and who could come to use it")
  @GetMapping("/nodes/{node}/permissions/explain")
  PermissionsExplanation node(@PathVariable String node) {
    GraphState state = graph.state();
    NodeName name = Answers.node(node);
    if (state.topology().node(name).isEmpty()) {
      throw NodeController.notFound(name);
    }
    GrantReasons reasons = new GrantReasons(state.topology(), graph.drivers());
    List<Edge> parents = state.topology().parentsOf(name);
    return new PermissionsExplanation(
        node,
        Permissions.ALL.toList().stream().map(p -> permission(parents, p, reasons)).toList(),
        Arrays.stream(Newcomers.Kind.values()).map(kind -> newcomer(name, kind, state)).toList(),
        state.revision());
  }

  private static EdgePermission permission(Edge edge, Permission permission, GrantReasons reasons) {
    Claim takes = new Claim(edge, Doing.TAKES, permission);
    Claim unshares = new Claim(edge, Doing.UNSHARES, permission);
    return new EdgePermission(
        permission.word(),
        takes.holds(),
        because(takes, reasons),
        !unshares.holds(),
        because(unshares, reasons));
  }

  private static Because because(Claim claim, GrantReasons reasons) {
    if (!claim.holds()) {
      return new Because(GrantWords.absent(claim, reasons.couldBe(claim)), List.of(), List.of());
    }
    List<GrantReasons.Step> chain = reasons.chain(claim);
    return new Because(
        GrantWords.because(claim, chain.getFirst().reason()),
        chain.stream().map(ExplainController::step).toList(),
        users(chain));
  }

  private static ReasonStep step(GrantReasons.Step step) {
    Claim claim = step.claim();
    return new ReasonStep(
        claim.edge().id().value(),
        claim.doing().name().toLowerCase(Locale.ROOT),
        claim.permission().word(),
        switch (step.reason()) {
          case GrantReasons.Reason.Asked _ -> "asked";
          case GrantReasons.Reason.Own _ -> "own";
          case GrantReasons.Reason.Above _ -> "above";
        },
        GrantWords.sentence(step));
  }

  private static List<GraphController.UserView> users(List<GrantReasons.Step> chain) {
    return GrantReasons.usersOf(chain).stream().map(ExplainController::user).toList();
  }

  private static GraphController.UserView user(Parent.OfUser user) {
    return new GraphController.UserView(user.user().value(), user.kind().word());
  }

  private static NodePermission permission(
      List<Edge> parents, Permission permission, GrantReasons reasons) {
    List<EdgeReason> takenBy = reasons(parents, Doing.TAKES, permission, reasons);
    List<EdgeReason> unsharedBy = reasons(parents, Doing.UNSHARES, permission, reasons);
    return new NodePermission(
        permission.word(), !takenBy.isEmpty(), unsharedBy.isEmpty(), takenBy, unsharedBy);
  }

  private static List<EdgeReason> reasons(
      List<Edge> parents, Doing doing, Permission permission, GrantReasons reasons) {
    return parents.stream()
        .map(edge -> new Claim(edge, doing, permission))
        .filter(Claim::holds)
        .map(claim -> reason(claim, reasons.chain(claim)))
        .toList();
  }

  private static EdgeReason reason(Claim claim, List<GrantReasons.Step> chain) {
    return new EdgeReason(
        RefusalProblems.party(claim.edge()), GrantWords.sentence(chain.getFirst()), users(chain));
  }

  private NewcomerView newcomer(NodeName node, Newcomers.Kind kind, GraphState state) {
    Optional<Refusal> refusal = newcomers.objection(state.topology(), node, kind);
    return new NewcomerView(
        kind.word(),
        refusal.isEmpty(),
        refusal
            .map(RefusalProblems::of)
            .map(problem -> advisor.advise(request(node, kind), problem))
            .orElse(null));
  }

  /// What a newcomer would ask for.
  private ActionList.Item request(NodeName node, Newcomers.Kind kind) {
    return switch (kind) {
      case READER, WRITER ->
          new ActionList.Item(
              "POST",
              "/exports",
              Map.of(
                  "id",
                  kind.word(),
                  "type",
                  "nbd",
                  "nodeName",
                  node.value(),
                  "writable",
                  kind == Newcomers.Kind.WRITER));
      case RESIZER ->
          new ActionList.Item(
              "POST",
              "/nodes/" + node + "/resize",
              Map.of("size", graph.inspect(view -> view.disk(node).sizeBytes())));
    };
  }
}
