package io.blockgraph.differential;

import static io.blockgraph.differential.IntendedDifference.D19;
import static io.blockgraph.differential.IntendedDifference.D27;
import static io.blockgraph.differential.IntendedDifference.D32;
import static io.blockgraph.differential.IntendedDifference.D34;
import static io.blockgraph.differential.IntendedDifference.D35;
import static io.blockgraph.differential.IntendedDifference.D36;
import static io.blockgraph.differential.IntendedDifference.D37;
import static io.blockgraph.differential.Sequence.complete;
import static io.blockgraph.differential.Sequence.mirror;
import static io.blockgraph.differential.Sequence.mirroring;
import static io.blockgraph.differential.Sequence.steer;
import static io.blockgraph.differential.Sequence.write;

import io.blockgraph.differential.Command.Detail;
import io.blockgraph.differential.Command.Mirroring;
import io.blockgraph.differential.Command.Verb;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What is asked of jobs in every state, and what a mirror copies.
final class JobSequences {
  private static final Command[] DISKS = {
    Sequence.qcow2("disk", Template.QCOW2_A),
    Sequence.qcow2("t", Template.QCOW2_EMPTY),
    Sequence.writer("e", "disk")
  };
  private static final Command[] HUGE = {
    Sequence.raw("disk", Template.RAW_HUGE), Sequence.raw("t", Template.RAW_HUGE)
  };
  private static final Command FULL = mirror("disk", "t", Mirroring.full());
  private static final Command MANUAL =
      mirror("disk", "t", Mirroring.full().with(Detail.MANUAL_FINALIZE));
  private static final Command CRAWLING =
      mirror("disk", "t", Mirroring.full().with(Detail.CRAWLING));

  private JobSequences() {}

  static List<Sequence> all() {
    return Stream.of(ready(), newcomers(), pending(), running(), copies())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Sequence> ready() {
    return List.of(
        mirroring("complete", FULL, write("e", 0, 0xe1), complete(), write("e", 4096, 0xe2))
            .after(DISKS),
        mirroring("keep the copy", FULL, write("e", 0, 0xe1), steer(Verb.KEEP_COPY)).after(DISKS),
        mirroring("cancel", FULL, steer(Verb.CANCEL), steer(Verb.DISMISS)).after(DISKS),
        mirroring("pause and resume", FULL, steer(Verb.PAUSE), steer(Verb.RESUME), complete())
            .after(DISKS),
        mirroring("pause twice", FULL, steer(Verb.PAUSE), steer(Verb.PAUSE))
            .after(DISKS)
            .meeting(D19),
        mirroring(
                "complete while it rests", FULL, steer(Verb.PAUSE), complete(), steer(Verb.RESUME))
            .after(DISKS),
        mirroring("cancel while it rests", FULL, steer(Verb.PAUSE), steer(Verb.CANCEL))
            .after(DISKS),
        mirroring(
                "what makes no sense",
                FULL,
                steer(Verb.RESUME),
                steer(Verb.FINALIZE),
                steer(Verb.DISMISS))
            .after(DISKS),
        mirroring(
                "what comes after the end",
                FULL,
                complete(),
                complete(),
                steer(Verb.PAUSE),
                steer(Verb.CANCEL),
                steer(Verb.DISMISS),
                steer(Verb.DISMISS))
            .after(DISKS),
        Sequence.of(
            "a job that is not there", complete(), steer(Verb.PAUSE), steer(Verb.KEEP_COPY)));
  }

  private static List<Sequence> newcomers() {
    Sequence sequence =
        mirroring(
                "write by an export that came later",
                FULL,
                Sequence.writer("late", "disk"),
                write("late", 0, 0xe1),
                write("e", 4096, 0xe2),
                complete(),
                write("late", 8192, 0xe3))
            .after(DISKS)
            .meeting(D35);
    return List.of(sequence, parts());
  }

  private static Sequence parts() {
    Mirroring writes =
        new Mirroring("none", Optional.empty(), List.of()).with(Detail.WRITE_BLOCKING);
    return mirroring(
            "write a part of a cluster to a copy of new writes",
            mirror("disk", "t", writes),
            write("e", 4096, 0xe1),
            steer(Verb.KEEP_COPY))
        .after(DISKS)
        .meeting(D37);
  }

  private static List<Sequence> pending() {
    return List.of(
        mirroring(
                "write while it is pending",
                MANUAL,
                complete(),
                write("e", 0, 0xe1),
                steer(Verb.FINALIZE))
            .after(DISKS)
            .meeting(D32),
        mirroring("keep the copy while it is pending", MANUAL, complete(), steer(Verb.KEEP_COPY))
            .after(DISKS)
            .meeting(D36),
        mirroring("keep the copy while it rests", FULL, steer(Verb.PAUSE), steer(Verb.KEEP_COPY))
            .after(DISKS)
            .meeting(D34),
        mirroring("finalize", MANUAL, complete(), steer(Verb.FINALIZE)).after(DISKS),
        mirroring("dismiss too early", MANUAL, complete(), steer(Verb.DISMISS)).after(DISKS),
        mirroring("pause too late", MANUAL, complete(), steer(Verb.PAUSE)).after(DISKS),
        mirroring("cancel in the end", MANUAL, complete(), steer(Verb.CANCEL)).after(DISKS),
        mirroring(
                "keep the copy, then finalize", MANUAL, steer(Verb.KEEP_COPY), steer(Verb.FINALIZE))
            .after(DISKS));
  }

  private static List<Sequence> running() {
    return List.of(
        mirroring("complete too early", CRAWLING, complete()).after(HUGE),
        mirroring("cancel early", CRAWLING, steer(Verb.CANCEL)).after(HUGE),
        mirroring("cancel early while it rests", CRAWLING, steer(Verb.PAUSE), steer(Verb.CANCEL))
            .after(HUGE));
  }

  private static List<Sequence> copies() {
    Command base = Sequence.qcow2("base", Template.QCOW2_A);
    Command top = Sequence.overlay("disk", Template.QCOW2_HALF, "base");
    Command target = Sequence.qcow2("t", Template.QCOW2_EMPTY);
    Command full = Sequence.raw("full", Template.RAW_B);
    Detail meant = Detail.ACCEPT_PARTIAL;
    return List.of(
        mirroring("all that a chain shows", mirror("disk", "t", Mirroring.full()), complete())
            .after(base, top, target),
        mirroring(
                "the top of a chain", mirror("disk", "t", Mirroring.sync("top", meant)), complete())
            .after(base, top, target),
        mirroring(
                "the top of a disk without backing disk, over other data",
                mirror("disk", "full", Mirroring.sync("top", meant)),
                complete())
            .after(Sequence.qcow2("disk", Template.QCOW2_HALF), full)
            .meeting(D27),
        mirroring(
                "only what is written",
                Sequence.writer("e", "disk"),
                mirror("disk", "t", Mirroring.sync("none", meant)),
                write("e", 0, 0xe1),
                complete(),
                write("e", 8192, 0xe2))
            .after(base, top, target),
        mirroring(
                "over a disk with other data", mirror("disk", "full", Mirroring.full()), complete())
            .after(Sequence.qcow2("disk", Template.QCOW2_HALF), full),
        mirroring(
                "with every write on both disks",
                mirror("disk", "t", Mirroring.full().with(Detail.WRITE_BLOCKING)),
                write("e", 0, 0xe1),
                new Command.Zero("e", 65536, 65536),
                complete())
            .after(DISKS),
        mirroring(
                "in small steps",
                mirror("disk", "t", Mirroring.full().with(Detail.GRANULARITY_512)),
                write("e", 512, 0xe1),
                complete())
            .after(DISKS),
        Sequence.of(
                "a quorum that cannot agree",
                Sequence.quorum("q", 2, "disk", "t"),
                mirror("q", "full", Mirroring.full()))
            .after(DISKS[0], target, full));
  }
}
