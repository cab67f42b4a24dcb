package io.blockgraph.rest;

import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Bitmaps;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Filters;
import io.blockgraph.engine.Handover;
import io.blockgraph.engine.ImageSnapshots;
import io.blockgraph.engine.Images;
import io.blockgraph.engine.ListedChildren;
import io.blockgraph.engine.Nodes;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Part;
import io.blockgraph.engine.Resizes;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.Snapshots;
import io.blockgraph.engine.ThrottleGroups;
import io.blockgraph.engine.Trial;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.export.nbd.NbdExports;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.JobId;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.commit.CommitRequest;
import io.blockgraph.job.copy.CancelledJob;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.mirror.MirrorJobs;
import io.blockgraph.job.replication.ReplicationVerb;
import io.blockgraph.job.replication.Replications;
import io.blockgraph.job.replication.Replications.LostWrites;
import io.blockgraph.job.stream.StreamRequest;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/// Reads requests that change the graph out of a list, each by its method, path and body. What is
/// wrong with a body is said as the request itself would say it.
@Component
final class GraphActions {
  private static final String SEGMENT = "([^/?]+)";
  private static final String BITMAPS = "/nodes/" + SEGMENT + "/bitmaps";

  private final BlockGraph graph;
  private final ThrottleGroups groups;
  private final RequestValidator validator;
  private final Nodes nodes;
  private final Snapshots snapshots;
  private final Resizes resizes;
  private final ImageSnapshots imageSnapshots;
  private final Handover handover;
  private final ListedChildren children;
  private final Filters filters;
  private final FilterBody filterBody;
  private final Bitmaps bitmaps;
  private final Images images;
  private final NbdExports exports;
  private final MirrorJobs mirrors;
  private final ChainJobs<StreamRequest> streams;
  private final ChainJobs<BackupRequest> backups;
  private final ChainJobs<CommitRequest> commits;
  private final Replications replications;
  private final List<Route> routes;

  GraphActions(
      BlockGraph graph,
      RequestValidator validator,
      Nodes nodes,
      Snapshots snapshots,
      Resizes resizes,
      ImageSnapshots imageSnapshots,
      Handover handover,
      ListedChildren children,
      Filters filters,
      Bitmaps bitmaps,
      NbdExports exports,
      MirrorJobs mirrors,
      ChainJobs<StreamRequest> streams,
      ChainJobs<BackupRequest> backups,
      ChainJobs<CommitRequest> commits,
      Replications replications) {
    this.graph = graph;
    this.groups = new ThrottleGroups(graph);
    this.validator = validator;
    this.nodes = nodes;
    this.snapshots = snapshots;
    this.resizes = resizes;
    this.imageSnapshots = imageSnapshots;
    this.handover = handover;
    this.children = children;
    this.filters = filters;
    this.filterBody = new FilterBody(graph.drivers(), validator);
    this.bitmaps = bitmaps;
    this.images = new Images(graph);
    this.exports = exports;
    this.mirrors = mirrors;
    this.streams = streams;
    this.backups = backups;
    this.commits = commits;
    this.replications = replications;
    this.routes =
        List.of(
            route("POST", "/nodes", this::addNode),
            route("POST", "/nodes/reopen", this::reopen),
            route("PATCH", "/nodes/" + SEGMENT, this::changeNode),
            route("DELETE", "/nodes/" + SEGMENT, this::removeNode),
            route("POST", "/nodes/" + SEGMENT + "/snapshots", this::takeSnapshot),
            route("POST", "/nodes/" + SEGMENT + "/resize", this::resize),
            route("PUT", "/nodes/" + SEGMENT + "/active", this::handOver),
            route("POST", "/nodes/" + SEGMENT + "/internal-snapshots", this::takeInternal),
            route(
                "POST",
                "/nodes/" + SEGMENT + "/internal-snapshots/" + SEGMENT + "/apply",
                (path, _) -> onInternal(path, ImageSnapshots.Verb.APPLY)),
            route(
                "DELETE",
                "/nodes/" + SEGMENT + "/internal-snapshots/" + SEGMENT,
                (path, _) -> onInternal(path, ImageSnapshots.Verb.DELETE)),
            route("POST", "/nodes/" + SEGMENT + "/children", this::addChild),
            route("PUT", "/nodes/" + SEGMENT + "/children/" + SEGMENT, this::replaceChild),
            route("DELETE", "/nodes/" + SEGMENT + "/children/" + SEGMENT, this::removeChild),
            route("POST", "/nodes/" + SEGMENT + "/filters", this::insertFilter),
            route("DELETE", "/nodes/" + SEGMENT + "/filters/" + SEGMENT, this::removeFilter),
            route(
                "POST",
                "/nodes/" + SEGMENT + "/replication/(start|checkpoint|failover|stop)",
                this::replicate),
            route("POST", BITMAPS, this::addBitmap),
            route("PATCH", BITMAPS + "/" + SEGMENT, this::changeBitmap),
            route("DELETE", BITMAPS + "/" + SEGMENT, this::removeBitmap),
            route("POST", BITMAPS + "/" + SEGMENT + "/clear", this::clearBitmap),
            route("POST", BITMAPS + "/" + SEGMENT + "/merge", this::mergeBitmap),
            route("POST", "/throttle-groups", this::addGroup),
            route("PATCH", "/throttle-groups/" + SEGMENT, this::changeGroup),
            route("DELETE", "/throttle-groups/" + SEGMENT, this::removeGroup),
            route("POST", "/images", this::createImage),
            route("POST", "/exports", this::addExport),
            route("DELETE", "/exports/" + SEGMENT, this::removeExport),
            route("POST", "/mirror-jobs", this::startMirror),
            route("POST", "/stream-jobs", this::startStream),
            route("POST", "/backup-jobs", this::startBackup),
            route("POST", "/commit-jobs", this::startCommit),
            route("POST", "/jobs/" + SEGMENT + "/cancel", this::cancelJob));
  }

  private interface Reader {
    GraphAction read(MatchResult path, @Nullable Object body);
  }

  private record Route(String method, Pattern path, Reader reader) {}

  private static Route route(String method, String path, Reader reader) {
    return new Route(method, Pattern.compile("(?:/api/v1)?" + path), reader);
  }

  /// Whether there is such a request.
  boolean isKnown(String method, String path) {
    return routes.stream()
        .anyMatch(route -> route.method().equals(method) && route.path().matcher(path).matches());
  }

  /// What one element of a list asks for.
  ///
  /// @throws ProblemException when no such request changes the graph, or its body is not as it must
  ///   be
  GraphAction read(String method, String path, @Nullable Object body) {
    for (Route route : routes) {
      Matcher matcher = route.path().matcher(path);
      if (route.method().equals(method) && matcher.matches()) {
        return route.reader().read(matcher.toMatchResult(), body);
      }
    }
    throw new ProblemException(
        ProblemKind.NOT_FOUND,
        "there is no request " + method + " " + path + " that changes the graph");
  }

  private GraphAction addNode(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(nodes.adding(Answers.of(validator.node(body))));
  }

  private GraphAction changeNode(MatchResult path, @Nullable Object body) {
    NodeName name = Answers.node(path.group(1));
    Operation change =
        view -> {
          NodeSpec spec =
              view.state().topology().node(name).orElseThrow(() -> NodeController.notFound(name));
          var patch = PatchBody.read(body, spec, NodeController.options(graph, spec));
          return nodes.changing(name, patch).on(view);
        };
    return new GraphAction.OfGraph(change);
  }

  private GraphAction reopen(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(new ReopenPart(graph, body));
  }

  private GraphAction removeNode(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(nodes.removing(Answers.node(path.group(1))));
  }

  private GraphAction takeSnapshot(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(
        snapshots.taking(SnapshotController.request(path.group(1), body)));
  }

  private GraphAction resize(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(resizes.resizing(ResizeController.request(path.group(1), body)));
  }

  private GraphAction handOver(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(
        handover.setting(HandoverController.request(path.group(1), body)));
  }

  private GraphAction takeInternal(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfImage(
        imageSnapshots.changing(InternalSnapshotController.request(path.group(1), body)));
  }

  private GraphAction onInternal(MatchResult path, ImageSnapshots.Verb verb) {
    return new GraphAction.OfImage(
        imageSnapshots.changing(
            new ImageSnapshots.Request(Answers.node(path.group(1)), verb, path.group(2))));
  }

  private GraphAction addChild(MatchResult path, @Nullable Object body) {
    ChildController.Addition addition = ChildController.addition(body);
    return new GraphAction.OfGraph(
        children.adding(Answers.node(path.group(1)), addition.child(), addition.duplicates()));
  }

  private GraphAction replaceChild(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(
        children.replacing(
            Answers.node(path.group(1)), path.group(2), ChildController.replacement(body)));
  }

  private GraphAction removeChild(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(children.removing(Answers.node(path.group(1)), path.group(2)));
  }

  private GraphAction insertFilter(MatchResult path, @Nullable Object body) {
    NodeName below = Answers.node(path.group(1));
    Operation insertion =
        view -> {
          NodeSpec spec =
              view.state().topology().node(below).orElseThrow(() -> NodeController.notFound(below));
          return filters.inserting(filterBody.read(body, spec)).on(view);
        };
    return new GraphAction.OfGraph(insertion);
  }

  private GraphAction removeFilter(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(
        filters.removing(Answers.node(path.group(1)), Answers.node(path.group(2))));
  }

  private GraphAction replicate(MatchResult path, @Nullable Object body) {
    NodeName node = Answers.node(path.group(1));
    ReplicationVerb verb = ReplicationVerb.of(path.group(2));
    LostWrites lost =
        verb == ReplicationVerb.CHECKPOINT
            ? ReplicationController.lostWrites(body)
            : LostWrites.REFUSED;
    return new GraphAction.OfReplication(
        replications, new Replications.Request(node, verb, lost, Ask.PLAIN));
  }

  private GraphAction addBitmap(MatchResult path, @Nullable Object body) {
    return edit(BitmapBodies.add(Answers.node(path.group(1)), body));
  }

  private GraphAction changeBitmap(MatchResult path, @Nullable Object body) {
    return edit(
        BitmapBodies.change(Answers.node(path.group(1)), BitmapBodies.named(path.group(2)), body));
  }

  private GraphAction removeBitmap(MatchResult path, @Nullable Object body) {
    return edit(
        new BitmapEdit.Remove(Answers.node(path.group(1)), BitmapBodies.named(path.group(2))));
  }

  private GraphAction clearBitmap(MatchResult path, @Nullable Object body) {
    return edit(
        new BitmapEdit.Clear(Answers.node(path.group(1)), BitmapBodies.named(path.group(2))));
  }

  private GraphAction mergeBitmap(MatchResult path, @Nullable Object body) {
    return edit(
        BitmapBodies.merge(Answers.node(path.group(1)), BitmapBodies.named(path.group(2)), body));
  }

  private GraphAction edit(BitmapEdit edit) {
    return new GraphAction.OfGraph(bitmaps.editing(edit));
  }

  private GraphAction addGroup(MatchResult path, @Nullable Object body) {
    var wanted = ThrottleGroupController.wanted(body, groups.options());
    return new GraphAction.OfGraph(groups.creating(wanted.id(), wanted.limits()));
  }

  private GraphAction changeGroup(MatchResult path, @Nullable Object body) {
    var patch = ThrottleGroupController.patch(body, groups.options());
    return new GraphAction.OfGraph(
        groups.changing(ThrottleGroupController.name(path.group(1)), patch));
  }

  private GraphAction removeGroup(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(groups.removing(ThrottleGroupController.name(path.group(1))));
  }

  private GraphAction createImage(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(images.creating(ImageController.request(body, graph)));
  }

  private GraphAction addExport(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfGraph(exports.adding(ExportController.request(body)));
  }

  private GraphAction removeExport(MatchResult path, @Nullable Object body) {
    UserId id = Answers.user(path.group(1), ProblemKind.EXPORT_NOT_FOUND);
    return new GraphAction.OfGraph(new EndedExport(id, exports.ending(id)));
  }

  /// The end of an export, of which it is said that there is none as the request itself says it.
  private record EndedExport(UserId id, Part ending) implements Part {
    @Override
    public Result<Operation.Made> rehearse(Trial trial) {
      boolean known =
          trial
              .view()
              .state()
              .topology()
              .user(id)
              .filter(user -> user.kind() == User.Kind.EXPORT)
              .isPresent();
      if (!known) {
        throw ExportController.notFound(id);
      }
      return ending.rehearse(trial);
    }

    @Override
    public Result<Claim> claim() {
      return ending.claim();
    }
  }

  private GraphAction startMirror(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfJob(
        mirrors.starting(
            MirrorBody.read(Answers.of(RequestValidator.options(body, Bodies.MIRROR, "")))));
  }

  private GraphAction startStream(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfJob(streams.starting(ChainBodies.stream(body)));
  }

  private GraphAction startBackup(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfJob(backups.starting(BackupBody.read(body)));
  }

  private GraphAction startCommit(MatchResult path, @Nullable Object body) {
    return new GraphAction.OfJob(commits.starting(ChainBodies.commit(body)));
  }

  private GraphAction cancelJob(MatchResult path, @Nullable Object body) {
    UserId job = Answers.user(path.group(1), ProblemKind.JOB_NOT_FOUND);
    return new GraphAction.OfJobEnd(new CancelledJob(new JobId(job.value())));
  }
}
