package io.blockgraph.differential;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/// Recognizes differences in how the graph looks.
final class PictureCases {
  private static final Picture.Grant IDLE =
      Picture.Grant.of(Set.of(), Set.of("consistent-read", "write", "write-unchanged", "resize"));
  private static final Picture.Grant WRITING =
      Picture.Grant.of(Set.of("write"), Set.of("write-unchanged"));

  private PictureCases() {}

  /// An edge that does not share WRITE, or below it not WRITE or RESIZE, because it belongs to a
  /// node of this driver or stands below one.
  static boolean keepsWritersOut(Difference difference, Scene scene, String driver) {
    return bothEdges(
        difference,
        (daemon, ours) ->
            daemon.child().equals(ours.child())
                && daemon.grant().taken().equals(ours.grant().taken())
                && daemon.grant().shared().containsAll(ours.grant().shared())
                && Set.of("write", "resize").containsAll(unshared(daemon, ours))
                && isBelow(scene.ours(), ours.parent(), driver));
  }

  private static Set<String> unshared(Picture.Edge daemon, Picture.Edge ours) {
    Set<String> left = new TreeSet<>(daemon.grant().shared());
    left.removeAll(ours.grant().shared());
    return left;
  }

  /// A filter that stands above a disk of the chain goes on doing so; the daemon passes it by.
  static boolean filterStays(Difference difference, Scene scene) {
    boolean looks =
        difference instanceof Difference.Edges || difference instanceof Difference.Exports;
    Chain chain = new Chain(scene.before().ours());
    return looks
        && switch (scene.command()) {
          case Command.Stream(_, String node, _) -> chain.holdsFilter(node);
          case Command.Commit(_, String top, _) -> chain.holdsFilter(top);
          default -> false;
        };
  }

  /// Whether a node is of a driver or below one that is.
  static boolean isBelow(Picture picture, String node, String driver) {
    return picture.nodes().values().stream()
        .filter(upper -> upper.driver().equals(driver))
        .anyMatch(upper -> picture.subtree(upper.name()).contains(node));
  }

  /// The edge from a mirror's filter to its target.
  static boolean filterShowsTarget(Difference difference, Scene scene) {
    return difference instanceof Difference.Edges(_, var daemon, var ours)
        && daemon.isEmpty()
        && ours.filter(edge -> edge.name().equals("target") && edge.grant().equals(IDLE))
            .isPresent()
        && scene.ours().driver(ours.get().parent()).equals("mirror-top");
  }

  /// The job's two holds on its target, of which Blockgraph makes one.
  static boolean targetIsHeldOnce(Difference difference, Scene scene) {
    boolean one =
        bothEdges(
            difference,
            (daemon, ours) ->
                ours.kind() == Picture.Kind.JOB
                    && ours.name().equals("target")
                    && ours.child().equals(daemon.child())
                    && ours.grant().equals(WRITING)
                    && daemon.grant().equals(IDLE));
    return one
        || (difference instanceof Difference.Edges(_, var daemon, var ours)
            && ours.isEmpty()
            && daemon.filter(edge -> edge.grant().equals(WRITING)).isPresent()
            && scene
                .ours()
                .parentsOf(daemon.get().child())
                .anyMatch(edge -> edge.kind() == Picture.Kind.JOB && edge.name().equals("target")));
  }

  /// The filter above a read-only source.
  static boolean filterIsAsWritableAsItsSource(Difference difference, Scene scene) {
    return bothNodes(
        difference,
        (daemon, ours) ->
            ours.driver().equals("mirror-top")
                && daemon.access() == Access.WRITABLE
                && ours.access() == Access.READ_ONLY
                && sameSize(daemon, ours)
                && scene
                    .ours()
                    .edge(ours.name(), "file")
                    .flatMap(edge -> scene.ours().node(edge.child()))
                    .filter(source -> source.access() == Access.READ_ONLY)
                    .isPresent());
  }

  /// An overlay made by a snapshot, or what stands below it, once nobody uses the overlay.
  static boolean madeOverlayStays(Difference difference, Scene scene) {
    String node =
        switch (difference) {
          case Difference.Nodes(String name, var daemon, _) when daemon.isEmpty() -> name;
          case Difference.Edges(_, var daemon, var ours) when daemon.isEmpty() ->
              ours.orElseThrow().parent();
          default -> "";
        };
    return scene.history().made().stream()
        .filter(made -> scene.daemon().node(made).isEmpty())
        .anyMatch(made -> node.equals(made) || node.equals(made + "/file"));
  }

  /// An overlay made on a read-only node, and its file.
  static boolean madeOverlayIsWritable(Difference difference, Scene scene) {
    if (!(scene.command() instanceof Command.SnapshotFile(String below, String made))
        || !isReadOnly(scene.before().ours(), below)) {
      return false;
    }
    return bothNodes(
            difference,
            (daemon, ours) ->
                (ours.name() + "/").startsWith(made + "/")
                    && daemon.access() == Access.READ_ONLY
                    && sameSize(daemon, ours))
        || bothEdges(difference, (_, ours) -> ours.leadsFrom(made));
  }

  private static boolean isReadOnly(Picture picture, String node) {
    return picture.node(node).filter(found -> found.access() == Access.READ_ONLY).isPresent();
  }

  /// A node that a snapshot has made read-only though QEMU cannot reopen it, and what came inline
  /// with it.
  static boolean protectsWhatCannotBeReopened(Difference difference, Scene scene) {
    return (isSnapshot(scene.command()) || scene.command() instanceof Command.Commit)
        && bothNodes(
            difference,
            (daemon, ours) ->
                daemon.access() == Access.WRITABLE
                    && ours.access() == Access.READ_ONLY
                    && sameSize(daemon, ours)
                    && Set.of("quorum", "blkverify")
                        .contains(scene.ours().driver(ours.name().replaceFirst("/.*", ""))));
  }

  /// The base of a commit that has failed is as writable as the job needed it.
  static boolean baseIsAsItWas(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Commit(_, _, String base)
        && bothNodes(
            difference,
            (daemon, ours) ->
                ours.name().equals(base)
                    && daemon.access() == Access.WRITABLE
                    && scene.before().ours().node(base).filter(ours::equals).isPresent());
  }

  /// A filter that writes without being asked to, under an overlay.
  static boolean selfWritingFilterStaysWritable(Difference difference, Scene scene) {
    return isSnapshot(scene.command())
        && bothNodes(
            difference,
            (daemon, ours) ->
                daemon.access() == Access.READ_ONLY
                    && ours.access() == Access.WRITABLE
                    && sameSize(daemon, ours)
                    && ours.driver().equals("blkdebug")
                    && scene
                        .ours()
                        .childrenOf(ours.name())
                        .anyMatch(edge -> edge.grant().taken().contains("write-unchanged")));
  }

  private static boolean isSnapshot(Command command) {
    return command instanceof Command.Snapshot || command instanceof Command.SnapshotFile;
  }

  /// A filter that still tells the length its child had before.
  static boolean lengthIsFresh(Difference difference, Scene scene) {
    return bothNodes(
        difference,
        (daemon, ours) ->
            Set.of("throttle", "blkdebug", "raw").contains(ours.driver())
                && daemon.access() == ours.access()
                && scene
                    .before()
                    .daemon()
                    .node(daemon.name())
                    .filter(was -> was.size() == daemon.size())
                    .isPresent()
                && scene
                    .ours()
                    .edge(ours.name(), "file")
                    .flatMap(edge -> scene.ours().node(edge.child()))
                    .filter(child -> child.size() == ours.size())
                    .isPresent());
  }

  /// An export that was added to a node below a mirror's filter and serves the filter, its user,
  /// and that the filter writes below it what this user writes.
  static boolean exportServesTheFilter(Difference difference, Scene scene) {
    return switch (difference) {
      case Difference.Exports(_, var daemon, var ours) ->
          daemon.isPresent()
              && ours.isPresent()
              && isShownBy(scene.ours(), daemon.get(), ours.get());
      case Difference.Edges(_, var daemon, var ours) when daemon.isEmpty() || ours.isEmpty() ->
          daemon.or(() -> ours).filter(edge -> edge.kind() == Picture.Kind.EXPORT).isPresent()
              && raised(scene)
                  .anyMatch(
                      export ->
                          export.daemon().equals(daemon.map(Picture.Edge::child))
                              || export.ours().equals(ours.map(Picture.Edge::child)));
      case Difference.Edges _ ->
          bothEdges(
              difference,
              (daemon, ours) ->
                  ours.name().equals("file")
                      && ours.child().equals(daemon.child())
                      && ours.grant().taken().containsAll(daemon.grant().taken())
                      && daemon.grant().shared().containsAll(ours.grant().shared())
                      && scene.ours().driver(ours.parent()).equals("mirror-top")
                      && raised(scene)
                          .anyMatch(
                              export ->
                                  scene
                                      .ours()
                                      .subtree(export.ours().orElseThrow())
                                      .contains(ours.parent())));
      default -> false;
    };
  }

  /// The exports that serve a filter of a job here, and what it shows there.
  private static Stream<Difference.Exports> raised(Scene scene) {
    return Comparison.of(scene.daemon(), scene.ours()).stream()
        .flatMap(
            difference ->
                difference instanceof Difference.Exports export
                        && exportServesTheFilter(export, scene)
                    ? Stream.of(export)
                    : Stream.of());
  }

  /// Whether nothing but filters of mirrors is between a node and what is below them.
  private static boolean isShownBy(Picture picture, String node, String top) {
    String at = top;
    while (!at.equals(node) && picture.driver(at).equals("mirror-top")) {
      at = picture.edge(at, "file").map(Picture.Edge::child).orElse("");
    }
    return at.equals(node) && !at.equals(top);
  }

  /// A target that its job has made as read-only as what it has replaced, and QEMU cannot reopen.
  static boolean targetBecomesReadOnly(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Steer(String job, _)
        && scene
            .history()
            .mirror(job)
            .filter(m -> isReadOnly(scene.before().ours(), replaced(m)))
            .isPresent()
        && bothNodes(
            difference,
            (daemon, ours) ->
                daemon.access() == Access.WRITABLE
                    && ours.access() == Access.READ_ONLY
                    && sameSize(daemon, ours)
                    && scene
                        .ours()
                        .subtree(scene.history().mirror(job).orElseThrow().target())
                        .contains(ours.name()));
  }

  /// A job that has failed because its target cannot become as read-only as what it was to replace.
  static boolean targetStaysWritable(Scene scene) {
    Picture before = scene.before().ours();
    return failedHereOnly(scene)
        .filter(mirror -> isReadOnly(before, replaced(mirror)))
        .filter(
            mirror ->
                before
                    .parentsOf(mirror.target())
                    .filter(edge -> edge.kind() == Picture.Kind.NODE)
                    .anyMatch(edge -> edge.grant().taken().contains("write-unchanged")))
        .isPresent();
  }

  /// A job that has failed because its target stands on what it was to replace.
  static boolean swapWouldLoop(Scene scene) {
    return failedHereOnly(scene)
        .filter(mirror -> scene.before().ours().subtree(mirror.target()).contains(replaced(mirror)))
        .isPresent();
  }

  private static String replaced(Command.StartMirror mirror) {
    return mirror.how().replaces().orElse(mirror.source());
  }

  /// The mirror that was asked to go on and has failed on our side only.
  private static Optional<Command.StartMirror> failedHereOnly(Scene scene) {
    if (!(scene.command() instanceof Command.Steer(String job, _))) {
      return Optional.empty();
    }
    boolean only = hasFailed(scene.ours(), job) && !hasFailed(scene.daemon(), job);
    return only ? scene.history().mirror(job) : Optional.empty();
  }

  /// A job that was ended gently while it waited to be finalized.
  static boolean pendingJobEndsGently(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Steer(String job, Command.Verb verb)
        && verb == Command.Verb.KEEP_COPY
        && difference instanceof Difference.Jobs(String id, _, _)
        && id.equals(job)
        && Optional.ofNullable(scene.before().daemon().jobs().get(job))
            .filter(before -> before.status().equals("pending"))
            .isPresent()
        && hasFailed(scene.daemon(), job)
        && !hasFailed(scene.ours(), job);
  }

  private static boolean hasFailed(Picture picture, String job) {
    return picture.jobs().containsKey(job) && picture.jobs().get(job).failed();
  }

  /// Both sides of a blkverify that was resized, of which the daemon resizes one.
  static boolean bothSidesAreResized(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Resize(String node, long size)
        && holds(scene.ours(), node, "blkverify")
        && bothNodes(
            difference, (daemon, ours) -> ours.size() == size && daemon.access() == ours.access());
  }

  private static boolean holds(Picture picture, String top, String driver) {
    return picture.subtree(top).stream().anyMatch(node -> picture.driver(node).equals(driver));
  }

  /// The length of a file, to the byte and not to the sector; and so its bytes.
  static boolean fileEndsWhereItEnds(Difference difference, Scene scene) {
    if (difference instanceof Difference.Bytes(String name, _, _)) {
      return isRounded(scene.daemon().node(name), scene.ours().node(name));
    }
    return difference instanceof Difference.Nodes(_, var daemon, var ours)
        && isRounded(daemon, ours);
  }

  private static boolean isRounded(Optional<Picture.Node> daemon, Optional<Picture.Node> ours) {
    return daemon.isPresent()
        && ours.isPresent()
        && Set.of("file", "preallocate").contains(ours.get().driver())
        && daemon.get().access() == ours.get().access()
        && ours.get().size() % 512 != 0
        && daemon.get().size() == Math.ceilDiv(ours.get().size(), 512) * 512;
  }

  private static boolean sameSize(Picture.Node daemon, Picture.Node ours) {
    return daemon.size() == ours.size();
  }

  private static boolean bothNodes(
      Difference difference, BiPredicate<Picture.Node, Picture.Node> so) {
    return difference
            instanceof
            Difference.Nodes(_, Optional<Picture.Node> daemon, Optional<Picture.Node> ours)
        && daemon.isPresent()
        && ours.isPresent()
        && daemon.get().driver().equals(ours.get().driver())
        && so.test(daemon.get(), ours.get());
  }

  private static boolean bothEdges(
      Difference difference, BiPredicate<Picture.Edge, Picture.Edge> so) {
    return difference
            instanceof
            Difference.Edges(_, Optional<Picture.Edge> daemon, Optional<Picture.Edge> ours)
        && daemon.isPresent()
        && ours.isPresent()
        && so.test(daemon.get(), ours.get());
  }
}
