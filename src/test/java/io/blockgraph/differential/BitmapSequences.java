package io.blockgraph.differential;

import static io.blockgraph.differential.Asks.addBitmap;
import static io.blockgraph.differential.Asks.clearBitmap;
import static io.blockgraph.differential.Asks.disableBitmap;
import static io.blockgraph.differential.Asks.enableBitmap;
import static io.blockgraph.differential.Asks.exportBitmap;
import static io.blockgraph.differential.Asks.mergeBitmaps;
import static io.blockgraph.differential.Asks.mergeFrom;
import static io.blockgraph.differential.Asks.removeBitmap;
import static io.blockgraph.differential.Sequence.overlay;
import static io.blockgraph.differential.Sequence.qcow2;
import static io.blockgraph.differential.Sequence.raw;
import static io.blockgraph.differential.Sequence.readOnlyQcow2;
import static io.blockgraph.differential.Sequence.throttle;
import static io.blockgraph.differential.Sequence.write;
import static io.blockgraph.differential.Sequence.writer;

import io.blockgraph.differential.Command.DeleteNode;
import io.blockgraph.differential.Command.RemoveExport;
import io.blockgraph.differential.Command.Resize;
import io.blockgraph.differential.Command.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What nodes remember of writes.
final class BitmapSequences {
  private static final Command DISK = qcow2("disk", Template.QCOW2_A);
  private static final Map<String, Object> PERSISTENT = Map.of("persistent", true);

  private BitmapSequences() {}

  static List<Sequence> all() {
    return Stream.of(lives(), refusals(), granularities(), merges(), images(), exports(), others())
        .flatMap(List::stream)
        .toList();
  }

  private static Sequence sequence(String name, Command... commands) {
    return Sequence.of(name, commands).after(DISK, writer("e", "disk"));
  }

  private static List<Sequence> lives() {
    return List.of(
        sequence(
            "a bitmap and its writes",
            addBitmap("disk", "b"),
            write("e", 0, 1),
            write("e", 65536 + 4096, 1),
            new Command.Zero("e", 131072, 4096),
            clearBitmap("disk", "b"),
            write("e", 65536 - 4096, 1),
            removeBitmap("disk", "b")),
        sequence(
            "a bitmap, off and on",
            addBitmap("disk", "b"),
            write("e", 0, 1),
            disableBitmap("disk", "b"),
            disableBitmap("disk", "b"),
            write("e", 65536, 1),
            enableBitmap("disk", "b"),
            enableBitmap("disk", "b"),
            write("e", 131072, 1)),
        sequence(
            "a bitmap that begins disabled",
            addBitmap("disk", "b", Map.of("enabled", false)),
            write("e", 0, 1),
            clearBitmap("disk", "b"),
            removeBitmap("disk", "b")),
        sequence(
            "a write that begins in one part and ends in the next",
            addBitmap("disk", "b", Map.of("granularity", 512)),
            write("e", 512, 1)));
  }

  private static List<Sequence> refusals() {
    return List.of(
        sequence("a bitmap twice", addBitmap("disk", "b"), addBitmap("disk", "b")),
        sequence("a bitmap of nothing", addBitmap("nobody", "b")),
        sequence("remove a bitmap that is not there", removeBitmap("disk", "b")),
        sequence("clear a bitmap that is not there", clearBitmap("disk", "b")),
        sequence("enable a bitmap that is not there", enableBitmap("disk", "b")),
        sequence("disable a bitmap that is not there", disableBitmap("disk", "b")),
        sequence("a bitmap without a name", addBitmap("disk", "")),
        sequence("a bitmap with the longest name", addBitmap("disk", "n".repeat(1023))),
        sequence(
            "a persistent bitmap with the longest name",
            addBitmap("disk", "n".repeat(1023), PERSISTENT)),
        sequence(
            "a persistent bitmap with a longer name",
            addBitmap("disk", "n".repeat(1024), PERSISTENT)));
  }

  private static List<Sequence> granularities() {
    return Stream.of(0L, 256L, 511L, 512L, 3000L, 65536L, 1L << 20, 1L << 31, 1L << 32)
        .map(
            bytes ->
                byParts(bytes)
                    .meeting(
                        bytes > Sizes.DISK && bytes <= 1L << 31
                            ? new IntendedDifference[] {IntendedDifference.D42}
                            : new IntendedDifference[0]))
        .toList();
  }

  private static Sequence byParts(long bytes) {
    return sequence(
        "a bitmap by " + bytes,
        addBitmap("disk", "b", Map.of("granularity", bytes)),
        write("e", 65536, 1));
  }

  private static List<Sequence> merges() {
    Command[] two = {
      addBitmap("disk", "a"),
      write("e", 0, 1),
      disableBitmap("disk", "a"),
      addBitmap("disk", "b"),
      write("e", 65536, 1)
    };
    Command other = qcow2("other", Template.QCOW2_LONG);
    return Stream.of(
            Sequence.of("merge a bitmap", mergeBitmaps("disk", "a", "b"), write("e", 131072, 1)),
            Sequence.of("merge a bitmap into itself", mergeBitmaps("disk", "a", "a")),
            Sequence.of("merge into a bitmap that is not there", mergeBitmaps("disk", "c", "a")),
            Sequence.of("merge from one that is not there", mergeBitmaps("disk", "a", "b", "c")),
            Sequence.of(
                "merge a coarse one into a fine one",
                addBitmap("disk", "fine", Map.of("granularity", 4096)),
                mergeBitmaps("disk", "fine", "a", "b")),
            Sequence.of(
                "merge a fine one into a coarse one",
                addBitmap("disk", "coarse", Map.of("granularity", 131072)),
                mergeBitmaps("disk", "coarse", "b")),
            Sequence.of(
                "merge from another disk of another length",
                other,
                addBitmap("other", "b"),
                mergeFrom("other", "b", "disk", "a")),
            Sequence.of(
                "merge from another disk",
                qcow2("other", Template.QCOW2_HALF),
                addBitmap("other", "b"),
                writer("o", "other"),
                write("o", 131072, 1),
                mergeFrom("other", "b", "disk", "a")))
        .map(sequence -> sequence.after(two).after(DISK, writer("e", "disk")))
        .toList();
  }

  private static List<Sequence> images() {
    Command again = DISK;
    return List.of(
        Sequence.of(
            "a persistent bitmap comes with its image",
            DISK,
            addBitmap("disk", "p", PERSISTENT),
            addBitmap("disk", "q", Map.of("persistent", true, "enabled", false)),
            addBitmap("disk", "gone"),
            writer("e", "disk"),
            write("e", 0, 1),
            new RemoveExport("e"),
            new DeleteNode("disk"),
            again),
        Sequence.of(
                "a persistent bitmap of an image that is opened read-only",
                DISK,
                addBitmap("disk", "p", PERSISTENT),
                new DeleteNode("disk"),
                readOnlyQcow2("disk", Template.QCOW2_A),
                clearBitmap("disk", "p"),
                removeBitmap("disk", "p"),
                addBitmap("disk", "m"),
                disableBitmap("disk", "p"))
            .meeting(IntendedDifference.D43),
        Sequence.of(
                "a new persistent bitmap of an image that is opened read-only",
                readOnlyQcow2("disk", Template.QCOW2_A),
                addBitmap("disk", "n", PERSISTENT))
            .meeting(IntendedDifference.D43),
        Sequence.of(
            "a persistent bitmap that is removed",
            DISK,
            addBitmap("disk", "p", PERSISTENT),
            removeBitmap("disk", "p"),
            new DeleteNode("disk"),
            again),
        Sequence.of(
            "a persistent bitmap of raw",
            raw("disk", Template.RAW_A),
            addBitmap("disk", "p", PERSISTENT),
            addBitmap("disk", "m")));
  }

  private static List<Sequence> exports() {
    Command bitmap = addBitmap("disk", "b");
    return List.of(
            Sequence.of(
                "a bitmap that an export shows",
                bitmap,
                exportBitmap("x", "disk", Access.WRITABLE, "b"),
                removeBitmap("disk", "b"),
                clearBitmap("disk", "b"),
                disableBitmap("disk", "b"),
                mergeBitmaps("disk", "b", "b"),
                write("x", 0, 1),
                new RemoveExport("x"),
                removeBitmap("disk", "b")),
            Sequence.of(
                "a disabled bitmap in a read-only export",
                bitmap,
                disableBitmap("disk", "b"),
                exportBitmap("x", "disk", Access.READ_ONLY, "b"),
                enableBitmap("disk", "b")),
            Sequence.of(
                    "an enabled bitmap in a read-only export",
                    bitmap,
                    exportBitmap("x", "disk", Access.READ_ONLY, "b"))
                .meeting(IntendedDifference.D44),
            Sequence.of(
                "a bitmap that is not there in an export",
                exportBitmap("x", "disk", Access.READ_ONLY, "b")),
            Sequence.of(
                "a bitmap of a disk below in an export",
                bitmap,
                overlay("top", Template.QCOW2_EMPTY, "disk"),
                exportBitmap("x", "top", Access.WRITABLE, "b"),
                removeBitmap("disk", "b")),
            Sequence.of(
                "a bitmap below a filter in an export",
                bitmap,
                throttle("t", "disk"),
                exportBitmap("x", "t", Access.WRITABLE, "b"),
                clearBitmap("disk", "b")))
        .stream()
        .map(sequence -> sequence.after(DISK))
        .toList();
  }

  private static List<Sequence> others() {
    return List.of(
        sequence(
            "a bitmap stays with its node",
            addBitmap("disk", "b"),
            overlay("other", Template.QCOW2_EMPTY, "disk"),
            write("e", 0, 1),
            removeBitmap("other", "b")),
        sequence(
            "a bitmap below a snapshot",
            addBitmap("disk", "b"),
            write("e", 0, 1),
            qcow2("top", Template.QCOW2_EMPTY),
            new Snapshot("disk", "top"),
            write("e", 65536, 1)),
        Sequence.of(
                "a bitmap of a disk that grows",
                addBitmap("disk", "b"),
                new Resize("disk", Sizes.LONG),
                new Resize("disk", Sizes.SHORT))
            .after(DISK),
        Sequence.of(
                "a bitmap that a mirror goes past",
                addBitmap("disk", "b"),
                qcow2("copy", Template.QCOW2_EMPTY),
                addBitmap("copy", "c"),
                Asks.backedUp("disk", "copy", "full"))
            .after(DISK),
        Sequence.of(
                "a bitmap of a filter",
                throttle("t", "disk"),
                addBitmap("t", "b"),
                writer("e", "t"),
                write("e", 0, 1))
            .after(DISK));
  }
}
