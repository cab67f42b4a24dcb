package io.blockgraph.differential;

import static io.blockgraph.differential.IntendedDifference.D1;
import static io.blockgraph.differential.IntendedDifference.D16;
import static io.blockgraph.differential.IntendedDifference.D17;
import static io.blockgraph.differential.IntendedDifference.D2;
import static io.blockgraph.differential.IntendedDifference.D21;
import static io.blockgraph.differential.IntendedDifference.D25;
import static io.blockgraph.differential.IntendedDifference.D28;
import static io.blockgraph.differential.IntendedDifference.D6;
import static io.blockgraph.differential.IntendedDifference.D8;
import static io.blockgraph.differential.Sequence.complete;
import static io.blockgraph.differential.Sequence.mirror;
import static io.blockgraph.differential.Sequence.mirroring;
import static io.blockgraph.differential.Sequence.replace;

import io.blockgraph.differential.Command.Detail;
import io.blockgraph.differential.Command.Mirroring;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The replace matrix: what a mirror may put its target in the place of.
final class ReplaceSequences {
  private static final Command TARGET = Sequence.qcow2("t", Template.QCOW2_EMPTY);
  private static final Command[] VOTE = {
    Sequence.qcow2("img0", Template.QCOW2_A),
    Sequence.qcow2("img1", Template.QCOW2_A),
    Sequence.qcow2("img2", Template.QCOW2_A),
    Sequence.quorum("q", 2, "img0", "img1", "img2"),
    TARGET
  };
  private static final Command[] FILTERS = {
    Sequence.nothing("z"),
    Sequence.copyOnRead("below", "z"),
    Sequence.copyOnRead("above", "below"),
    TARGET
  };

  private ReplaceSequences() {}

  static List<Sequence> all() {
    return Stream.of(children(), filters(), elsewhere(), lengthsAndModes(), users())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Sequence> children() {
    return List.of(
        mirroring("R1 a quorum's child", replace("q", "img1", "t"), complete()).after(VOTE),
        mirroring(
                "R12 a quorum's child below a filter",
                Sequence.throttle("above", "q"),
                replace("above", "img1", "t"),
                complete())
            .after(VOTE),
        Sequence.of(
                "R13 what is below a quorum's child",
                Sequence.throttle("f0", "img0"),
                Sequence.quorum("outer", 1, "f0"),
                replace("outer", "img0", "t"))
            .after(VOTE[0], TARGET),
        mirroring(
                "R13b a filter that is a quorum's child",
                Sequence.throttle("f0", "img0"),
                Sequence.quorum("outer", 1, "f0"),
                replace("outer", "f0", "t"),
                complete())
            .after(VOTE[0], TARGET),
        Sequence.of(
                "R14 a child of a quorum's child",
                Sequence.quorum("outer", 1, "q"),
                replace("outer", "img1", "t"))
            .after(VOTE),
        mirroring(
                "R14b a quorum that is a quorum's child",
                Sequence.quorum("outer", 1, "q"),
                replace("outer", "q", "t"),
                complete())
            .after(VOTE),
        Sequence.of("R26 the same child twice", Sequence.quorum("twice", 2, "img0", "img0"))
            .after(VOTE[0])
            .meeting(D21),
        mirroring(
                "R27 a quorum that is only read",
                Sequence.readOnlyQcow2("r0", Template.QCOW2_A),
                Sequence.readOnlyQcow2("r1", Template.QCOW2_A),
                Sequence.quorum("reading", Access.READ_ONLY, 2, "r0", "r1"),
                replace("reading", "r1", "t"),
                complete())
            .after(TARGET)
            .meeting(D6));
  }

  private static List<Sequence> filters() {
    return List.of(
        mirroring("R4 a filter below a filter", replace("above", "below", "t"), complete())
            .after(FILTERS)
            .meeting(D2),
        mirroring("R5 a disk below two filters", replace("above", "z", "t"), complete())
            .after(FILTERS)
            .meeting(D2),
        mirroring("R6 the source itself", replace("above", "above", "t"), complete())
            .after(FILTERS)
            .meeting(D2),
        mirroring(
                "R16 the raw side of blkverify",
                Sequence.blkverify("v", "img0", "img1"),
                replace("v", "img0", "t"),
                complete())
            .after(VOTE[0], VOTE[1], TARGET),
        mirroring(
                "R16b the test side of blkverify",
                Sequence.blkverify("v", "img0", "img1"),
                replace("v", "img1", "t"),
                complete())
            .after(VOTE[0], VOTE[1], TARGET),
        mirroring(
                "R17 a disk below a throttle",
                Sequence.throttle("slow", "z"),
                replace("slow", "z", "t"),
                complete())
            .after(FILTERS[0], TARGET));
  }

  private static List<Sequence> elsewhere() {
    Command base = Sequence.qcow2("base", Template.QCOW2_A);
    Command top = Sequence.overlay("top", Template.QCOW2_EMPTY, "base");
    return List.of(
        Sequence.of("R7 the backing disk of the source", replace("top", "base", "t"))
            .after(base, top, TARGET)
            .meeting(D1),
        Sequence.of("R8 the file of the source", replace("top", "f", "t"))
            .after(
                Sequence.protocol("f", Template.QCOW2_A), Sequence.qcow2Over("top", "f"), TARGET),
        Sequence.of("R9 a node that has nothing to do with it", replace("base", "img0", "t"))
            .after(base, VOTE[0], TARGET),
        Sequence.of("R10 a node that is not there", replace("base", "nobody", "t"))
            .after(base, TARGET),
        Sequence.of("R11 the target", replace("base", "t", "t")).after(base, TARGET),
        Sequence.of("R15 the file of a raw disk", replace("all", "f", "t"))
            .after(Sequence.protocol("f", Template.RAW_A), Sequence.rawOver("all", "f"), TARGET),
        Sequence.of("R15b the file of a part of a disk", replace("part", "f", "t"))
            .after(
                Sequence.protocol("f", Template.RAW_A),
                Sequence.window("part", "f", Sizes.DISK),
                TARGET),
        Sequence.of(
                "R19 a target below the source's filters", mirror("above", "z", Mirroring.full()))
            .after(FILTERS)
            .meeting(D2),
        Sequence.of("R20 a read-only target", mirror("base", "r", Mirroring.full()))
            .after(base, Sequence.readOnlyQcow2("r", Template.QCOW2_EMPTY)),
        Sequence.of("R28 a source that another node uses", mirror("base", "t", Mirroring.full()))
            .after(base, Sequence.throttle("above", "base"), TARGET)
            .meeting(D8));
  }

  private static List<Sequence> lengthsAndModes() {
    Command base = Sequence.qcow2("base", Template.QCOW2_A);
    Mirroring none = new Mirroring("none", Optional.of("img1"), List.of());
    return List.of(
        Sequence.of("R18 a target of another length", mirror("base", "long", Mirroring.full()))
            .after(base, Sequence.qcow2("long", Template.QCOW2_EMPTY_LONG))
            .meeting(D16),
        Sequence.of(
                "R21 a sync that is no mirror's",
                mirror("base", "t", Mirroring.sync("incremental")))
            .after(base, TARGET),
        Sequence.of("R22 only new writes, in the place of a child", mirror("q", "t", none))
            .after(VOTE)
            .meeting(D17),
        mirroring(
                "R22b the same, meant",
                mirror("q", "t", none.with(Detail.ACCEPT_PARTIAL)),
                complete())
            .after(VOTE),
        Sequence.of(
                "R23 a granularity that is too small",
                mirror("base", "t", Mirroring.full().with(Detail.GRANULARITY_300)))
            .after(base, TARGET),
        Sequence.of(
                "R23b a granularity that is no power of two",
                mirror("base", "t", Mirroring.full().with(Detail.GRANULARITY_3000)))
            .after(base, TARGET),
        mirroring(
                "R29 a second mirror of the same source",
                mirror("base", "t", Mirroring.full()),
                new Command.StartMirror("second", "base", "img0", Mirroring.full()))
            .after(base, VOTE[0], TARGET)
            .meeting(D1));
  }

  private static List<Sequence> users() {
    return List.of(
        Sequence.of(
                "R2 a child with an idle parent",
                Sequence.rawOver("other", "img1"),
                replace("q", "img1", "t"))
            .after(VOTE)
            .meeting(D25),
        mirroring(
                "R3 a child that somebody begins to read",
                replace("q", "img1", "t"),
                Sequence.reader("late", "img1"),
                complete())
            .after(VOTE),
        Sequence.of(
                "R24 a child with an idle copy-on-read",
                Sequence.copyOnRead("other", "img1"),
                replace("q", "img1", "t"))
            .after(VOTE)
            .meeting(D25),
        mirroring(
                "R25 a child that goes meanwhile",
                replace("q", "img1", "t"),
                new Command.RemoveChild("q", "children.1"),
                new Command.DeleteNode("img1"),
                complete())
            .after(VOTE),
        mirroring(
                "a target that somebody else writes to, for a read-only place",
                mirror("r", "t", Mirroring.full()),
                Sequence.copyOnRead("above", "t"),
                complete())
            .after(Sequence.readOnlyQcow2("r", Template.QCOW2_A), TARGET)
            .meeting(D6, D28));
  }
}
