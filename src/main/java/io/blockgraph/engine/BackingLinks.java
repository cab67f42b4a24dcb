package io.blockgraph.engine;

import io.blockgraph.block.BackingLink;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Relinkable;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.Walks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What images say of their backing disks, for programs that open them without the service. The
/// graph itself never follows these names: it knows its edges. Any thread.
final class BackingLinks {
  private static final DriverName FILE = new DriverName("file");
  private static final DriverName RAW = new DriverName("raw");

  private final BlockGraph graph;

  BackingLinks(BlockGraph graph) {
    this.graph = graph;
  }

  /// A file and the format of what is in it.
  private record Storage(String path, DriverName format) {}

  /// How an image in the file `path` names `node`: relative to the image's directory. Empty when no
  /// file alone shows what the node shows (a quorum, a null disk, a window).
  Optional<BackingLink> link(String path, NodeName node, Topology topology) {
    return storage(node, topology)
        .map(storage -> new BackingLink(relative(path, storage.path()), storage.format().value()));
  }

  private String relative(String image, String backing) {
    HostFiles files = graph.services().files();
    Path directory = Path.of(files.canonical(image)).getParent();
    Path named = Path.of(files.canonical(backing));
    return directory == null ? named.toString() : directory.relativize(named).toString();
  }

  private Optional<Storage> storage(NodeName node, Topology topology) {
    Walks walks = new Walks(topology, graph.drivers());
    NodeSpec shown = topology.node(walks.skipFilters(node)).orElseThrow();
    if (shown.driver().equals(FILE)) {
      return path(shown).map(path -> new Storage(path, RAW));
    }
    boolean whole = !shown.driver().equals(RAW) || isWhole(shown);
    return shown
        .child(ChildName.FILE)
        .filter(child -> whole && keepsAllInIt(shown, child))
        .map(child -> topology.node(walks.skipFilters(child.node())).orElseThrow())
        .filter(file -> file.driver().equals(FILE))
        .flatMap(BackingLinks::path)
        .map(path -> new Storage(path, shown.driver()));
  }

  private static boolean isWhole(NodeSpec raw) {
    return raw.options().number("offset").isEmpty() && raw.options().number("size").isEmpty();
  }

  private static boolean keepsAllInIt(NodeSpec node, ChildSpec file) {
    return file.roles().has(Role.PRIMARY)
        && node.children().stream()
            .allMatch(child -> child.equals(file) || child.roles().has(Role.COW));
  }

  private static Optional<String> path(NodeSpec file) {
    return file.options().text("filename");
  }

  /// The nodes whose images should name `overlay` once it is on `node`: those above that are backed
  /// by it, and the overlay itself, which should name the node.
  static List<NodeName> toRename(Topology after, NodeName overlay) {
    List<NodeName> images = new ArrayList<>(List.of(overlay));
    for (Edge edge : after.parentsOf(overlay)) {
      if (edge.parent() instanceof Parent.OfNode(NodeName above) && edge.roles().has(Role.COW)) {
        images.add(above);
      }
    }
    return images;
  }

  /// Has the image of a node say something else, right now: the caller holds back everybody who
  /// uses it.
  ///
  /// @param disk the node's own disk, as it can be written
  /// @return why it could not be, in a sentence; the image says what it said before
  Optional<String> relink(ImageNodes.Relink wish, BlockIo disk, Topology topology) {
    if (!(disk instanceof Relinkable image)) {
      return Optional.empty();
    }
    if (topology.node(wish.node()).orElseThrow().readOnly()) {
      return Optional.of(untold(wish.node(), "it is read-only"));
    }
    if (wish.backing().isEmpty()) {
      image.unlink();
      return Optional.empty();
    }
    NodeName backing = wish.backing().get();
    Optional<BackingLink> link =
        storage(wish.node(), topology)
            .flatMap(own -> link(own.path(), backing, topology))
            .map(l -> new BackingLink(wish.file().orElse(l.file()), l.format()));
    if (link.isEmpty()) {
      return Optional.of(untold(wish.node(), notOneFile(backing)));
    }
    try {
      image.link(link.get());
      return Optional.empty();
    } catch (BlockException e) {
      if (e.kind() != BlockException.Kind.INVALID) {
        throw e;
      }
      return Optional.of(untold(wish.node(), String.valueOf(e.getMessage())));
    }
  }

  private static String untold(NodeName node, String why) {
    return "the image of node '" + node + "' still names what backed it before: " + why;
  }

  private static String notOneFile(NodeName backing) {
    return "node '" + backing + "' is not the whole of one image file";
  }

  /// Rewrites what the images of `nodes` say to what the graph is now.
  ///
  /// @return for each that could not be rewritten, why, in a sentence; the graph is right all the
  ///   same
  List<String> persist(List<NodeName> nodes) {
    List<String> untold = new ArrayList<>();
    for (NodeName node : nodes) {
      persist(node).ifPresent(why -> untold.add(untold(node, why)));
    }
    return untold;
  }

  private Optional<String> persist(NodeName node) {
    Topology topology = graph.state().topology();
    Optional<NodeName> backing =
        topology.node(node).isEmpty()
            ? Optional.empty()
            : new Walks(topology, graph.drivers()).cowChild(node);
    if (backing.isEmpty()) {
      return Optional.empty();
    }
    Optional<BackingLink> link =
        storage(node, topology).flatMap(own -> link(own.path(), backing.get(), topology));
    if (link.isEmpty()) {
      return Optional.of(notOneFile(backing.get()));
    }
    return rewrite(node, link.get());
  }

  private Optional<String> rewrite(NodeName node, BackingLink link) {
    Change change =
        Change.of("link of '" + node + "'", List.of())
            .passing()
            .holding(Set.of(node))
            .whileHeld(
                (_, _, disks) -> {
                  if (disks.apply(node) instanceof Relinkable image) {
                    image.link(link);
                  }
                  return Optional.empty();
                });
    return switch (graph.commit(change)) {
      case Result.Done<Committed> _ -> Optional.empty();
      case Result.Rejected<Committed>(Rejection.WorldBroke(var _, BlockException cause)) ->
          Optional.of(String.valueOf(cause.getMessage()));
      case Result.Rejected<Committed> _ ->
          Optional.of("those who use it could not be held back in time");
    };
  }
}
