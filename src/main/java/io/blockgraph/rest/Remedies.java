package io.blockgraph.rest;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What may help against a refusal, the mildest first. Nothing that changes what a disk shows is
/// among it unless the request asks for that very thing.
///
/// @param request what was refused
/// @param problem why
/// @param view the graph that it met
record Remedies(ActionList.Item request, Problem problem, BlockGraph.View view) {
  /// So many users of a node are named.
  private static final int MOST_USERS = 3;

  private static final Pattern REMOVAL = Pattern.compile("/nodes/([^/]+)");

  /// All that may help.
  List<Remedy> all() {
    return Stream.of(instead(), said(), made()).flatMap(remedies -> remedies).distinct().toList();
  }

  /// A filter that is used can be taken out from between its users and its node.
  private Stream<Remedy> instead() {
    Matcher removed = REMOVAL.matcher(request.path());
    if (!request.method().equals("DELETE") || !removed.matches() || !isThere(removed.group(1))) {
      return Stream.of();
    }
    NodeName filter = new NodeName(removed.group(1));
    return topology().childrenOf(filter).stream()
        .filter(edge -> edge.roles().has(Role.FILTERED))
        .map(
            edge ->
                new Remedy.Instead(
                    "take filter '%s' out: its users go on with node '%s'"
                        .formatted(filter, edge.child()),
                    new ActionList.Item(
                        "DELETE", "/nodes/%s/filters/%s".formatted(edge.child(), filter), null)));
  }

  /// Other members of the request.
  private Stream<Remedy> said() {
    return switch (ProblemKind.valueOf(problem.code())) {
      case READ_ONLY, PERMISSION_CONFLICT ->
          request.path().equals("/exports") && Boolean.TRUE.equals(member("writable"))
              ? Stream.of(
                  new Remedy.Say(
                      "say writable=false when clients shall only read", "writable", false))
              : Stream.of();
      case SHRINK_NOT_ALLOWED -> consent("allowShrink", "when the data at the end may go");
      case OVERLAY_NOT_EMPTY ->
          consent("acceptContentChange", "when readers may see what the overlay holds");
      case DUPLICATE_CHILD -> consent("allowDuplicate", "when it shall vote twice");
      case CONSENT_MISSING ->
          problem.errors().stream()
              .map(error -> error.pointer().replaceFirst("^/", ""))
              .flatMap(member -> consent(member, "when that is meant"));
      case SIZE_MISMATCH ->
          request.path().endsWith("/snapshots")
              ? consent("allowSizeChange", "when the disk may change its length")
              : Stream.of();
      case REPLACE_NOT_COVERED, REPLACE_WOULD_LOOP ->
          member("replaces") == null
              ? Stream.of()
              : Stream.of(
                  new Remedy.Say(
                      "leave 'replaces' out, so that the copy takes the place of its source",
                      "replaces",
                      null));
      default -> Stream.of();
    };
  }

  private static Stream<Remedy> consent(String member, String when) {
    return Stream.of(new Remedy.Say("say " + member + "=true " + when, member, true));
  }

  /// Requests to make first.
  private Stream<Remedy> made() {
    Stream<Remedy> fromBlockers =
        problem.blockers().stream().flatMap(blocker -> fromBlocker(blocker));
    return Stream.concat(
        fromBlockers,
        switch (ProblemKind.valueOf(problem.code())) {
          case READ_ONLY -> Optional.ofNullable(problem.node()).stream().map(Remedies::writable);
          case OVERLAY_HAS_BACKING ->
              Optional.ofNullable(problem.node()).stream()
                  .map(
                      overlay ->
                          first(
                              "detach the backing disk of node '" + overlay + "'",
                              "PATCH",
                              "/nodes/" + overlay,
                              noBacking()));
          case SIZE_MISMATCH -> sameLength().stream();
          default -> Stream.of();
        });
  }

  private static Remedy writable(String node) {
    return first(
        "make node '" + node + "' writable", "PATCH", "/nodes/" + node, Map.of("readOnly", false));
  }

  private static Map<String, @Nullable Object> noBacking() {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("backing", null);
    return body;
  }

  /// The disk that is to become part of something, as long as that.
  private Optional<Remedy> sameLength() {
    String path = request.path();
    boolean child = path.matches("/nodes/[^/]+/(children|snapshots)");
    Object model = child ? path.split("/")[2] : member("source");
    Object other =
        Stream.of("target", "node", "overlayNode")
            .map(this::member)
            .filter(String.class::isInstance)
            .findFirst()
            .orElse("");
    if (!(model instanceof String from) || !isThere(from) || !isThere(other.toString())) {
      return Optional.empty();
    }
    long size = view.disk(new NodeName(from)).sizeBytes();
    return Optional.of(
        first(
            "resize node '" + other + "' to " + size + " bytes",
            "POST",
            "/nodes/" + other + "/resize",
            Map.of("size", size)));
  }

  private Stream<Remedy> fromBlocker(Problem.Blocker blocker) {
    Stream<Remedy> owner =
        Optional.ofNullable(blocker.jobId()).flatMap(id -> topology().user(new UserId(id))).stream()
            .flatMap(this::letGo);
    Stream<Remedy> parties =
        Stream.of(
                Optional.ofNullable(blocker.unsharedBy()),
                Optional.ofNullable(blocker.requiredBy()))
            .flatMap(Optional::stream)
            .flatMap(this::letGo);
    return Stream.concat(owner, parties);
  }

  /// What takes an edge away: its user goes, its node goes, the child leaves the list, the filter
  /// is taken out, or the users above do. An edge that only the request would make is not there.
  private Stream<Remedy> letGo(Problem.Party party) {
    Optional<Edge> edge =
        topology().edges().stream().filter(e -> e.id().value().equals(party.edge())).findFirst();
    return edge.stream()
        .flatMap(
            found ->
                switch (found.parent()) {
                  case Parent.OfUser(var id, _) ->
                      topology().user(id).stream().flatMap(this::letGo);
                  case Parent.OfNode(var node) -> letGo(node, found);
                });
  }

  private Stream<Remedy> letGo(User user) {
    String id = user.id().value();
    return switch (user.kind()) {
      case EXPORT ->
          Stream.of(first("close export '" + id + "'", "DELETE", "/exports/" + id, null));
      case JOB ->
          Stream.of(
              first(
                  "wait for job '" + id + "' to end, or cancel it",
                  "POST",
                  "/jobs/" + id + "/cancel",
                  null));
      case REPLICATION, THROTTLE_GROUP, COMMAND -> Stream.of();
    };
  }

  private Stream<Remedy> letGo(NodeName parent, Edge edge) {
    List<Remedy> found = new ArrayList<>();
    String name = parent.value();
    if (topology().parentsOf(parent).isEmpty()) {
      found.add(
          first("remove node '" + name + "', which nobody uses", "DELETE", "/nodes/" + name, null));
    }
    if (edge.roles().has(Role.FILTERED)) {
      found.add(
          first(
              "take filter '" + name + "' out",
              "DELETE",
              "/nodes/" + edge.child() + "/filters/" + name,
              null));
    }
    if (edge.name().value().startsWith("children.")) {
      found.add(
          first(
              "take the child out of node '" + name + "'",
              "DELETE",
              "/nodes/" + name + "/children/" + edge.name(),
              null));
    }
    usersAbove(parent).stream().limit(MOST_USERS).flatMap(this::letGo).forEach(found::add);
    return found.stream();
  }

  private Set<User> usersAbove(NodeName node) {
    Set<User> users = new LinkedHashSet<>();
    Set<NodeName> seen = new LinkedHashSet<>(Set.of(node));
    List<NodeName> open = new ArrayList<>(seen);
    while (!open.isEmpty()) {
      for (Edge edge : topology().parentsOf(open.removeLast())) {
        switch (edge.parent()) {
          case Parent.OfUser(var id, _) -> topology().user(id).ifPresent(users::add);
          case Parent.OfNode(var parent) -> {
            if (seen.add(parent)) {
              open.add(parent);
            }
          }
        }
      }
    }
    return users;
  }

  private boolean isThere(String node) {
    return NodeName.isWellFormed(node) && topology().node(new NodeName(node)).isPresent();
  }

  private Topology topology() {
    return view.state().topology();
  }

  private @Nullable Object member(String name) {
    return request.body() instanceof Map<?, ?> body ? body.get(name) : null;
  }

  private static Remedy first(String advice, String method, String path, @Nullable Object body) {
    return new Remedy.First(advice, new ActionList.Item(method, path, body));
  }
}
