package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.Resizes;
import io.blockgraph.engine.Snapshots;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.JobId;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.mirror.MirrorRequest;
import io.blockgraph.job.mirror.SyncMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Draws the actions of one transaction, later ones often on what earlier ones make. One thread.
final class Drawing {
  private final Stage stage;
  private final Dice dice;
  private final List<NodeName> nodes;
  private final List<NodeName> made = new ArrayList<>();
  private final List<Resized> resized = new ArrayList<>();

  Drawing(Stage stage, Dice dice) {
    this.stage = stage;
    this.dice = dice;
    this.nodes = stage.nodes();
  }

  /// One of several actions.
  ///
  /// @param made what follows for the model when all are made
  /// @param refused what must be so when none is
  record Drawn(Action action, Consumer<Map<Root, Recording>> made, Runnable refused) {
    Drawn(Action action, Consumer<Map<Root, Recording>> made) {
      this(action, made, () -> {});
    }
  }

  /// A length that nodes shall have.
  ///
  /// @param nodes all that get it
  private record Resized(Set<NodeName> nodes, int length) {}

  /// The lengths that nodes shall have, at some time of the transaction.
  List<Integer> lengths() {
    return resized.stream().map(Resized::length).toList();
  }

  Drawn next() {
    return switch (dice.below(10)) {
      case 0, 1 -> add();
      case 2, 3 -> snapshot();
      case 4 -> resize();
      case 5 -> bitmap();
      case 6 -> mirror();
      case 7 -> backup();
      case 8 -> group();
      default -> patchOrRemove();
    };
  }

  /// What can never be.
  Drawn impossible() {
    NodeName node = dice.oneOf(nodes);
    Action action =
        switch (dice.below(4)) {
          case 0 -> new Action.Add(Disks.node(node, "throttle", Map.of("file", node.value())));
          case 1 -> new Action.EndGroup(new UserId("nobody"));
          case 2 -> new Action.Remove(new NodeName("nobody"));
          default -> new Action.Mirror(mirrorOnto(node));
        };
    return new Drawn(action, _ -> {});
  }

  private static MirrorRequest mirrorOnto(NodeName node) {
    return MirrorRequest.of(
        new JobId("nobodys"),
        new MirrorRequest.Disks(node, node, SyncMode.FULL, MirrorRequest.Replacing.SOURCE));
  }

  /// Something that an earlier action makes, something clients use, or anything.
  private NodeName node() {
    if (!made.isEmpty() && dice.chance(40)) {
      return dice.oneOf(made);
    }
    return old();
  }

  private NodeName old() {
    return dice.chance(50) ? stage.nodeOf(dice.oneOf(stage.roots).user()) : dice.oneOf(nodes);
  }

  private NodeName fresh() {
    NodeName name = new NodeName(stage.fresh("n"));
    made.add(name);
    return name;
  }

  private Drawn add() {
    String below = node().value();
    boolean image = dice.chance(50);
    Map<String, Object> members =
        image
            ? Map.of(
                "file",
                Disks.storage(new Disks(stage, dice).newImage(Disks.length(dice))),
                "backing",
                below)
            : Map.of("file", below);
    NodeName name = fresh();
    return new Drawn(
        new Action.Add(Disks.node(name, image ? "qcow2" : "throttle", members)),
        _ -> stage.diary.count("together added"));
  }

  private Drawn snapshot() {
    NodeName node = old();
    Claim claim = stage.claim(node);
    int length = stage.layers().isStorage(node) ? 0 : (int) stage.site.size(node);
    Snapshots.Overlay overlay =
        !made.isEmpty() && dice.chance(30)
            ? new Snapshots.Overlay.Existing(dice.oneOf(made))
            : new Snapshots.Overlay.NewFile(
                fresh(), stage.fresh("f") + ".qcow2", new DriverName("qcow2"));
    Snapshots.Links links = dice.oneOf(Snapshots.Links.values());
    return new Drawn(
        new Action.Snapshot(new Snapshots.Request(node, overlay, Snapshots.Tolerance.NONE, links)),
        during -> keep(node, claim, during, length));
  }

  /// What was snapshotted, and may have become longer with the snapshot.
  ///
  /// @param length of what it was before; 0 where a format makes it longer as it likes
  private void keep(NodeName node, Claim claim, Map<Root, Recording> during, int length) {
    stage.diary.count("together snapshot");
    if (!isThere(node) || !stage.isStill(node)) {
      return;
    }
    byte[] found = stage.site.read(node).orElse(new byte[0]);
    if (found.length >= length && length > 0) {
      byte[] then = Bytes.resized(found, length);
      Stage.objection(claim, during, then)
          .or(() -> Bytes.difference(Bytes.resized(then, found.length), found))
          .ifPresent(
              why -> {
                throw new AssertionError("node '" + node + "' is not what it was: " + why);
              });
    }
    if (found.length >= length) {
      stage.kept.keep(node, found);
    }
  }

  private Drawn resize() {
    NodeName node = old();
    if (stage.layers().isCompared(node)) {
      return add();
    }
    int length = (int) stage.site.size(node) / 512 * 512 + 512 * dice.between(1, 100);
    Resized wanted = new Resized(stage.layers().same(node), length);
    resized.add(wanted);
    return new Drawn(
        new Action.Resize(new Resizes.Request(node, length, Resizes.Shrink.REFUSED)),
        _ -> {
          stage.diary.count("together resized");
          if (isThere(node)) {
            assertThat(stage.site.size(node)).as("length of '%s'", node).isEqualTo(last(wanted));
          }
        });
  }

  /// Not when a later action of the same transaction has removed it.
  private boolean isThere(NodeName node) {
    return stage.site.topology().node(node).isPresent();
  }

  /// What a disk that is resized more than once is in the end.
  private int last(Resized wanted) {
    return resized.reversed().stream()
        .filter(other -> !Collections.disjoint(other.nodes(), wanted.nodes()))
        .findFirst()
        .orElse(wanted)
        .length();
  }

  private Drawn bitmap() {
    List<Marked> marked = stage.bitmaps.all();
    return marked.isEmpty() || dice.chance(30) ? newBitmap() : changed(dice.oneOf(marked));
  }

  private Drawn changed(Marked bitmap) {
    DirtyBitmap.Recording other = dice.oneOf(DirtyBitmap.Recording.values());
    boolean clear = dice.chance(40);
    BitmapEdit edit =
        clear
            ? new BitmapEdit.Clear(bitmap.node(), bitmap.name())
            : new BitmapEdit.Switch(bitmap.node(), bitmap.name(), other);
    return new Drawn(
        new Action.Bitmap(edit),
        _ -> {
          stage.diary.count("together bitmap changed");
          if (clear) {
            bitmap.forget(stage);
          } else {
            bitmap.turned(stage, other);
          }
        },
        () -> bitmap.refused(stage));
  }

  private Drawn newBitmap() {
    NodeName node = node();
    BitmapName name = new BitmapName(stage.fresh("d"));
    BitmapEdit remove = new BitmapEdit.Remove(node, name);
    BitmapEdit.Add add =
        new BitmapEdit.Add(
            node,
            name,
            1L << dice.between(9, 18),
            DirtyBitmap.Recording.ENABLED,
            dice.oneOf(DirtyBitmap.Lasting.values()));
    return new Drawn(
        new Action.Bitmap(add),
        _ -> {
          stage.diary.count("together bitmap");
          if (isThere(node)) {
            Told told = stage.ask("remove " + name, () -> stage.site.bitmap(remove));
            boolean expected = told.isDone() || isStored(add, told);
            assertThat(expected).as("remove %s: %s", name, told).isTrue();
          }
        },
        () -> assertThat(stage.site.bitmap(remove).isDone()).as("there is " + name).isFalse());
  }

  /// Whether it lives in an image that is read-only by now, as by a snapshot of what is copied.
  private boolean isStored(BitmapEdit.Add added, Told told) {
    return told.code().equals("BITMAP_READ_ONLY")
        && added.lasting() == DirtyBitmap.Lasting.PERSISTENT
        && stage.site.topology().node(added.node()).orElseThrow().readOnly();
  }

  private Drawn mirror() {
    if (stage.jobs.size() >= StartMirror.MOST) {
      return backup();
    }
    MirrorRequest request = StartMirror.request(stage, dice);
    stage.changes(request.disks().target());
    return new Drawn(
        new Action.Mirror(request),
        _ -> {
          stage.diary.count("together mirror");
          stage.jobs.add(new MirrorUnderWay(request));
        },
        () -> requireNone(request.id()));
  }

  private Drawn backup() {
    BackupRequest request = BackUpDisk.request(stage, dice);
    NodeName target = request.disks().target();
    stage.changes(target);
    Claim claim = stage.claim(request.disks().source());
    return new Drawn(
        new Action.Backup(request),
        during -> {
          stage.diary.count("together backup");
          if (BackUpDisk.end(stage, dice, request)) {
            stage.keep(target, claim, during);
          }
        },
        () -> requireNone(request.id()));
  }

  private void requireNone(JobId job) {
    Told told = stage.site.ask(job, new JobWish.Speed(0));
    assertThat(told.isDone()).as("there is job '%s'", job).isFalse();
  }

  private Drawn group() {
    if (stage.groups.isEmpty() || dice.chance(30)) {
      UserId group = new UserId(stage.fresh("g"));
      var limits = ShareLimits.merged(Options.NONE, ShareLimits.limits(dice));
      return new Drawn(new Action.NewGroup(group, limits), _ -> stage.groups.put(group, limits));
    }
    UserId group = dice.oneOf(List.copyOf(stage.groups.keySet()));
    var limits = ShareLimits.limits(dice);
    return new Drawn(
        new Action.ChangeGroup(group, limits),
        _ ->
            stage.groups.computeIfPresent(
                group, (_, before) -> ShareLimits.merged(before, limits)));
  }

  private Drawn patchOrRemove() {
    Optional<NodeName> free = nodes.stream().filter(stage::isFree).findFirst();
    if (free.isPresent() && dice.chance(40)) {
      return new Drawn(new Action.Remove(free.get()), _ -> {});
    }
    return new Drawn(
        new Action.Patch(node(), Patches.access(dice.oneOf(NodeSpec.Access.values()))), _ -> {});
  }
}
