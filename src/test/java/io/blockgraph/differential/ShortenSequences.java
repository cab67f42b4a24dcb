package io.blockgraph.differential;

import static io.blockgraph.differential.IntendedDifference.D1;
import static io.blockgraph.differential.IntendedDifference.D14;
import static io.blockgraph.differential.IntendedDifference.D38;
import static io.blockgraph.differential.IntendedDifference.D39;
import static io.blockgraph.differential.IntendedDifference.D40;
import static io.blockgraph.differential.IntendedDifference.D41;
import static io.blockgraph.differential.IntendedDifference.D61;
import static io.blockgraph.differential.IntendedDifference.D62;
import static io.blockgraph.differential.IntendedDifference.D64;
import static io.blockgraph.differential.Sequence.overlay;
import static io.blockgraph.differential.Sequence.qcow2;
import static io.blockgraph.differential.Sequence.raw;
import static io.blockgraph.differential.Sequence.readOnlyOverlay;
import static io.blockgraph.differential.Sequence.reader;
import static io.blockgraph.differential.Sequence.throttle;
import static io.blockgraph.differential.Sequence.write;
import static io.blockgraph.differential.Sequence.writer;

import io.blockgraph.differential.Command.Commit;
import io.blockgraph.differential.Command.To;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Jobs that shorten chains, from their start to their end.
final class ShortenSequences {
  private static final Command[] CHAIN = {
    qcow2("base", Template.QCOW2_A),
    overlay("low", Template.QCOW2_HALF, "base"),
    overlay("mid", Template.QCOW2_EMPTY, "low"),
    overlay("top", Template.QCOW2_EMPTY, "mid"),
    writer("e", "top"),
    write("e", 0, 0xe1),
    new Command.Zero("e", 65536, 65536)
  };

  private ShortenSequences() {}

  static List<Sequence> all() {
    return Stream.of(streams(), commits(), refusals(), lengths(), filters())
        .flatMap(List::stream)
        .toList();
  }

  private static Command whole(String node) {
    return new Command.Stream("j", node, Optional.empty());
  }

  private static Command above(String node, String base) {
    return new Command.Stream("j", node, Optional.of(new To(To.Side.BASE, base)));
  }

  private static Command downTo(String node, String bottom) {
    return new Command.Stream("j", node, Optional.of(new To(To.Side.BOTTOM, bottom)));
  }

  private static Command commit(String top, String base) {
    return new Commit("j", top, base);
  }

  private static List<Sequence> streams() {
    return List.of(
        Sequence.of("stream all of a chain", whole("top"), write("e", 8192, 0xe2)).after(CHAIN),
        Sequence.of("stream down to a base", above("top", "base"), write("e", 8192, 0xe2))
            .after(CHAIN),
        Sequence.of("stream down to a bottom", downTo("top", "low")).after(CHAIN),
        Sequence.of("stream into the middle", above("mid", "base")).after(CHAIN),
        Sequence.of("stream what is below the middle", whole("mid")).after(CHAIN),
        Sequence.of("stream nothing", above("top", "mid")).after(CHAIN),
        Sequence.of("stream a disk that stands alone", whole("base")).after(CHAIN),
        Sequence.of("stream, then stream again", above("top", "low"), whole("top")).after(CHAIN));
  }

  private static List<Sequence> commits() {
    return List.of(
        Sequence.of("commit the middle", commit("mid", "base"), write("e", 8192, 0xe2))
            .after(CHAIN),
        Sequence.of("commit one disk", commit("low", "base")).after(CHAIN),
        Sequence.of("commit the top", commit("top", "base"), write("e", 8192, 0xe2)).after(CHAIN),
        Sequence.of("commit the top into the middle", commit("top", "low"), write("e", 0, 0xe3))
            .after(CHAIN));
  }

  private static List<Sequence> refusals() {
    return List.of(
        Sequence.of("a base that is above", commit("low", "mid")).after(CHAIN),
        Sequence.of("a disk into itself", commit("mid", "mid")).after(CHAIN),
        Sequence.of("a base that is not there", commit("top", "nobody")).after(CHAIN),
        Sequence.of("stream from elsewhere", qcow2("x", Template.QCOW2_A), above("top", "x"))
            .after(CHAIN),
        Sequence.of("stream a node that is not there", whole("nobody")),
        Sequence.of("commit below a reader", reader("r", "low"), commit("mid", "base"))
            .after(CHAIN),
        Sequence.of("commit below a reader of the base", reader("r", "base"), commit("mid", "base"))
            .after(CHAIN)
            .meeting(D40),
        Sequence.of("commit a disk that is written below another", commit("mid", "base"))
            .after(
                qcow2("base", Template.QCOW2_A),
                overlay("mid", Template.QCOW2_HALF, "base"),
                readOnlyOverlay("top", Template.QCOW2_EMPTY, "mid"),
                writer("e", "mid"))
            .meeting(D61),
        Sequence.of("stream from disks that are read", reader("r", "low"), whole("top"))
            .after(CHAIN));
  }

  private static List<Sequence> lengths() {
    return List.of(
        Sequence.of("commit into a shorter base", commit("top", "short"))
            .after(
                qcow2("short", Template.QCOW2_EMPTY_SHORT),
                overlay("top", Template.QCOW2_A, "short")),
        Sequence.of("commit into a longer base", commit("top", "long"))
            .after(qcow2("long", Template.QCOW2_LONG), overlay("top", Template.QCOW2_HALF, "long"))
            .meeting(D38),
        Sequence.of("commit into a base that cannot grow", commit("top", "null"))
            .after(
                Sequence.add("null", new Blueprint.Null(Sizes.DISK, Access.READ_ONLY)),
                overlay("top", Template.QCOW2_LONG, "null"))
            .meeting(D1, D64),
        Sequence.of("commit into a quorum", commit("top", "quorum"))
            .after(
                raw("one", Template.RAW_A),
                raw("other", Template.RAW_A),
                Sequence.quorum("quorum", 2, "one", "other"),
                readOnlyOverlay("top", Template.QCOW2_A, "quorum"))
            .meeting(D14),
        Sequence.of("stream past a short disk", above("top", "base"))
            .after(
                qcow2("base", Template.QCOW2_A),
                overlay("short", Template.QCOW2_EMPTY_SHORT, "base"),
                overlay("top", Template.QCOW2_EMPTY, "short"))
            .meeting(D41),
        Sequence.of("commit past a short disk", commit("top", "base"))
            .after(
                qcow2("base", Template.QCOW2_A),
                overlay("short", Template.QCOW2_EMPTY_SHORT, "base"),
                overlay("top", Template.QCOW2_EMPTY, "short")));
  }

  private static List<Sequence> filters() {
    Command[] chain = {
      qcow2("base", Template.QCOW2_A),
      throttle("f", "base"),
      overlay("low", Template.QCOW2_HALF, "f"),
      overlay("top", Template.QCOW2_EMPTY, "low")
    };
    return List.of(
        Sequence.of("stream down to a base under a filter", above("top", "base"))
            .after(chain)
            .meeting(D39),
        Sequence.of("stream down to a bottom that is a filter", downTo("top", "f"))
            .after(chain)
            .meeting(D62),
        Sequence.of("stream through a filter", whole("top")).after(chain),
        Sequence.of("commit into a base under a filter", commit("low", "base"))
            .after(chain)
            .meeting(D39),
        Sequence.of("commit the top into a base under a filter", commit("top", "base"))
            .after(chain),
        Sequence.of("commit into a filter", commit("top", "f")).after(chain),
        Sequence.of("stream a filter", throttle("g", "top"), above("g", "base"))
            .after(chain)
            .meeting(D39),
        Sequence.of("commit a filter", throttle("g", "top"), commit("g", "base"))
            .after(chain)
            .meeting(D39));
  }
}
