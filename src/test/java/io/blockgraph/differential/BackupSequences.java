package io.blockgraph.differential;

import static io.blockgraph.differential.Asks.backedUp;
import static io.blockgraph.differential.Sequence.overlay;
import static io.blockgraph.differential.Sequence.qcow2;
import static io.blockgraph.differential.Sequence.raw;
import static io.blockgraph.differential.Sequence.readOnlyQcow2;
import static io.blockgraph.differential.Sequence.reader;
import static io.blockgraph.differential.Sequence.throttle;
import static io.blockgraph.differential.Sequence.write;
import static io.blockgraph.differential.Sequence.writer;

import java.util.List;
import java.util.stream.Stream;

/// Backups from their start to their end, and what cannot be backed up.
final class BackupSequences {
  private static final Command BASE = qcow2("base", Template.QCOW2_A);
  private static final Command DISK = overlay("disk", Template.QCOW2_HALF, "base");
  private static final Command COPY = qcow2("copy", Template.QCOW2_EMPTY);

  private BackupSequences() {}

  static List<Sequence> all() {
    return Stream.concat(
            Stream.of("full", "top").flatMap(sync -> copies(sync).stream()), refusals().stream())
        .map(sequence -> sequence.after(BASE, DISK))
        .toList();
  }

  private static List<Sequence> copies(String sync) {
    return List.of(
        Sequence.of(
            "back up a disk, " + sync,
            COPY,
            writer("e", "disk"),
            write("e", 0, 0xe1),
            backedUp("disk", "copy", sync),
            write("e", 4096, 0xe2),
            backedUp("disk", "copy", sync)),
        Sequence.of("back up a base, " + sync, COPY, backedUp("base", "copy", sync)),
        Sequence.of(
            "back up into an overlay, " + sync,
            overlay("copy", Template.QCOW2_EMPTY, "base"),
            backedUp("disk", "copy", sync)),
        Sequence.of(
            "back up into raw, " + sync,
            raw("copy", Template.RAW_B),
            backedUp("disk", "copy", sync)),
        Sequence.of(
            "back up through a filter, " + sync,
            COPY,
            throttle("t", "disk"),
            backedUp("t", "copy", sync)),
        Sequence.of(
            "back up into a filter, " + sync,
            COPY,
            throttle("t", "copy"),
            backedUp("disk", "t", sync)));
  }

  private static List<Sequence> refusals() {
    return List.of(
        Sequence.of("back up nothing", COPY, backedUp("nobody", "copy", "full")),
        Sequence.of("back up into nothing", backedUp("disk", "nobody", "full")),
        Sequence.of("back up a disk into itself", backedUp("disk", "disk", "full")),
        Sequence.of("back up a disk into its base", backedUp("disk", "base", "full"))
            .meeting(IntendedDifference.D1),
        Sequence.of("a way to back up that is not there", COPY, backedUp("disk", "copy", "half")),
        Sequence.of("incremental without a bitmap", COPY, backedUp("disk", "copy", "incremental")),
        Sequence.of("bitmap without a bitmap", COPY, backedUp("disk", "copy", "bitmap")),
        Sequence.of(
            "back up into a longer disk",
            qcow2("copy", Template.QCOW2_LONG),
            backedUp("disk", "copy", "full")),
        Sequence.of(
            "back up into a shorter disk",
            qcow2("copy", Template.QCOW2_EMPTY_SHORT),
            backedUp("disk", "copy", "full")),
        Sequence.of(
            "back up into a read-only disk",
            readOnlyQcow2("copy", Template.QCOW2_EMPTY),
            backedUp("disk", "copy", "full")),
        Sequence.of(
                "back up into a disk that is written",
                COPY,
                writer("w", "copy"),
                backedUp("disk", "copy", "full"))
            .meeting(IntendedDifference.D48),
        Sequence.of(
            "back up into a disk that is read",
            COPY,
            reader("r", "copy"),
            backedUp("disk", "copy", "full")));
  }
}
