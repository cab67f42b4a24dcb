package io.blockgraph.differential;

import static io.blockgraph.differential.Asks.addBitmap;
import static io.blockgraph.differential.Asks.clearBitmap;
import static io.blockgraph.differential.Asks.disableBitmap;
import static io.blockgraph.differential.Asks.enableBitmap;
import static io.blockgraph.differential.Asks.internalSnapshot;
import static io.blockgraph.differential.Asks.mergeBitmaps;
import static io.blockgraph.differential.Asks.removeBitmap;
import static io.blockgraph.differential.Asks.snapshot;
import static io.blockgraph.differential.Asks.together;
import static io.blockgraph.differential.IntendedDifference.D45;
import static io.blockgraph.differential.IntendedDifference.D46;
import static io.blockgraph.differential.Sequence.qcow2;
import static io.blockgraph.differential.Sequence.write;
import static io.blockgraph.differential.Sequence.writer;

import java.util.List;

/// Several at once, all or none.
final class TogetherSequences {
  private static final Command[] DISKS = {
    qcow2("disk", Template.QCOW2_A),
    qcow2("top", Template.QCOW2_EMPTY),
    writer("e", "disk"),
    addBitmap("disk", "a"),
    write("e", 0, 0xe1)
  };

  private TogetherSequences() {}

  static List<Sequence> all() {
    return List.of(
            Sequence.of("several of nothing", together()).meeting(D45),
            Sequence.of(
                "a snapshot, and a bitmap of what is written from then on",
                together(snapshot("disk", "top"), addBitmap("top", "b")),
                write("e", 65536, 0xe2)),
            Sequence.of(
                "a snapshot that fails takes bitmaps along",
                together(addBitmap("disk", "b"), clearBitmap("disk", "a"), snapshot("disk", "no")),
                write("e", 65536, 0xe2)),
            Sequence.of(
                "a bitmap that is there already takes a snapshot along",
                together(snapshot("disk", "top"), addBitmap("disk", "a")),
                write("e", 65536, 0xe2)),
            Sequence.of(
                "merge into a new one and begin anew",
                together(
                    addBitmap("disk", "all"),
                    mergeBitmaps("disk", "all", "a"),
                    clearBitmap("disk", "a")),
                write("e", 65536, 0xe2)),
            Sequence.of(
                "begin anew, and one that is not there",
                together(clearBitmap("disk", "a"), clearBitmap("disk", "no"))),
            Sequence.of(
                "off, and one that is not there",
                together(disableBitmap("disk", "a"), clearBitmap("disk", "no")),
                write("e", 65536, 0xe2)),
            Sequence.of(
                "one off and another on",
                addBitmap("disk", "b"),
                together(disableBitmap("disk", "a"), disableBitmap("disk", "b")),
                together(enableBitmap("disk", "a"), removeBitmap("disk", "b")),
                write("e", 65536, 0xe2)),
            Sequence.of(
                "remove, and one that is not there",
                together(removeBitmap("disk", "a"), removeBitmap("disk", "no")),
                write("e", 65536, 0xe2)),
            Sequence.of(
                "merge, and one that is not there",
                addBitmap("disk", "b"),
                together(mergeBitmaps("disk", "b", "a"), mergeBitmaps("disk", "b", "no"))),
            backup("a backup and a bitmap of what is written from then on", addBitmap("disk", "b")),
            backup("a backup, and a bitmap that begins anew", clearBitmap("disk", "a")),
            backup("a backup, and a bitmap that is not there", clearBitmap("disk", "no")),
            backup("a backup, and a bitmap that is there already", addBitmap("disk", "a")),
            backup("a backup, and another into the same disk", Asks.backup("top", "copy", "full")),
            backup("a backup, and a snapshot that fails", snapshot("top", "no")),
            Sequence.of(
                    "an internal snapshot and a bitmap",
                    together(internalSnapshot("disk", "s"), addBitmap("disk", "b")))
                .meeting(D46),
            Sequence.of(
                    "an internal snapshot, and a bitmap that is there already",
                    together(internalSnapshot("disk", "s"), addBitmap("disk", "a")),
                    internalSnapshot("disk", "s"))
                .meeting(D46))
        .stream()
        .map(sequence -> sequence.after(DISKS))
        .toList();
  }

  private static Sequence backup(String name, Command.Direct other) {
    return Sequence.of(
        name,
        qcow2("copy", Template.QCOW2_EMPTY),
        new Command.Work("j", together(Asks.backup("disk", "copy", "full"), other)),
        write("e", 65536, 0xe2));
  }
}
