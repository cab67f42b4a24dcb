package io.blockgraph.differential;

import static io.blockgraph.differential.IntendedDifference.D20;
import static io.blockgraph.differential.IntendedDifference.D24;
import static io.blockgraph.differential.IntendedDifference.D31;
import static io.blockgraph.differential.IntendedDifference.D7;
import static io.blockgraph.differential.Sequence.mirroring;

import io.blockgraph.differential.Command.Mirroring;
import io.blockgraph.differential.Command.Resize;
import java.util.List;
import java.util.stream.Stream;

/// Changes of length, everywhere in the graph.
final class ResizeSequences {
  private static final Command DISK = Sequence.qcow2("disk", Template.QCOW2_A);
  private static final Command GROW = new Resize("disk", Sizes.LONG);
  private static final Command SHRINK = new Resize("disk", Sizes.SHORT);

  private ResizeSequences() {}

  static List<Sequence> all() {
    return Stream.of(places(), users(), numbers()).flatMap(List::stream).toList();
  }

  private static List<Sequence> places() {
    return List.of(
        Sequence.of("a root, both ways", GROW, SHRINK, GROW).after(DISK),
        Sequence.of(
                "a filter", Sequence.copyOnRead("above", "disk"), new Resize("above", Sizes.LONG))
            .after(DISK),
        Sequence.of("a disk below copy-on-read", Sequence.copyOnRead("above", "disk"), GROW)
            .after(DISK),
        Sequence.of("a disk below a throttle", Sequence.throttle("above", "disk"), GROW)
            .after(DISK)
            .meeting(D24),
        Sequence.of("a raw disk", GROW, SHRINK).after(Sequence.raw("disk", Template.RAW_A)),
        Sequence.of("a part of a disk", new Resize("part", Sizes.LONG))
            .after(
                Sequence.protocol("f", Template.RAW_A), Sequence.window("part", "f", Sizes.SHORT)),
        Sequence.of("null", new Resize("z", Sizes.LONG)).after(Sequence.nothing("z")),
        Sequence.of("a quorum", Sequence.quorum("q", 1, "disk"), new Resize("q", Sizes.LONG))
            .after(DISK)
            .meeting(D20),
        Sequence.of("a blkverify", new Resize("v", Sizes.LONG))
            .after(
                DISK,
                Sequence.qcow2("same", Template.QCOW2_A),
                Sequence.blkverify("v", "disk", "same"))
            .meeting(D31),
        Sequence.of("a backing disk", Sequence.overlay("top", Template.QCOW2_EMPTY, "disk"), GROW)
            .after(DISK)
            .meeting(D7),
        Sequence.of(
                "a backing disk whose overlay is used",
                Sequence.overlay("top", Template.QCOW2_EMPTY, "disk"),
                Sequence.reader("e", "top"),
                GROW)
            .after(DISK)
            .meeting(D7),
        Sequence.of("the file of a format", new Resize("f", Sizes.LONG))
            .after(Sequence.protocol("f", Template.QCOW2_A), Sequence.qcow2Over("disk", "f")),
        Sequence.of("a child of a quorum", Sequence.quorum("q", 1, "disk"), GROW).after(DISK),
        Sequence.of(
                "an overlay over a longer disk",
                Sequence.overlay("top", Template.QCOW2_EMPTY_SHORT, "disk"),
                new Resize("top", 3 * Sizes.CLUSTER),
                Sequence.reader("e", "top"),
                new Command.Read("e", 0, (int) (3 * Sizes.CLUSTER)))
            .after(DISK));
  }

  private static List<Sequence> users() {
    Command target = Sequence.qcow2("t", Template.QCOW2_EMPTY);
    return List.of(
        Sequence.of("below a writer", Sequence.writer("e", "disk"), GROW).after(DISK),
        Sequence.of("below a reader", Sequence.reader("e", "disk"), GROW).after(DISK),
        mirroring("a mirror's source", Sequence.mirror("disk", "t", Mirroring.full()), GROW)
            .after(DISK, target),
        mirroring(
                "a mirror's target",
                Sequence.mirror("disk", "t", Mirroring.full()),
                new Resize("t", Sizes.LONG))
            .after(DISK, target),
        Sequence.of("a read-only disk", GROW)
            .after(Sequence.readOnlyQcow2("disk", Template.QCOW2_A)));
  }

  private static List<Sequence> numbers() {
    return List.of(
        Sequence.of("to a length that is no multiple of 512", new Resize("disk", 1_000_001))
            .after(DISK),
        Sequence.of("to a negative length", new Resize("disk", -512)).after(DISK),
        Sequence.of("to the length it has", new Resize("disk", Sizes.DISK)).after(DISK),
        Sequence.of("to nothing", new Resize("disk", 0)).after(DISK),
        Sequence.of("of a node that is not there", new Resize("nobody", Sizes.LONG)));
  }
}
