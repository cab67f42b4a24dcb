package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.Invariants;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Everything there is in one history: the site, the disks clients write to, what must be kept,
/// jobs under way, readers. One thread, the history's own.
final class Stage {
  final Site site;
  final Diary diary = new Diary();
  final List<Root> roots = new ArrayList<>();
  final Keepsakes kept = new Keepsakes();
  final List<MirrorUnderWay> jobs = new ArrayList<>();
  final Insides insides = new Insides();
  final List<UserId> readers = new ArrayList<>();

  /// Throttle groups, with the limits they must have.
  final Map<UserId, Options> groups = new LinkedHashMap<>();

  /// Edges of quorums to children that hold something else than the others.
  final Set<EdgeId> sick = new HashSet<>();

  final Bitmaps bitmaps = new Bitmaps(this);
  final Amended amended = new Amended();
  final KeyRings keys = new KeyRings();

  /// Nodes that are left as they are without a flush: they may hold something else after a kill.
  final Set<NodeName> unflushed = new HashSet<>();

  /// Images may hold clusters that nobody uses once the service was killed.
  Site.Leaks leaks = Site.Leaks.NONE;

  private final String mark;
  private int names;

  /// @param mark stands in every name, so that what is left behind can be told apart
  Stage(Site site, String mark) {
    this.site = site;
    this.mark = mark;
  }

  String fresh(String kind) {
    return kind + mark + "-" + ++names;
  }

  // ---- asking

  /// Asks for something that is either done or refused; when it is refused, nothing has changed.
  Told ask(String what, Supplier<Told> request) {
    Told told = askAnything(what, request);
    if (told.kind() == Told.Kind.BROKE) {
      throw new AssertionError(what + ": " + told);
    }
    return told;
  }

  /// The same, where the world may well be in the way.
  Told askAnything(String what, Supplier<Told> request) {
    Topology before = site.topology();
    Set<String> files = files();
    Told told = request.get();
    diary.told(what, told);
    Topology after = site.topology();
    if (told.isDone()) {
      Invariants.hold(after);
    } else {
      assertThat(words(after)).as("the graph after %s: %s", what, told).isEqualTo(words(before));
      assertThat(files()).as("the files after %s: %s", what, told).isEqualTo(files);
    }
    requireHealth();
    return told;
  }

  /// Asks for something that must be done.
  void must(String what, Supplier<Told> request) {
    Told told = ask(what, request);
    if (!told.isDone()) {
      throw new AssertionError(what + ": " + told);
    }
  }

  /// Fails when a client has failed.
  void requireHealth() {
    for (Root root : roots) {
      root.failure()
          .ifPresent(
              why -> {
                throw new AssertionError("client '" + root.user() + "' failed: " + why, why);
              });
    }
  }

  private static List<Object> words(Topology graph) {
    List<Object> all = new ArrayList<>(graph.nodes());
    all.addAll(graph.users());
    all.addAll(graph.edges());
    return all;
  }

  Set<String> files() {
    try (Stream<Path> files = Files.list(site.images())) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(java.util.stream.Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- looking

  Layers layers() {
    return new Layers(site.topology(), sick);
  }

  NodeSpec spec(NodeName node) {
    return site.topology().node(node).orElseThrow();
  }

  /// The nodes that callers see, in the order they came.
  List<NodeName> nodes() {
    return nodes(_ -> true);
  }

  List<NodeName> nodes(Predicate<NodeSpec> wanted) {
    return site.topology().nodes().stream()
        .filter(node -> node.origin() != NodeSpec.Origin.IMPLICIT)
        .filter(wanted)
        .map(NodeSpec::name)
        .toList();
  }

  /// Those that stay when all jobs are over: an inline node goes with the last one who uses it.
  List<NodeName> nodesWithoutJobs() {
    Topology graph = site.topology();
    Set<NodeName> stay = new HashSet<>();
    ArrayDeque<NodeName> open = new ArrayDeque<>(nodes(Stage::isNamed));
    graph.edges().stream().filter(Stage::isOfNoJob).map(Edge::child).forEach(open::add);
    while (!open.isEmpty()) {
      NodeName node = open.remove();
      if (stay.add(node)) {
        graph.childrenOf(node).stream().map(Edge::child).forEach(open::add);
      }
    }
    return nodes(node -> stay.contains(node.name()));
  }

  private static boolean isNamed(NodeSpec node) {
    return node.origin() == NodeSpec.Origin.NAMED;
  }

  private static boolean isOfNoJob(Edge edge) {
    return edge.parent() instanceof Parent.OfUser(_, User.Kind kind) && kind != User.Kind.JOB;
  }

  /// Whether a child of this quorum holds something else than the others.
  boolean isSick(NodeName quorum) {
    return site.topology().childrenOf(quorum).stream().anyMatch(vote -> sick.contains(vote.id()));
  }

  /// Whether one child of this quorum may go bad without anybody noticing.
  boolean canOutvote(NodeName quorum) {
    NodeSpec spec = spec(quorum);
    return !isSick(quorum)
        && spec.children().size() >= 3
        && spec.options().number("voteThreshold").orElseThrow() == 2
        && !"fifo".equals(spec.options().values().get("readPattern"));
  }

  /// Whether nobody uses it.
  boolean isFree(NodeName node) {
    return site.topology().parentsOf(node).isEmpty();
  }

  /// The node a user uses.
  NodeName nodeOf(UserId user) {
    return site.topology()
        .edge(
            EdgeId.of(
                new Parent.OfUser(user, io.blockgraph.graph.User.Kind.EXPORT), ChildName.ROOT))
        .map(Edge::child)
        .orElseThrow();
  }

  /// What must be in `node` now.
  Claim claim(NodeName node) {
    Layers layers = layers();
    for (Root root : roots) {
      if (layers.agree(nodeOf(root.user()), node)) {
        return new Claim.Live(root);
      }
    }
    Optional<byte[]> same = kept.find(node, layers);
    if (same.isPresent()) {
      return new Claim.Still(same.get());
    }
    return isStill(node)
        ? site.read(node).<Claim>map(Claim.Still::new).orElse(new Claim.Unknown())
        : new Claim.Unknown();
  }

  /// The bad children of quorums that write what the others hold over them, at any read.
  private Stream<NodeName> mended() {
    return sick.stream()
        .flatMap(vote -> site.topology().edge(vote).stream())
        .filter(
            vote ->
                site.topology()
                    .node(new NodeName(vote.parent().id()))
                    .filter(quorum -> quorum.options().flag("rewriteCorrupted", false))
                    .isPresent())
        .map(Edge::child);
  }

  /// Whether nobody can change what is in `node`: neither clients nor jobs write to it or to what
  /// is below it, nor a quorum that mends a child, nor does a format that keeps its tables there.
  boolean isStill(NodeName node) {
    Layers layers = layers();
    Set<NodeName> below = layers.below(node);
    Stream<NodeName> written =
        Stream.of(
                roots.stream().map(root -> nodeOf(root.user())),
                jobs.stream().map(MirrorUnderWay::target),
                mended())
            .flatMap(nodes -> nodes);
    return !layers.isStorage(node)
        && written.allMatch(top -> Collections.disjoint(layers.written(top), below));
  }

  /// What a check finds wrong with the image of a node; empty when it is sound. After a kill an
  /// image may have leaks, and one with lazy refcounts wrong ones until it is written.
  String check(NodeName image) {
    NodeName storage = spec(image).child(ChildName.FILE).orElseThrow().node();
    boolean unrepaired =
        leaks == Site.Leaks.ALLOWED && site.read(storage).filter(Format::isDirty).isPresent();
    return unrepaired ? "" : site.check(image, leaks);
  }

  // ---- moments

  /// Notes what clients write while `work` runs.
  Map<Root, Recording> recording(Runnable work) {
    Map<Root, Recording> recordings = new LinkedHashMap<>();
    roots.forEach(root -> recordings.put(root, root.record()));
    try {
      work.run();
    } finally {
      roots.forEach(Root::endRecording);
    }
    return recordings;
  }

  /// Compares what was found with what was claimed of a node, at some moment of the recordings.
  static Optional<String> objection(Claim claim, Map<Root, Recording> during, byte[] found) {
    return switch (claim) {
      case Claim.Live(Root root) -> moments(during, root).objection(found);
      case Claim.Still(byte[] content) -> Bytes.difference(content, found);
      case Claim.Unknown() -> Optional.empty();
    };
  }

  /// `node` is left as it is from now on: compares it with what was claimed of it, at some moment
  /// of the recordings, and remembers it.
  void keep(NodeName node, Claim claim, Map<Root, Recording> during) {
    if (site.topology().node(node).isEmpty() || !isStill(node)) {
      return;
    }
    Optional<byte[]> found = site.read(node);
    if (found.isEmpty()) {
      return;
    }
    Optional<String> objection = objection(claim, during, found.get());
    diary.count("kept " + claim.getClass().getSimpleName());
    if (objection.isPresent()) {
      throw new AssertionError("node '" + node + "' is not what it was: " + objection.get());
    }
    kept.keep(node, found.get());
  }

  private static Recording moments(Map<Root, Recording> during, Root root) {
    Recording recording = during.get(root);
    if (recording == null) {
      throw new IllegalStateException("nothing was recorded of '" + root.user() + "'");
    }
    return recording;
  }

  /// What is in `node` changes: nothing above it is as it was.
  void changes(NodeName node) {
    Set<NodeName> above = layers().above(node);
    kept.forget(above);
    bitmaps.all().stream().filter(bitmap -> above.contains(bitmap.node())).forEach(Marked::changed);
  }
}
