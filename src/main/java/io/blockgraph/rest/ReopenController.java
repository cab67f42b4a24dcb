package io.blockgraph.rest;

import io.blockgraph.block.BackingLink;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BackingFiles;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.NodePatch;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Reopening;
import io.blockgraph.engine.Transactions.Outcome;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Topology;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Changes of several nodes as one, and of what images say of their backing files.
@RestController
@RequestMapping("/api/v1/nodes")
@Tag(name = "nodes", description = "Disks as nodes: files, formats, filters, quorums")
final class ReopenController {
  /// So many nodes can be changed at once.
  static final int MOST = 100;

  private final BlockGraph graph;
  private final Reopening reopening;
  private final BackingFiles backingFiles;
  private final StrictJson json;

  ReopenController(BlockGraph graph, StrictJson json) {
    this.graph = graph;
    this.reopening = new Reopening(graph);
    this.backingFiles = new BackingFiles(graph);
    this.json = json;
  }

  /// Several nodes that were changed, or could be.
  ///
  /// @param nodes their names
  /// @param diff what changed, or would change
  @Schema(name = "Reopening")
  record ReopeningView(List<String> nodes, DiffView diff) implements WithDiff {}

  /// What an image says of its backing file.
  ///
  /// @param backingFile the name in it; null when it names none
  /// @param format the format it names
  /// @param diff what changed, or would change, in the graph: nothing but that a node without a
  ///   backing disk is meant to have none
  @Schema(name = "BackingFile")
  record BackingFileView(
      String node, @Nullable String backingFile, @Nullable String format, DiffView diff)
      implements WithDiff {}

  @Operation(
      operationId = "reopenNodes",
      summary = "Change several nodes while they are in use: all or none")
  @PostMapping("/reopen")
  ReopeningView reopen(@RequestBody byte[] body, Ask ask) {
    List<Reopening.Wish> wishes = wishes(json.read(body), graph.state().topology(), graph);
    return switch (reopening.make(wishes, ask)) {
      case Outcome.Refused(int index, Rejection reason) ->
          throw new ProblemException(at(index, wishes.size(), RejectionProblems.of(reason)));
      case Outcome.Done(var _, Committed whole, var _) ->
          new ReopeningView(
              wishes.stream().map(wish -> wish.node().value()).toList(), diff(whole, ask));
    };
  }

  private static DiffView diff(Committed change, Ask ask) {
    return ask.mode() == Ask.Mode.DRY_RUN ? DiffView.planned(change) : DiffView.made(change);
  }

  /// What a body asks for, of nodes of `now`.
  static List<Reopening.Wish> wishes(@Nullable Object body, Topology now, BlockGraph graph) {
    if (!(body instanceof Map<?, ?> members)
        || !members.keySet().equals(Set.of("nodes"))
        || !(members.get("nodes") instanceof List<?> nodes)) {
      throw Answers.field("/nodes", "give an object with nothing but 'nodes', a list");
    }
    if (nodes.isEmpty() || nodes.size() > MOST) {
      throw Answers.field("/nodes", "a list of 1 to " + MOST + " nodes; there are " + nodes.size());
    }
    List<Reopening.Wish> wishes = new ArrayList<>();
    Set<NodeName> named = new HashSet<>();
    for (Object node : nodes) {
      Reopening.Wish wish = wish(wishes.size(), node, now, graph);
      if (!named.add(wish.node())) {
        throw Answers.field(
            "/nodes/" + wishes.size() + "/nodeName",
            "node '" + wish.node() + "' stands in the list twice");
      }
      wishes.add(wish);
    }
    return wishes;
  }

  private static Reopening.Wish wish(
      int index, @Nullable Object body, Topology now, BlockGraph graph) {
    String pointer = "/nodes/" + index;
    if (!(body instanceof Map<?, ?> members)
        || !(members.get("nodeName") instanceof String given)) {
      throw Answers.field(pointer + "/nodeName", "the name of the node to change is needed here");
    }
    Map<Object, Object> patch = new LinkedHashMap<>(members);
    patch.remove("nodeName");
    try {
      NodeName name = Answers.node(given);
      NodeSpec spec = now.node(name).orElseThrow(() -> NodeController.notFound(name));
      NodePatch wanted = PatchBody.read(patch, spec, NodeController.options(graph, spec));
      return new Reopening.Wish(name, wanted);
    } catch (ProblemException e) {
      throw new ProblemException(at(index, Integer.MAX_VALUE, e.problem()));
    }
  }

  /// The problem of one of the nodes, with its place.
  static Problem at(int index, int nodes, Problem problem) {
    return index >= nodes
        ? problem
        : problem.with(
            List.of(new Problem.FieldError("/nodes/" + index, String.valueOf(problem.detail()))));
  }

  @Operation(
      operationId = "nameBackingFile",
      summary = "Write into the header of an image what backs it; nothing else changes")
  @PutMapping("/{node}/backing-file")
  BackingFileView name(@PathVariable String node, @RequestBody byte[] body, Ask ask) {
    Options options =
        Answers.of(RequestValidator.options(json.read(body), Bodies.BACKING_FILE, ""));
    BackingLink link =
        new BackingLink(
            options.text("backingFile").orElseThrow(), options.text("format").orElseThrow());
    Committed change = Answers.of(backingFiles.name(Answers.node(node), Optional.of(link), ask));
    return new BackingFileView(node, link.file(), link.format(), diff(change, ask));
  }

  @Operation(
      operationId = "nameNoBackingFile",
      summary = "Take out of the header of an image what backs it; nothing else changes")
  @DeleteMapping("/{node}/backing-file")
  BackingFileView nameNone(@PathVariable String node, Ask ask) {
    Committed change = Answers.of(backingFiles.name(Answers.node(node), Optional.empty(), ask));
    return new BackingFileView(node, null, null, diff(change, ask));
  }
}
