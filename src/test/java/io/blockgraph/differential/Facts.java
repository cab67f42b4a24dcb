package io.blockgraph.differential;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What stands against a command in a picture, judged by looking at it and not by what a side says.
///
/// @param command what is asked
/// @param now how it looks before
record Facts(Command command, Picture now) {
  private static final Set<String> FILTERS =
      Set.of("throttle", "copy-on-read", "blkdebug", "mirror-top", "compress", "preallocate");

  /// Whether this is a reason to refuse. A conflict of permissions is told with both edges, and one
  /// about a file with what the kernel refused, and so both are believed.
  boolean hold(Reason reason) {
    return switch (reason) {
      case NOT_FOUND -> isMissing();
      case BUSY -> nodes().stream().anyMatch(this::isBusy);
      case IN_USE -> nodes().stream().anyMatch(node -> now.parentsOf(node).findAny().isPresent());
      case NOT_A_ROOT -> source().filter(this::isNoRoot).isPresent();
      case READ_ONLY -> nodes().stream().anyMatch(this::isReadOnly);
      case SIZE -> lengthsDiffer();
      case SELF_MIRROR ->
          pair().filter(two -> showsPartOf(two.getLast(), two.getFirst())).isPresent();
      case CYCLE -> pair().filter(two -> reach(two.getFirst(), two.getLast())).isPresent();
      case NOT_COVERED -> replaces().filter(node -> !isCovered(node)).isPresent();
      case LOOP -> wouldLoop() || replaces().filter(node -> !isCovered(node)).isPresent();
      case OVERLAY_IS_FILTER ->
          overlay()
              .filter(node -> isFilter(node) || now.driver(node).equals("blkverify"))
              .isPresent();
      case OVERLAY_HAS_BACKING -> overlay().flatMap(node -> now.edge(node, "backing")).isPresent();
      case UNSUPPORTED -> isUnsupported();
      case OVERLAY_IN_USE ->
          overlay().filter(node -> now.parentsOf(node).findAny().isPresent()).isPresent();
      case NOT_EMPTY -> overlay().isPresent();
      case INVALID -> hasTwice() || hasImpossibleNumber() || lengthsDiffer() || hasNoBacking();
      case CONSENT -> isPart();
      case NOT_IN_CHAIN -> !isInChain();
      case FIXED -> isOtherFile();
      case IO -> mustGrow();
      case PERMISSION, LOCKED -> true;
      default -> false;
    };
  }

  /// The nodes that a command names.
  private List<String> nodes() {
    return switch (command) {
      case Command.AddNode(_, Blueprint blueprint) -> below(blueprint);
      case Command.DeleteNode(String node) -> List.of(node);
      case Command.Snapshot(String node, String overlay) -> List.of(node, overlay);
      case Command.SnapshotFile(String node, _) -> List.of(node);
      case Command.TakeInternal(String node, _) -> List.of(node);
      case Command.DeleteInternal(String node, _) -> List.of(node);
      case Command.Resize(String node, _) -> List.of(node);
      case Command.AddExport(_, String node, _) -> List.of(node);
      case Command.StartMirror mirror ->
          mirror.how().replaces().isEmpty()
              ? List.of(mirror.source(), mirror.target())
              : List.of(mirror.source(), mirror.target(), mirror.how().replaces().get());
      case Command.Stream(_, String node, var end) ->
          Stream.concat(Stream.of(node), end.stream().map(Command.To::node)).toList();
      case Command.Commit(_, String top, String base) -> List.of(top, base);
      case Command.Reopen(String node, Command.Reopening change) ->
          switch (change) {
            case Command.Reopening.ToFile(String file) -> List.of(node, file);
            case Command.Reopening.ToBacking(Optional<String> to) ->
                to.map(backing -> List.of(node, backing)).orElse(List.of(node));
            case Command.Reopening.ToAccess _ -> List.of(node);
          };
      case Command.ReopenAll(List<Command.Reopen> changes) ->
          changes.stream().map(Command.Reopen::node).toList();
      case Command.NameBacking(String node, _) -> List.of(node);
      case Command.AddChild(String quorum, String node) -> List.of(quorum, node);
      case Command.RemoveChild(String quorum, _) -> List.of(quorum);
      default -> List.of();
    };
  }

  static List<String> below(Blueprint blueprint) {
    List<Below> below =
        switch (blueprint) {
          case Blueprint.File _, Blueprint.Null _ -> List.of();
          case Blueprint.Raw(Below file, _) -> List.of(file);
          case Blueprint.Window(Below file, _, _, _) -> List.of(file);
          case Blueprint.Qcow2(Below file, Optional<String> backing, _) ->
              backing.<List<Below>>map(b -> List.of(file, new Below.Node(b))).orElse(List.of(file));
          case Blueprint.Throttle(Below file, _) -> List.of(file);
          case Blueprint.Filter(_, Below file) -> List.of(file);
          case Blueprint.Luks(Below file, _, _) -> List.of(file);
          case Blueprint.CopyOnRead(Below file, _) -> List.of(file);
          case Blueprint.Blkdebug(Below file, _, _) -> List.of(file);
          case Blueprint.Quorum(List<Below> children, _, _) -> children;
          case Blueprint.Blkverify(Below raw, Below test) -> List.of(raw, test);
        };
    return below.stream()
        .flatMap(one -> one instanceof Below.Node(String name) ? Stream.of(name) : Stream.of())
        .toList();
  }

  private Optional<String> source() {
    return switch (command) {
      case Command.StartMirror mirror -> Optional.of(mirror.source());
      case Command.Commit(_, String top, _) -> Optional.of(top);
      default -> Optional.empty();
    };
  }

  private Optional<String> overlay() {
    return command instanceof Command.Snapshot(_, String overlay)
        ? Optional.of(overlay)
        : Optional.empty();
  }

  private Optional<String> replaces() {
    return command instanceof Command.StartMirror mirror
        ? mirror.how().replaces()
        : Optional.empty();
  }

  /// The two nodes that a command brings together, the upper one first.
  private Optional<List<String>> pair() {
    return switch (command) {
      case Command.Snapshot(String node, String overlay) -> Optional.of(List.of(overlay, node));
      case Command.StartMirror mirror -> Optional.of(List.of(mirror.source(), mirror.target()));
      case Command.Work(_, Command.Direct(Command.Qmp(_, var arguments), _))
          when arguments.containsKey("target") ->
          Optional.of(
              List.of(arguments.get("device").toString(), arguments.get("target").toString()));
      case Command.AddChild(String quorum, String node) -> Optional.of(List.of(quorum, node));
      case Command.Reopen reopen -> {
        List<String> nodes = nodes();
        yield nodes.size() == 2 ? Optional.of(nodes) : Optional.empty();
      }
      default -> Optional.empty();
    };
  }

  /// Whether a target stands on what it is to replace.
  private boolean wouldLoop() {
    return command instanceof Command.StartMirror mirror
        && now.subtree(mirror.target()).contains(mirror.how().replaces().orElse(mirror.source()));
  }

  private boolean isMissing() {
    boolean child =
        command instanceof Command.RemoveChild(String parent, String name)
            && now.edge(parent, name).isEmpty();
    return child || nodes().stream().anyMatch(node -> now.node(node).isEmpty());
  }

  /// Whether a target shows, through filters, something that its source stands on.
  private boolean showsPartOf(String target, String source) {
    return now.subtree(source).contains(unfiltered(target));
  }

  private boolean isBusy(String node) {
    return now.parentsOf(node)
        .anyMatch(
            edge ->
                edge.kind() == Picture.Kind.JOB
                    || edge.name().equals("backing")
                    || now.driver(edge.parent()).equals("mirror-top"));
  }

  private boolean isNoRoot(String node) {
    return now.parentsOf(node).anyMatch(edge -> edge.kind() != Picture.Kind.EXPORT);
  }

  private boolean isReadOnly(String node) {
    boolean shall =
        command instanceof Command.Reopen(_, Command.Reopening.ToAccess(Access access))
            && access == Access.READ_ONLY
            && now.parentsOf(node)
                .anyMatch(
                    edge -> edge.grant().taken().stream().anyMatch(p -> p.startsWith("write")));
    return shall
        || now.subtree(node).stream()
            .flatMap(name -> now.node(name).stream())
            .anyMatch(found -> found.access() == Access.READ_ONLY);
  }

  private boolean lengthsDiffer() {
    return switch (command) {
      case Command.AddNode(_, Blueprint.Window _) -> true;
      case Command.AddNode(_, Blueprint.Quorum quorum) -> quorumLengthsDiffer(quorum);
      case Command.AddNode _,
          Command.Snapshot _,
          Command.StartMirror _,
          Command.AddChild _,
          Command.Commit _ ->
          nodes().stream()
                  .flatMap(n -> now.node(n).stream())
                  .map(Picture.Node::size)
                  .distinct()
                  .count()
              > 1;
      default -> false;
    };
  }

  private boolean quorumLengthsDiffer(Blueprint.Quorum quorum) {
    return quorum.children().stream()
            .flatMap(
                child ->
                    switch (child) {
                      case Below.File(Image image) -> Stream.of(image.template().diskBytes());
                      case Below.Node(String name) ->
                          now.node(name).stream().map(Picture.Node::size);
                    })
            .distinct()
            .count()
        > 1;
  }

  /// Whether the second node that a job names is below the first in its chain.
  private boolean isInChain() {
    List<String> nodes = nodes();
    String lower = nodes.getLast();
    Optional<String> next = Optional.of(nodes.getFirst());
    while (nodes.size() == 2 && next.isPresent() && !next.get().equals(lower)) {
      String node = next.get();
      next = now.edge(node, isFilter(node) ? "file" : "backing").map(Picture.Edge::child);
    }
    return next.isPresent() && !unfiltered(nodes.getFirst()).equals(unfiltered(lower));
  }

  private boolean same(String one, String other) {
    return unfiltered(one).equals(unfiltered(other));
  }

  private String unfiltered(String node) {
    return isFilter(node)
        ? now.edge(node, "file").map(edge -> unfiltered(edge.child())).orElse(node)
        : node;
  }

  private boolean isFilter(String node) {
    return isFilter(now, node);
  }

  static boolean isFilter(Picture now, String node) {
    return FILTERS.contains(now.driver(node));
  }

  private boolean reach(String upper, String lower) {
    return now.subtree(lower).contains(upper);
  }

  private boolean isCovered(String node) {
    String from = source().orElseThrow();
    while (!from.equals(node) && isFilter(from)) {
      from = now.edge(from, "file").map(Picture.Edge::child).orElseThrow();
    }
    boolean child =
        now.driver(from).equals("quorum")
            && now.childrenOf(from).anyMatch(edge -> edge.child().equals(node));
    return from.equals(node) || child;
  }

  private boolean isUnsupported() {
    return switch (command) {
      case Command.Resize(String node, _) -> !now.driver(unfiltered(node)).equals("qcow2");
      case Command.Snapshot(_, String overlay) -> !now.driver(overlay).equals("qcow2");
      case Command.Reopen _ -> true;
      case Command.Commit _ -> mustGrow();
      case Command.Stream stream -> stream.end().filter(to -> isFilter(to.node())).isPresent();
      case Command.NameBacking(String node, _) -> !now.driver(node).equals("qcow2");
      case Command.AddChild(String parent, _) -> !now.driver(parent).equals("quorum");
      case Command.RemoveChild(String parent, _) -> !now.driver(parent).equals("quorum");
      default -> false;
    };
  }

  /// Whether a commit makes its base longer, which one side tries first and the other in the end.
  private boolean mustGrow() {
    return command instanceof Command.Commit(_, String top, String base)
        && now.node(base)
            .filter(one -> now.node(top).filter(other -> other.size() > one.size()).isPresent())
            .isPresent();
  }

  private boolean isOtherFile() {
    return command instanceof Command.Reopen(String node, Command.Reopening.ToFile(String file))
        && !isFilter(node)
        && now.edge(node, "file").filter(edge -> !same(edge.child(), file)).isPresent();
  }

  private boolean hasNoBacking() {
    return command instanceof Command.Reopen(String node, Command.Reopening.ToBacking _)
        && !now.driver(node).equals("qcow2");
  }

  /// Whether a copy of a part would take a place and nobody has said that this is meant.
  private boolean isPart() {
    return command instanceof Command.StartMirror mirror
        && !mirror.how().sync().equals("full")
        && !mirror.how().has(Command.Detail.ACCEPT_PARTIAL);
  }

  private boolean hasTwice() {
    return command instanceof Command.AddNode(_, Blueprint.Quorum quorum)
        && (below(quorum).stream().map(this::unfiltered).distinct().count() < below(quorum).size()
            || quorum.threshold() > quorum.children().size());
  }

  private boolean hasImpossibleNumber() {
    return command instanceof Command.StartMirror mirror
        && (mirror.how().has(Command.Detail.GRANULARITY_300)
            || mirror.how().has(Command.Detail.GRANULARITY_3000));
  }
}
