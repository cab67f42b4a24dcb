package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Prepared;
import io.blockgraph.driver.StartsFromBitmap;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.BitmapLimits;
import io.blockgraph.engine.bitmap.BitmapPlan;
import io.blockgraph.engine.bitmap.BitmapRefusal;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pcollections.PMap;

/// The open nodes of the graph that is to come: new ones are opened, touched ones get ready,
/// everything above is bound anew.
///
/// Children come before parents, because a format is opened through its file, and the file must
/// hold its locks by then. One thread, and exactly one of [#finish] and [#abort] in the end.
final class Preparation {
  private final Live now;
  private final Topology next;
  private final GraphDiff diff;
  private final DriverRegistry drivers;
  private final Opening.Services services;
  private final Handling handling;
  private final BitmapPlan bitmaps;
  private final ImageBitmaps images;
  private final Wiring wiring;
  private final Leaving leaving;
  private final Flushes flushes;

  private PMap<NodeName, Node> nodes;
  private PMap<NodeName, BlockIo> bound;
  private final Set<NodeName> rebound = new LinkedHashSet<>();
  private final ArrayDeque<NodeName> opened = new ArrayDeque<>();
  private boolean decided;
  private final ArrayDeque<Step> prepared = new ArrayDeque<>();

  /// A node that stays and is ready for what comes.
  private record Step(NodeName node, Prepared prepared) {}

  /// The nodes cannot be as they are wanted.
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Rejection rejection;

    /// A node could not be opened or got ready.
    Failed(NodeName node, BlockException reason) {
      super(reason);
      this.rejection = new Rejection.WorldBroke(Optional.of(node), reason);
    }

    /// Something else stands against it.
    Failed(Rejection rejection) {
      this.rejection = rejection;
    }

    Rejection rejection() {
      return rejection;
    }
  }

  Preparation(
      Live now,
      Topology next,
      DriverRegistry drivers,
      Opening.Services services,
      Handling handling,
      Wiring wiring) {
    this.now = now;
    this.next = next;
    this.diff = GraphDiff.between(now.state().topology(), next);
    this.drivers = drivers;
    this.services = services;
    this.handling = handling;
    this.bitmaps = new BitmapPlan(now.bitmaps(), next, BitmapLimits.DEFAULT);
    this.images = new ImageBitmaps(now, next, bitmaps);
    this.wiring = wiring;
    this.leaving = new Leaving(now, diff);
    this.flushes = new Flushes(now, next, diff);
    this.nodes = now.nodes();
    this.bound = now.bound();
  }

  GraphDiff diff() {
    return diff;
  }

  /// What will be live at `revision`.
  Live live(long revision) {
    return new Live(new GraphState(revision, next), nodes, bound, bitmaps.all());
  }

  /// How the live graph becomes the one at `revision`.
  Transition transition(long revision) {
    return new Transition(now, live(revision), diff, rebound);
  }

  /// Opens, prepares and binds; when it fails, [#abort] takes back what was done so far.
  ///
  /// @param time in which images are flushed that become read-only
  void run(TimedFlushes.Time time) throws Failed {
    Optional<Rejection> objection = ThrottleGroups.objection(drivers, diff, next);
    if (objection.isPresent()) {
      throw new Failed(objection.get());
    }
    for (NodeSpec gone : diff.nodesRemoved()) {
      nodes = nodes.minus(gone.name());
      bound = bound.minus(gone.name());
      rebound.add(gone.name());
    }
    planBitmaps();
    Set<NodeName> rebuilt = Cone.upwards(next, reshaped());
    Set<NodeName> touched = new LinkedHashSet<>(rebuilt);
    touched.addAll(regranted());
    for (NodeName name : Cone.childrenFirst(next, touched)) {
      visit(name, rebuilt.contains(name), time);
    }
    for (BitmapEdit edit : wiring.bitmaps()) {
      refuse(images.objection(edit, nodes.get(edit.node())));
    }
    refuse(bitmaps.objection());
  }

  private void planBitmaps() throws Failed {
    bitmaps.remove(diff.nodesRemoved().stream().map(NodeSpec::name).toList());
    bitmaps.remove(List.copyOf(handedOver()));
    for (BitmapEdit edit : wiring.bitmaps()) {
      if (next.node(edit.node()).isPresent()) {
        refuse(bitmaps.edit(edit));
      } else if (!(edit instanceof BitmapEdit.GiveBack)) {
        throw new Failed(new Rejection.RuleBroken(new Refusal.NodeNotFound(edit.node())));
      }
    }
  }

  private static void refuse(Optional<BitmapRefusal> refusal) throws Failed {
    if (refusal.isPresent()) {
      throw new Failed(new Rejection.BitmapRefused(refusal.get()));
    }
  }

  /// Nodes that are new, of another shape or with other bitmaps.
  private Set<NodeName> reshaped() {
    Set<NodeName> names = new LinkedHashSet<>();
    diff.nodesAdded().forEach(spec -> names.add(spec.name()));
    diff.nodesChanged().forEach(spec -> names.add(spec.name()));
    names.addAll(bitmaps.touched());
    wiring.anew().all().stream().filter(name -> next.node(name).isPresent()).forEach(names::add);
    names.addAll(startBitmaps());
    return names;
  }

  /// The nodes whose bitmaps new nodes are told of: nobody writes them at that moment.
  private List<NodeName> startBitmaps() {
    return Stream.concat(diff.nodesAdded().stream(), diff.nodesChanged().stream())
        .flatMap(spec -> startBitmap(spec).stream())
        .map(StartsFromBitmap.Place::node)
        .filter(node -> next.node(node).isPresent())
        .toList();
  }

  private Optional<StartsFromBitmap.Place> startBitmap(NodeSpec spec) {
    return drivers.find(spec.driver()).flatMap(driver -> driver.startBitmap(spec.options()));
  }

  /// Nodes whose parents together take or share something else.
  private Set<NodeName> regranted() {
    Set<NodeName> names = new LinkedHashSet<>();
    diff.edgesAdded().forEach(edge -> names.add(edge.child()));
    diff.edgesRemoved().forEach(edge -> names.add(edge.child()));
    for (GraphDiff.EdgeChange change : diff.edgesChanged()) {
      names.add(change.before().child());
      names.add(change.after().child());
    }
    names.removeIf(name -> next.node(name).isEmpty());
    return names;
  }

  private void visit(NodeName name, boolean rebind, TimedFlushes.Time time) throws Failed {
    NodeSpec spec = next.node(name).orElseThrow();
    Node node = nodes.get(name);
    try {
      boolean turned = node != null && (isTurned(spec) || isTriedAgain(name, node));
      if (node == null || turned) {
        node = open(spec);
        nodes = nodes.plus(name, node);
        opened.push(name);
        refuse(images.bring(name, node, Live.childrenOf(name, next, bound)));
      } else {
        prepare(spec, node, time);
      }
      if (rebind) {
        Children children = Live.childrenOf(name, next, bound);
        if (!turned) {
          requireFit(spec, node, children);
        }
        BlockIo disk = node.bind(wiring.seeing().of(spec, next, children));
        bound = bound.plus(name, bitmaps.over(name, disk));
        rebound.add(name);
        if (opened.contains(name)) {
          tellOfBitmap(name, node, disk);
        }
      }
    } catch (BlockException e) {
      throw new Failed(name, e);
    }
  }

  private void tellOfBitmap(NodeName name, Node node, BlockIo disk) throws Failed {
    if (node instanceof StartsFromBitmap starting && starting.startBitmap().isPresent()) {
      StartsFromBitmap.Place place = starting.startBitmap().get();
      BitmapEdit.Source source = new BitmapEdit.Source(place.node(), place.bitmap());
      refuse(bitmaps.read(source, name, disk.sizeBytes(), starting::startFrom));
    }
  }

  private void requireFit(NodeSpec spec, Node node, Children children) {
    Topology before = now.state().topology();
    if (before.node(spec.name()).isPresent()) {
      node.requireFit(spec, Live.childrenOf(spec.name(), before, now.bound()), children);
    }
  }

  /// Whether an inactive node becomes active, or the other way round: what is open of it is not
  /// what will be.
  private boolean isTurned(NodeSpec spec) {
    return now.state()
        .topology()
        .node(spec.name())
        .filter(before -> before.active() != spec.active())
        .isPresent();
  }

  private boolean isTriedAgain(NodeName name, Node node) {
    return node instanceof UnavailableNode && wiring.anew().opened().contains(name);
  }

  /// The nodes that become inactive.
  private List<NodeName> handedOver() {
    return diff.nodesChanged().stream()
        .filter(spec -> !spec.active() && isTurned(spec))
        .map(NodeSpec::name)
        .toList();
  }

  /// The nodes that could not be opened at the start, and that are open now, handed over or gone.
  Set<NodeName> settled() {
    Set<NodeName> names = new LinkedHashSet<>(wiring.anew().opened());
    names.addAll(handedOver());
    diff.nodesRemoved().forEach(spec -> names.add(spec.name()));
    names.removeIf(name -> !(now.nodes().get(name) instanceof UnavailableNode));
    return names;
  }

  private Node open(NodeSpec spec) {
    if (!spec.active()) {
      return InactiveNode.of(spec.name(), now, handling);
    }
    Driver driver = drivers.find(spec.driver()).orElseThrow();
    Children children = Live.childrenOf(spec.name(), next, bound);
    Opening opening = new Opening(spec, next.grantOn(spec.name()), children, services);
    return InactiveNode.wasOpen(now.nodes().get(spec.name()))
        ? handling.reopen(driver, opening)
        : handling.open(driver, opening);
  }

  private void prepare(NodeSpec spec, Node node, TimedFlushes.Time time) throws Failed {
    Topology before = now.state().topology();
    NodeName name = spec.name();
    Node.NodeChange change =
        new Node.NodeChange(
            before.node(name).orElseThrow(),
            spec,
            before.grantOn(name),
            next.grantOn(name),
            KeptLength.childrenOf(name, now, diff));
    if (spec.readOnly() && !change.before().readOnly()) {
      time.ask(name, now.disk(name));
    }
    if (!change.before().equals(spec) || !change.from().equals(change.to())) {
      prepared.push(new Step(name, handling.prepare(node, change)));
    }
  }

  /// Whoever goes lets go of what is below, before anybody uses that in another way.
  void leave() throws Failed {
    leaving.run();
  }

  /// Looks once more, while users are held, at the lengths that were looked at while they went on:
  /// a format may have let its file grow meanwhile, and whoever goes may have made it shorter.
  void lookAgain() throws Failed {
    for (NodeName name : rebound) {
      Node node = nodes.get(name);
      if (node == null) {
        continue;
      }
      NodeSpec spec = next.node(name).orElseThrow();
      Children children = Live.childrenOf(name, next, bound);
      try {
        if (opened.contains(name)) {
          node.requireStill(spec, children);
        } else {
          requireFit(spec, node, children);
        }
      } catch (BlockException e) {
        throw new Failed(name, e);
      }
    }
  }

  /// Writes back what would be held for long, while everybody goes on.
  void writeBack(TimedFlushes.Until time) throws Failed {
    flushes.ahead(time, handedOver());
  }

  /// Writes back what must be on disk before the decision: nodes that lose WRITE or go, parents
  /// before children.
  void settle(TimedFlushes.Until time) throws Failed {
    flushes.covered(time);
    flushes.gone(time);
    images.store(nodes, bound);
    flushes.handedOver(time, handedOver());
    for (Step step : prepared) {
      try {
        step.prepared().settle();
      } catch (BlockException e) {
        throw new Failed(step.node(), e);
      }
    }
  }

  /// From here on nothing may be undone, whatever happens.
  void decided() {
    decided = true;
  }

  boolean isDecided() {
    return decided;
  }

  /// The change is decided, and users are still held: new bits get what they stand for.
  void fillBitmaps() {
    bitmaps.fill();
    images.relieve(nodes, bound);
    images.follow(nodes, opened);
  }

  /// The change is decided: closes what is gone, parents first, then lets go of old locks.
  void finish() {
    Set<NodeName> gone = new LinkedHashSet<>(handedOver());
    diff.nodesRemoved().forEach(spec -> gone.add(spec.name()));
    Topology before = now.state().topology();
    @Nullable BlockException first = null;
    for (NodeName name : Cone.childrenFirst(before, gone).reversed()) {
      first = firstOf(first, () -> now.node(name).close(KeptLength.childrenOf(name, now, diff)));
    }
    prepared.forEach(step -> step.prepared().commit());
    if (first != null) {
      services
          .events()
          .report(
              gone.iterator().next(),
              NodeEvents.Kind.IO_ERROR,
              Map.of("operation", "close", "error", String.valueOf(first.getMessage())));
    }
  }

  /// The change is given up: everything is as it was.
  void abort() {
    bitmaps.forget();
    images.takeBack();
    leaving.abort();
    prepared.forEach(step -> step.prepared().abort());
    for (NodeName name : opened) {
      Node node = nodes.get(name);
      if (node != null) {
        firstOf(null, () -> node.close(Live.childrenOf(name, next, bound)));
      }
    }
  }

  private static @Nullable BlockException firstOf(@Nullable BlockException earlier, Runnable step) {
    try {
      step.run();
      return earlier;
    } catch (BlockException e) {
      return earlier == null ? e : earlier;
    }
  }
}
