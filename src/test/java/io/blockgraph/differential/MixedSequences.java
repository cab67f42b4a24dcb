package io.blockgraph.differential;

import static io.blockgraph.differential.Asks.abort;
import static io.blockgraph.differential.Asks.addBitmap;
import static io.blockgraph.differential.Asks.clearBitmap;
import static io.blockgraph.differential.Asks.disableBitmap;
import static io.blockgraph.differential.Asks.enableBitmap;
import static io.blockgraph.differential.Asks.mergeBitmaps;
import static io.blockgraph.differential.Asks.removeBitmap;
import static io.blockgraph.differential.Asks.snapshot;
import static io.blockgraph.differential.Asks.snapshotFile;
import static io.blockgraph.differential.Asks.together;
import static io.blockgraph.differential.IntendedDifference.D12;
import static io.blockgraph.differential.IntendedDifference.D52;
import static io.blockgraph.differential.IntendedDifference.D59;
import static io.blockgraph.differential.IntendedDifference.D60;
import static io.blockgraph.differential.Sequence.qcow2;
import static io.blockgraph.differential.Sequence.write;
import static io.blockgraph.differential.Sequence.writer;

import io.blockgraph.differential.Command.DeleteNode;
import io.blockgraph.differential.Command.Direct;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Transactions of every kind of action that both sides have, and each of them failing.
final class MixedSequences {
  private static final Command[] DISKS = {
    qcow2("disk", Template.QCOW2_A),
    qcow2("other", Template.QCOW2_HALF),
    qcow2("over", Template.QCOW2_EMPTY),
    qcow2("copy", Template.QCOW2_EMPTY),
    writer("e", "disk"),
    writer("o", "other"),
    addBitmap("disk", "a"),
    addBitmap("disk", "b"),
    addBitmap("disk", "c"),
    write("e", 0, 0xe1),
    disableBitmap("disk", "b"),
    write("e", 65536, 0xe2)
  };

  /// One of each kind, which do not disturb each other.
  private static final List<Direct> KINDS =
      List.of(
          Asks.backup("disk", "copy", "full"),
          addBitmap("disk", "new"),
          clearBitmap("disk", "a"),
          enableBitmap("disk", "b"),
          mergeBitmaps("disk", "c", "b"),
          disableBitmap("disk", "a"),
          removeBitmap("disk", "c"),
          snapshotFile("other", "made"));

  private static final Direct SNAPSHOT = snapshot("disk", "over");

  private MixedSequences() {}

  static List<Sequence> all() {
    return Stream.of(alone(), failingAt(), impossible(), chained(), groups())
        .flatMap(List::stream)
        .map(sequence -> sequence.after(DISKS))
        .toList();
  }

  /// All, or none because something fails.
  private static Sequence sequence(String name, Direct... actions) {
    boolean works = Stream.of(actions).anyMatch(MixedSequences::isBackup);
    Direct all = together(actions);
    return Sequence.of(
        name,
        works ? new Command.Work("j", all) : all,
        write("e", 131072, 0xe3),
        write("o", 131072, 0xe4));
  }

  private static boolean isBackup(Direct action) {
    return action.qmp().command().equals("blockdev-backup");
  }

  /// Every kind, with what fails before and after it.
  private static List<Sequence> alone() {
    List<Sequence> sequences = new ArrayList<>();
    List<Direct> kinds = new ArrayList<>(KINDS);
    kinds.add(SNAPSHOT);
    for (Direct kind : kinds) {
      String word = kind.qmp().command();
      Sequence alone = sequence(word + " alone", kind);
      sequences.add(word.endsWith("-sync") ? alone.meeting(D12) : alone);
      sequences.add(sequence(word + ", and what fails", kind, abort()));
      sequences.add(sequence("what fails, and " + word, abort(), kind));
    }
    return sequences;
  }

  /// All kinds together, failing between any two of them.
  private static List<Sequence> failingAt() {
    List<Sequence> sequences = new ArrayList<>();
    sequences.add(sequence("every kind at once", KINDS.toArray(Direct[]::new)).meeting(D12));
    sequences.add(
        sequence("every kind at once, the other way round", KINDS.reversed().toArray(Direct[]::new))
            .meeting(D52));
    IntStream.rangeClosed(0, KINDS.size())
        .forEach(
            at -> {
              List<Direct> actions = new ArrayList<>(KINDS);
              actions.add(at, abort());
              sequences.add(
                  sequence("every kind, failing at " + at, actions.toArray(Direct[]::new)));
            });
    return sequences;
  }

  /// What each kind itself is refused for, behind something that would work.
  private static List<Sequence> impossible() {
    Direct works = addBitmap("disk", "new");
    List<Direct> cannot =
        List.of(
            snapshot("nobody", "over"),
            snapshot("disk", "nobody"),
            snapshot("disk", "other"),
            snapshotFile("disk", "other"),
            snapshotFile("nobody", "made"),
            Asks.backup("nobody", "copy", "full"),
            Asks.backup("disk", "disk", "full"),
            BackupAsks.sync("incremental").start("j", "disk", "copy"),
            BackupAsks.sync("bitmap").by("no").mode("never").start("j", "disk", "copy"),
            addBitmap("nobody", "new"),
            addBitmap("disk", "new"),
            clearBitmap("disk", "no"),
            mergeBitmaps("disk", "a", "no"),
            mergeBitmaps("disk", "no", "a"),
            removeBitmap("disk", "no"));
    return cannot.stream()
        .map(one -> sequence("impossible: " + Script.line(one), works, one))
        .toList();
  }

  /// Two backups of which one fails or not, each for itself or as one.
  private static List<Sequence> groups() {
    return Stream.of("write", "discard")
        .flatMap(
            fails -> {
              Direct[] both = {
                BackupAsks.sync("bitmap").by("a").mode("on-success").start("j", "disk", "copy"),
                BackupAsks.sync("full").start("k", "other", "bad")
              };
              Direct[] stay = Stream.of(both).map(Asks::staying).toArray(Direct[]::new);
              return Stream.of(
                  group("each by itself, " + fails, fails, together(stay)),
                  group("as one, " + fails, fails, Asks.grouped(stay)));
            })
        .toList();
  }

  private static Sequence group(String name, String fails, Direct start) {
    return Sequence.of(
        "two backups, " + name,
        qcow2("second", Template.QCOW2_EMPTY),
        ErrorSequences.failing("bad", "second", fails, "EIO"),
        new Command.Group(List.of("j", "k"), start),
        write("e", 131072, 0xe3),
        new DeleteNode("bad"),
        new DeleteNode("second"),
        new DeleteNode("copy"));
  }

  /// Bitmaps that one action makes and another uses.
  private static List<Sequence> chained() {
    return List.of(
        sequence(
            "add, merge into it, and copy by it",
            addBitmap("disk", "new"),
            mergeBitmaps("disk", "new", "a"),
            BackupAsks.sync("bitmap").by("new").mode("on-success").start("j", "disk", "copy")),
        sequence("add and remove", addBitmap("disk", "new"), removeBitmap("disk", "new")),
        sequence("remove and add", removeBitmap("disk", "a"), addBitmap("disk", "a")).meeting(D52),
        sequence("remove and clear", removeBitmap("disk", "a"), clearBitmap("disk", "a"))
            .meeting(D52),
        sequence("on, while an export shows it", enableBitmap("disk", "a"))
            .after(Asks.exportBitmap("x", "disk", Access.WRITABLE, "a"))
            .meeting(D59),
        sequence(
                "copy by a bitmap that is kept always, and what fails",
                BackupAsks.sync("bitmap").by("a").mode("always").start("j", "disk", "copy"),
                abort())
            .meeting(D60),
        sequence("copy, and put an overlay over the source", KINDS.getFirst(), SNAPSHOT),
        sequence("put an overlay over a disk, and copy the disk", SNAPSHOT, KINDS.getFirst()),
        sequence(
                "merge a bitmap of another disk, and remove the last one there",
                Asks.mergeFrom("disk", "a", "other", "far"),
                removeBitmap("disk", "a"),
                removeBitmap("disk", "b"),
                removeBitmap("disk", "c"))
            .after(addBitmap("other", "far")),
        sequence(
                "merge into the last bitmap of a disk, and remove it",
                Asks.mergeFrom("disk", "a", "other", "far"),
                removeBitmap("other", "far"))
            .after(addBitmap("other", "far")),
        sequence("clear and remove", clearBitmap("disk", "a"), removeBitmap("disk", "a")),
        sequence("off and on", disableBitmap("disk", "a"), enableBitmap("disk", "a")),
        sequence(
            "copy by a bitmap, and clear it",
            BackupAsks.sync("bitmap").by("a").mode("on-success").start("j", "disk", "copy"),
            clearBitmap("disk", "a")),
        sequence(
            "clear a bitmap, and copy by it",
            clearBitmap("disk", "a"),
            BackupAsks.sync("bitmap").by("a").mode("on-success").start("j", "disk", "copy")),
        sequence("a snapshot, and a bitmap above it", SNAPSHOT, addBitmap("over", "new")),
        sequence("a bitmap, and a snapshot above it", addBitmap("disk", "new"), SNAPSHOT),
        sequence("a snapshot of a snapshot", SNAPSHOT, snapshotFile("over", "made"), abort()));
  }
}
