package io.blockgraph.rest;

import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.GraphHistory;
import io.blockgraph.engine.GraphState;
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
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// The revisions of the graph: who made them when, what differs between them, and the way back.
@RestController
@RequestMapping("/api/v1/graph/revisions")
@Tag(name = "history", description = "Revisions of the graph: who and when, what differs, back")
final class HistoryController {
  /// So many revisions are listed at once.
  static final int MOST = 1000;

  private final BlockGraph graph;
  private final PastGraphs past;
  private final DesiredParts desired;

  HistoryController(BlockGraph graph, PastGraphs past, DesiredParts desired) {
    this.graph = graph;
    this.past = past;
    this.desired = desired;
  }

  /// A change of the graph.
  ///
  /// @param revision the one it made
  /// @param at when
  /// @param who `client`, with what it said of itself, or `service` for jobs and restarts; null for
  ///   changes of an earlier version, which did not note it
  /// @param what in one sentence
  @Schema(name = "Revision")
  record RevisionView(long revision, Instant at, @Nullable String who, String what) {
    static RevisionView of(GraphHistory.Entry entry) {
      return new RevisionView(entry.revision(), entry.at(), entry.who().orElse(null), entry.what());
    }
  }

  /// Changes of the graph, the newest first.
  ///
  /// @param before gives the next ones as `before`; null when these are the last
  @Schema(name = "Revisions")
  record RevisionsView(long revision, List<RevisionView> revisions, @Nullable Long before)
      implements Revisioned {}

  /// A change of the graph and what it changed.
  ///
  /// @param difference null when the graph before it is not remembered
  @Schema(name = "RevisionDetail")
  record RevisionDetailView(
      long revision,
      Instant at,
      @Nullable String who,
      String what,
      @Nullable DifferenceView difference) {}

  @Operation(operationId = "listRevisions", summary = "Changes of the graph, the newest first")
  @GetMapping
  RevisionsView list(
      @RequestParam(required = false) @Nullable Long before,
      @RequestParam(defaultValue = "100") int limit) {
    if (limit < 1 || limit > MOST) {
      throw Answers.parameter("limit", "limit is 1 to " + MOST + ", not " + limit);
    }
    List<GraphHistory.Entry> entries =
        past.history().changes(before == null ? Long.MAX_VALUE : before, limit + 1);
    List<RevisionView> shown = entries.stream().limit(limit).map(RevisionView::of).toList();
    return new RevisionsView(
        graph.state().revision(),
        shown,
        entries.size() > limit ? shown.getLast().revision() : null);
  }

  @Operation(operationId = "getRevision", summary = "One change of the graph")
  @GetMapping("/{revision}")
  RevisionDetailView get(@PathVariable String revision) {
    long number = number(revision);
    GraphHistory.Entry entry =
        past.history()
            .change(number)
            .orElseThrow(() -> PastGraphs.notFound("revision " + number + " is not remembered"));
    Optional<GraphState> before = past.find(number - 1);
    return new RevisionDetailView(
        number,
        entry.at(),
        entry.who().orElse(null),
        entry.what(),
        before
            .map(one -> DifferenceView.between(one, past.at(number), graph.drivers()))
            .orElse(null));
  }

  @Operation(operationId = "diffRevisions", summary = "What differs between two revisions")
  @GetMapping("/{revision}/diff/{other}")
  DifferenceView diff(@PathVariable String revision, @PathVariable String other) {
    return DifferenceView.between(
        past.at(number(revision)), past.at(number(other)), graph.drivers());
  }

  @Operation(
      operationId = "revertGraph",
      summary = "Make the graph what it was at a revision, as one change: all or nothing")
  @PostMapping("/{revision}/revert")
  DesiredController.ChangeView revert(@PathVariable String revision, Ask ask) {
    GraphState wanted = past.at(number(revision));
    Revert revert = new Revert(wanted, graph.drivers());
    DesiredParts.Way way = desired.make(revert.body(), ask);
    return DesiredController.ChangeView.of(
        way.warning(revert.warnings(way.whole().after().topology())), ask);
  }

  private static long number(String revision) {
    if (!revision.matches("\\d{1,18}")) {
      throw PastGraphs.notFound("a revision is a number, not '" + revision + "'");
    }
    return Long.parseLong(revision);
  }
}
