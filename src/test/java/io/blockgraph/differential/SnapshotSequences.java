package io.blockgraph.differential;

import static io.blockgraph.differential.IntendedDifference.D10;
import static io.blockgraph.differential.IntendedDifference.D11;
import static io.blockgraph.differential.IntendedDifference.D12;
import static io.blockgraph.differential.IntendedDifference.D13;
import static io.blockgraph.differential.IntendedDifference.D14;
import static io.blockgraph.differential.IntendedDifference.D15;
import static io.blockgraph.differential.IntendedDifference.D18;
import static io.blockgraph.differential.IntendedDifference.D7;
import static io.blockgraph.differential.IntendedDifference.D9;
import static io.blockgraph.differential.Sequence.mirroring;

import io.blockgraph.differential.Command.DeleteNode;
import io.blockgraph.differential.Command.Mirroring;
import io.blockgraph.differential.Command.Snapshot;
import io.blockgraph.differential.Command.SnapshotFile;
import java.util.List;
import java.util.stream.Stream;

/// External snapshots, everywhere in the graph.
final class SnapshotSequences {
  private static final Command DISK = Sequence.qcow2("disk", Template.QCOW2_A);
  private static final Command OVERLAY = Sequence.qcow2("over", Template.QCOW2_EMPTY);
  private static final Command SNAPSHOT = new Snapshot("disk", "over");

  private SnapshotSequences() {}

  static List<Sequence> all() {
    return Stream.of(places(), overlays(), files(), states()).flatMap(List::stream).toList();
  }

  private static List<Sequence> places() {
    return List.of(
        Sequence.of(
                "a root that is written to",
                Sequence.writer("e", "disk"),
                Sequence.write("e", 0, 0xe1),
                SNAPSHOT,
                Sequence.write("e", 4096, 0xe2),
                Sequence.read("e"))
            .after(DISK, OVERLAY),
        Sequence.of(
                "the child of a filter",
                Sequence.throttle("above", "disk"),
                Sequence.writer("e", "above"),
                SNAPSHOT,
                Sequence.write("e", 0, 0xe1))
            .after(DISK, OVERLAY),
        Sequence.of(
                "the child of a quorum",
                Sequence.qcow2("other", Template.QCOW2_A),
                Sequence.quorum("q", 2, "other", "disk"),
                Sequence.writer("e", "q"),
                SNAPSHOT,
                Sequence.write("e", 0, 0xe1),
                Sequence.read("e"))
            .after(DISK, OVERLAY),
        Sequence.of("a quorum", Sequence.quorum("q", 1, "disk"), new Snapshot("q", "over"))
            .after(DISK, OVERLAY)
            .meeting(D14),
        Sequence.of(
                "a filter that writes by itself",
                Sequence.nothing("z"),
                Sequence.add(
                    "busy",
                    new Blueprint.Blkdebug(
                        new Below.Node("z"), List.of("write-unchanged"), List.of())),
                new Snapshot("busy", "over"))
            .after(OVERLAY)
            .meeting(D15),
        Sequence.of("the file of a format", new Snapshot("f", "over"))
            .after(
                Sequence.protocol("f", Template.QCOW2_A),
                Sequence.qcow2Over("disk", "f"),
                Sequence.qcow2("over", Template.QCOW2_EMPTY_LONG))
            .meeting(D9),
        Sequence.of(
                "the middle of a chain",
                Sequence.overlay("top", Template.QCOW2_EMPTY, "disk"),
                SNAPSHOT)
            .after(DISK, OVERLAY)
            .meeting(D7),
        Sequence.of(
                "the base of a chain, into a file",
                Sequence.overlay("top", Template.QCOW2_EMPTY, "disk"),
                new SnapshotFile("disk", "made"))
            .after(DISK)
            .meeting(D7));
  }

  private static List<Sequence> overlays() {
    return List.of(
        Sequence.of("an overlay that is a filter", new Snapshot("disk", "f"))
            .after(DISK, OVERLAY, Sequence.throttle("f", "over")),
        Sequence.of("an overlay that is raw", new Snapshot("disk", "r"))
            .after(DISK, Sequence.raw("r", Template.RAW_A)),
        Sequence.of("an overlay that is null", new Snapshot("disk", "z"))
            .after(DISK, Sequence.nothing("z")),
        Sequence.of("an overlay with a backing disk", new Snapshot("disk", "top"))
            .after(DISK, OVERLAY, Sequence.overlay("top", Template.QCOW2_EMPTY, "over")),
        Sequence.of("an overlay that is read", Sequence.reader("e", "over"), SNAPSHOT)
            .after(DISK, OVERLAY),
        Sequence.of(
                "an overlay below an idle copy-on-read", Sequence.copyOnRead("c", "over"), SNAPSHOT)
            .after(DISK, OVERLAY),
        Sequence.of("a node over itself", new Snapshot("over", "over")).after(OVERLAY),
        Sequence.of("a node over its own file", new Snapshot("f", "over"))
            .after(Sequence.protocol("f", Template.QCOW2_EMPTY), Sequence.qcow2Over("over", "f"))
            .meeting(D11, D18),
        Sequence.of("a shorter overlay", new Snapshot("disk", "short"))
            .after(DISK, Sequence.qcow2("short", Template.QCOW2_EMPTY_SHORT))
            .meeting(D9),
        Sequence.of("an overlay with data", new Snapshot("over", "disk"))
            .after(DISK, OVERLAY)
            .meeting(D10),
        Sequence.of("a node that is not there", new Snapshot("nobody", "over")).after(OVERLAY),
        Sequence.of("an overlay that is not there", new Snapshot("disk", "nobody")).after(DISK));
  }

  private static List<Sequence> files() {
    SnapshotFile file = new SnapshotFile("disk", "made");
    return List.of(
        Sequence.of(
                "into a file, below a writer",
                Sequence.writer("e", "disk"),
                file,
                Sequence.write("e", 0, 0xe1),
                new SnapshotFile("made", "again"),
                Sequence.write("e", 8192, 0xe2),
                Sequence.read("e"))
            .after(DISK)
            .meeting(D12),
        Sequence.of("into a file, of a node nobody uses", file).after(DISK).meeting(D12),
        Sequence.of("into a file, of a read-only node", Sequence.reader("e", "disk"), file)
            .after(Sequence.readOnlyQcow2("disk", Template.QCOW2_A))
            .meeting(D13),
        Sequence.of("into a file, under a name that is taken", new SnapshotFile("disk", "over"))
            .after(DISK, OVERLAY),
        Sequence.of("into a file, of a node that is not there", new SnapshotFile("nobody", "made"))
            .after(DISK),
        Sequence.of(
                "an overlay made is in use",
                Sequence.throttle("above", "disk"),
                file,
                new DeleteNode("made"))
            .after(DISK));
  }

  private static List<Sequence> states() {
    return List.of(
        mirroring(
                "of a mirror's source",
                Sequence.mirror("disk", "t", Mirroring.full()),
                SNAPSHOT,
                new SnapshotFile("disk", "made"))
            .after(DISK, OVERLAY, Sequence.qcow2("t", Template.QCOW2_EMPTY)),
        Sequence.of("a second time", SNAPSHOT, new Snapshot("over", "third"))
            .after(DISK, OVERLAY, Sequence.qcow2("third", Template.QCOW2_EMPTY)));
  }
}
