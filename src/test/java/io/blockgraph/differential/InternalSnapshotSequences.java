package io.blockgraph.differential;

import static io.blockgraph.differential.IntendedDifference.D8;

import io.blockgraph.differential.Command.DeleteInternal;
import io.blockgraph.differential.Command.TakeInternal;
import java.util.List;

/// Snapshots that images keep in themselves.
final class InternalSnapshotSequences {
  private static final Command DISK = Sequence.qcow2("disk", Template.QCOW2_A);
  private static final Command TAKE = new TakeInternal("disk", "s");
  private static final Command DELETE = new DeleteInternal("disk", "s");

  private InternalSnapshotSequences() {}

  static List<Sequence> all() {
    return List.of(
        Sequence.of(
                "internal snapshots of a disk that is written to",
                Sequence.writer("e", "disk"),
                Sequence.write("e", 0, 0xe1),
                TAKE,
                Sequence.write("e", 0, 0xe2),
                new TakeInternal("disk", "t"),
                Sequence.write("e", 4096, 0xe3),
                DELETE,
                Sequence.write("e", 0, 0xe4),
                Sequence.read("e"))
            .after(DISK),
        Sequence.of("an internal snapshot, twice", TAKE, TAKE, DELETE, TAKE).after(DISK),
        Sequence.of("an internal snapshot that is not there", DELETE).after(DISK),
        Sequence.of("an internal snapshot of nothing", TAKE),
        Sequence.of("an internal snapshot of a read-only disk", TAKE)
            .after(Sequence.readOnlyQcow2("disk", Template.QCOW2_A)),
        Sequence.of("an internal snapshot of raw", TAKE, DELETE)
            .after(Sequence.raw("disk", Template.RAW_A)),
        Sequence.of("an internal snapshot of null", new TakeInternal("z", "s"))
            .after(Sequence.nothing("z")),
        Sequence.of(
                "an internal snapshot through a filter",
                Sequence.throttle("above", "disk"),
                new TakeInternal("above", "s"),
                new DeleteInternal("above", "s"))
            .after(DISK),
        Sequence.of(
                "an internal snapshot of a backing disk",
                Sequence.overlay("top", Template.QCOW2_EMPTY, "disk"),
                TAKE,
                new TakeInternal("top", "t"))
            .after(DISK)
            .meeting(D8));
  }
}
