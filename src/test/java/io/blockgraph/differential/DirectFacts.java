package io.blockgraph.differential;

import io.blockgraph.differential.Command.Direct;
import io.blockgraph.differential.Command.Life;
import io.blockgraph.differential.Command.Qmp;
import io.blockgraph.differential.Command.Work;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What stands against a request to the daemon in a picture, as far as bitmaps and backups go.
///
/// @param now how it looks before
record DirectFacts(Qmp qmp, Picture now) {
  /// Those of a command that is one request, at least in the beginning.
  static Optional<DirectFacts> of(Command command, Picture now) {
    return switch (command) {
      case Direct(Qmp qmp, _) -> Optional.of(new DirectFacts(qmp, now));
      case Work(_, Direct(Qmp qmp, _)) -> Optional.of(new DirectFacts(qmp, now));
      case Life life -> Optional.of(new DirectFacts(life.begin().qmp(), now));
      case Command.Task(_, Direct(Qmp qmp, _), _) -> Optional.of(new DirectFacts(qmp, now));
      default -> Optional.empty();
    };
  }

  /// Whether both are reasons to refuse one and the same action, or ours is one of those that
  /// Blockgraph looks for in all actions before it does any, or that the daemon does not know.
  boolean hold(Reason daemon, Reason ours) {
    boolean same = actions().anyMatch(action -> holds(action, daemon) && holds(action, ours));
    boolean other =
        Set.of(Reason.INVALID, Reason.READ_ONLY, Reason.BUSY, Reason.NOT_EMPTY).contains(ours)
            && actions().anyMatch(action -> holds(action, ours));
    return same || (other && actions().anyMatch(action -> holds(action, daemon)));
  }

  /// Whether it names a bitmap that is not there.
  boolean namesWhatIsMissing() {
    return actions()
        .flatMap(DirectFacts::bitmaps)
        .anyMatch(name -> !now.bitmaps().containsKey(name));
  }

  /// Whether it cannot be done for more reasons than one, of those that bitmaps have.
  boolean isWrongTwice() {
    return Stream.of(
                Reason.NOT_FOUND,
                Reason.NAME_IN_USE,
                Reason.INVALID,
                Reason.UNSUPPORTED,
                Reason.READ_ONLY)
            .filter(reason -> actions().anyMatch(action -> holds(action, reason)))
            .count()
        > 1;
  }

  /// Whether it would change what a read-only image stores of its bitmaps.
  boolean changesWhatIsStored() {
    return actions().anyMatch(this::changesWhatIsStored);
  }

  private boolean changesWhatIsStored(Qmp action) {
    boolean soon = nodes(action).anyMatch(this::isSnapshotted);
    String verbs = soon ? "enable|disable|merge|clear|remove" : "enable|disable";
    boolean changes = action.command().matches("block-dirty-bitmap-(" + verbs + ")");
    boolean keeps = action.command().equals("block-dirty-bitmap-add") && isKept(action);
    return (keeps || (changes && bitmaps(action).anyMatch(name -> has(name, "persistent"))))
        && (soon || nodes(action).anyMatch(this::isReadOnly));
  }

  private static boolean isKept(Qmp added) {
    return Boolean.TRUE.equals(added.arguments().get("persistent"));
  }

  private boolean canKeepBitmaps(String node) {
    return "qcow2".equals(now.driver(node));
  }

  /// Whether it changes a stored bitmap of a disk that is read-only.
  private boolean changesWhatIsReadOnly(Qmp action) {
    return action.command().matches("block-dirty-bitmap-(clear|merge|remove)")
        && bitmaps(action).anyMatch(name -> has(name, "persistent"))
        && nodes(action).anyMatch(this::isReadOnly);
  }

  /// Whether there is such a bitmap, or is to be one first.
  private boolean isTaken(String bitmap, Qmp action) {
    return now.bitmaps().containsKey(bitmap)
        || before(action, "block-dirty-bitmap-add")
            .flatMap(DirectFacts::bitmaps)
            .anyMatch(bitmap::equals);
  }

  /// Whether a backup that is to begin first has the bitmap, or it is to be removed first.
  private boolean isLentFirst(String bitmap, Qmp action) {
    return before(action, "blockdev-backup|block-dirty-bitmap-remove")
        .flatMap(DirectFacts::bitmaps)
        .anyMatch(bitmap::equals);
  }

  /// Whether a backup that is to begin first has the node.
  private boolean isCopiedFirst(Qmp action) {
    List<String> nodes = before(action, "blockdev-backup").flatMap(DirectFacts::nodes).toList();
    return nodes.contains(text(action, "node")) || nodes.contains(text(action, "overlay"));
  }

  /// Of an action that comes twice, those before the second.
  private Stream<Qmp> before(Qmp action, String commands) {
    List<Qmp> all = actions().toList();
    return all.subList(0, all.lastIndexOf(action)).stream()
        .filter(one -> one.command().matches(commands));
  }

  /// Whether it will be read-only.
  private boolean isSnapshotted(String node) {
    return actions()
        .filter(action -> action.command().equals("blockdev-snapshot"))
        .anyMatch(action -> text(action, "node").equals(node));
  }

  private boolean isReadOnly(String node) {
    return now.node(node).filter(found -> found.access() == Access.READ_ONLY).isPresent();
  }

  /// A backup that is asked for.
  record Backup(String sync, String source, String target) {}

  /// The backups that are asked for.
  Stream<Backup> backups() {
    return actions()
        .filter(action -> action.command().equals("blockdev-backup"))
        .map(a -> new Backup(text(a, "sync"), text(a, "device"), text(a, "target")));
  }

  /// Whether it is a transaction with a backup by this bitmap, which is to be kept also when the
  /// backup fails.
  boolean wouldCopyAlwaysBy(String bitmap) {
    return qmp.command().equals("transaction")
        && actions()
            .filter(action -> text(action, "bitmap-mode").equals("always"))
            .flatMap(DirectFacts::bitmaps)
            .anyMatch(bitmap::equals);
  }

  /// Whether one action names a bitmap that another before it removes.
  boolean namesWhatIsRemoved() {
    List<Qmp> all = actions().toList();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).command().equals("block-dirty-bitmap-remove")) {
        String gone = bitmaps(all.get(i)).findFirst().orElseThrow();
        if (all.subList(i + 1, all.size()).stream()
            .anyMatch(a -> bitmaps(a).anyMatch(gone::equals))) {
          return true;
        }
      }
    }
    return false;
  }

  private Stream<Qmp> actions() {
    if (!(qmp.arguments().get("actions") instanceof List<?> actions)) {
      return Stream.of(qmp);
    }
    return actions.stream()
        .map(action -> (Map<?, ?>) action)
        .map(action -> new Qmp((String) action.get("type"), data(action.get("data"))));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> data(Object data) {
    return (Map<String, Object>) data;
  }

  private boolean holds(Qmp action, Reason reason) {
    if (action.command().equals("x-blockdev-amend")) {
      return isWrong(data(action.arguments().get("options")), text(action, "node-name"), reason);
    }
    if (action.command().equals("blockdev-snapshot")) {
      return (reason == Reason.BUSY && isCopiedFirst(action))
          || new Facts(new Command.Snapshot(text(action, "node"), text(action, "overlay")), now)
              .hold(reason);
    }
    if (action.command().equals("block-export-add")) {
      return cannotBeShown(action, reason);
    }
    boolean adds = action.command().equals("block-dirty-bitmap-add");
    boolean copies = action.command().equals("blockdev-backup");
    return switch (reason) {
      case NOT_FOUND ->
          nodes(action).anyMatch(node -> now.node(node).isEmpty())
              || (!adds && bitmaps(action).anyMatch(name -> !now.bitmaps().containsKey(name)));
      case NAME_IN_USE -> adds && bitmaps(action).anyMatch(name -> isTaken(name, action));
      case BUSY -> bitmaps(action).anyMatch(name -> has(name, "busy") || isLentFirst(name, action));
      case SIZE ->
          nodes(action)
                  .flatMap(n -> now.node(n).stream())
                  .map(Picture.Node::size)
                  .distinct()
                  .count()
              > 1;
      case INVALID -> copies ? modeIsWrong(action) : hasImpossibleNumber(action);
      case SELF_MIRROR ->
          copies && now.subtree(text(action, "device")).contains(text(action, "target"));
      case READ_ONLY ->
          changesWhatIsStored(action)
              || changesWhatIsReadOnly(action)
              || (copies && isReadOnly(text(action, "target")));
      case UNSUPPORTED -> adds && isKept(action) && nodes(action).noneMatch(this::canKeepBitmaps);
      case IN_USE -> nodes(action).anyMatch(node -> now.parentsOf(node).findAny().isPresent());
      case PERMISSION -> true;
      default -> false;
    };
  }

  /// A secret that is not there, or another driver than the node's.
  private boolean isWrong(Map<String, Object> options, String node, Reason reason) {
    boolean stranger = !options.get("driver").equals(now.driver(node));
    Object secret = options.getOrDefault("new-secret", "ka");
    return switch (reason) {
      case INVALID -> true;
      case NOT_FOUND -> !Keys.ALL.containsKey(secret.toString());
      case UNSUPPORTED -> stranger;
      default -> false;
    };
  }

  private boolean cannotBeShown(Qmp export, Reason reason) {
    String node = text(export, "node-name");
    Stream<String> shown =
        ((List<?>) export.arguments().get("bitmaps")).stream().map(name -> node + "/" + name);
    return switch (reason) {
      case NOT_FOUND ->
          now.node(node).isEmpty() || shown.anyMatch(name -> !now.bitmaps().containsKey(name));
      case BUSY -> shown.anyMatch(name -> has(name, "busy"));
      case READ_ONLY -> isReadOnly(node);
      case PERMISSION -> true;
      default -> false;
    };
  }

  private boolean has(String bitmap, String flag) {
    Picture.Bitmap found = now.bitmaps().get(bitmap);
    return found != null && found.flags().contains(flag);
  }

  private static boolean hasImpossibleNumber(Qmp action) {
    return action.arguments().get("granularity") instanceof Number bytes
        && Long.bitCount(bytes.longValue()) != 1;
  }

  /// A bitmap and its mode where they are missing or mean nothing.
  private static boolean modeIsWrong(Qmp action) {
    boolean bitmap = action.arguments().containsKey("bitmap");
    String mode = text(action, "bitmap-mode");
    return switch (text(action, "sync")) {
      case "bitmap" -> !bitmap || mode.isEmpty();
      case "incremental" -> !bitmap || !mode.equals("on-success");
      case "none" -> bitmap || !mode.isEmpty();
      default -> bitmap ? mode.isEmpty() || mode.equals("never") : !mode.isEmpty();
    };
  }

  private static Stream<String> nodes(Qmp action) {
    return Stream.concat(
            Stream.of("node", "device", "target")
                .filter(word -> !word.equals("target") || !action.command().contains("bitmap"))
                .map(word -> text(action, word)),
            merged(action).map(name -> name.substring(0, name.indexOf('/'))))
        .filter(node -> !node.isEmpty());
  }

  /// The bitmaps that an action names, by node and name.
  static Stream<String> bitmaps(Qmp action) {
    String node = text(action, "node") + text(action, "device");
    boolean merges = action.command().equals("block-dirty-bitmap-merge");
    Stream<String> own =
        Stream.of("name", "bitmap", merges ? "target" : "")
            .map(word -> text(action, word))
            .filter(name -> !name.isEmpty())
            .map(name -> node + "/" + name);
    return Stream.concat(own, merged(action));
  }

  private static Stream<String> merged(Qmp action) {
    if (!(action.arguments().get("bitmaps") instanceof List<?> from)) {
      return Stream.of();
    }
    return from.stream()
        .map(
            one ->
                one instanceof Map<?, ?> other
                    ? other.get("node") + "/" + other.get("name")
                    : text(action, "node") + "/" + one);
  }

  private static String text(Qmp action, String word) {
    Object value = action.arguments().get(word);
    return value == null ? "" : value.toString();
  }
}
