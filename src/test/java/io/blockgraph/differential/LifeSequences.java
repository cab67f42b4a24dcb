package io.blockgraph.differential;

import static io.blockgraph.differential.Asks.backup;
import static io.blockgraph.differential.Asks.commit;
import static io.blockgraph.differential.Asks.crawling;
import static io.blockgraph.differential.Asks.speed;
import static io.blockgraph.differential.Asks.staying;
import static io.blockgraph.differential.Asks.stream;
import static io.blockgraph.differential.Asks.waiting;
import static io.blockgraph.differential.Sequence.overlay;
import static io.blockgraph.differential.Sequence.qcow2;
import static io.blockgraph.differential.Sequence.raw;
import static io.blockgraph.differential.Sequence.read;
import static io.blockgraph.differential.Sequence.steer;
import static io.blockgraph.differential.Sequence.write;
import static io.blockgraph.differential.Sequence.writer;

import io.blockgraph.differential.Command.Direct;
import io.blockgraph.differential.Command.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What is asked of backups, streams and commits wherever they stand, while clients write.
final class LifeSequences {
  private static final Command[] HUGE = {
    raw("disk", Template.RAW_HUGE), raw("copy", Template.RAW_HUGE), writer("e", "disk")
  };
  private static final Command[] LARGE = {
    qcow2("base", Template.QCOW2_LARGE),
    overlay("mid", Template.QCOW2_LARGE, "base"),
    overlay("disk", Template.QCOW2_EMPTY_LARGE, "mid"),
    qcow2("copy", Template.QCOW2_EMPTY_LARGE),
    writer("e", "disk"),
    write("e", 0, 0xe0)
  };
  private static final Command[] CHAIN = {
    qcow2("base", Template.QCOW2_A),
    overlay("mid", Template.QCOW2_HALF, "base"),
    overlay("disk", Template.QCOW2_EMPTY, "mid"),
    qcow2("copy", Template.QCOW2_EMPTY),
    writer("e", "disk"),
    write("e", 0, 0xe0)
  };

  /// The starts of all kinds, on the chain.
  private static final Map<String, Direct> KINDS =
      Map.of(
          "a backup", backup("disk", "copy", "full"),
          "a backup of the top", backup("disk", "copy", "top"),
          "a stream", stream("disk"),
          "a commit", commit("disk", "mid", "base"),
          "an active commit", commit("disk", "disk", "base"));

  private LifeSequences() {}

  static List<Sequence> all() {
    return Stream.of(pointsInTime(), overlaid(), running(), pending(), ready())
        .flatMap(List::stream)
        .toList();
  }

  private static Sequence life(String name, Direct begin, Command... meanwhile) {
    return blurring(name, List.of(), begin, meanwhile);
  }

  private static Sequence blurring(
      String name, List<String> blurred, Direct begin, Command... meanwhile) {
    return Sequence.of(name, new Command.Life("j", begin, List.of(meanwhile), blurred));
  }

  private static List<Sequence> pointsInTime() {
    return List.of(
        life(
                "a backup of what is overwritten",
                staying(backup("disk", "copy", "none")),
                write("e", 0, 0xe1),
                write("e", 4096, 0xe2),
                write("e", 65536, 0xe3),
                new Command.Zero("e", 131072, 65536),
                read("e"),
                steer(Verb.PAUSE),
                write("e", 196608, 0xe4),
                steer(Verb.RESUME),
                steer(Verb.CANCEL))
            .after(CHAIN)
            .meeting(IntendedDifference.D50),
        life(
                "a backup of what is overwritten, ended gently",
                staying(backup("disk", "copy", "none")),
                write("e", 0, 0xe1),
                steer(Verb.KEEP_COPY))
            .after(CHAIN)
            .meeting(IntendedDifference.D50),
        written("a backup while it is written", backup("disk", "copy", "full")),
        written("a stream while it is written", stream("disk")),
        written("a commit while it is written", commit("disk", "mid", "base")));
  }

  /// A client writes where the job was, and where it comes to.
  private static Sequence written(String name, Direct begin) {
    return life(
            name,
            crawling(begin),
            write("e", 0, 0xe1),
            write("e", Sizes.LARGE - 65536, 0xe2),
            new Command.Zero("e", Sizes.LARGE - 196608, 65536),
            speed(0))
        .after(LARGE);
  }

  /// Clients go on in an overlay above the disk that is copied.
  private static List<Sequence> overlaid() {
    List<Sequence> sequences = new ArrayList<>();
    for (String sync : List.of("full", "top")) {
      sequences.add(
          life(
                  "an overlay above what a backup copies, " + sync,
                  crawling(backup("disk", "copy", sync)),
                  write("e", 0, 0xe1),
                  new Command.Snapshot("disk", "over"),
                  write("e", Sizes.LARGE - 65536, 0xe2),
                  speed(0))
              .after(
                  qcow2("base", Template.QCOW2_LARGE),
                  overlay("disk", Template.QCOW2_LARGE, "base"),
                  qcow2("copy", Template.QCOW2_EMPTY_LARGE),
                  qcow2("over", Template.QCOW2_EMPTY_LARGE),
                  writer("e", "disk")));
    }
    sequences.add(
        life(
                "an overlay above a disk of which what is overwritten is copied",
                staying(backup("disk", "copy", "none")),
                write("e", 65536, 0xe1),
                new Command.Snapshot("disk", "over"),
                write("e", 0, 0xe2),
                steer(Verb.KEEP_COPY))
            .after(CHAIN)
            .after(qcow2("over", Template.QCOW2_EMPTY))
            .meeting(IntendedDifference.D50, IntendedDifference.D65));
    return sequences;
  }

  private static List<Sequence> running() {
    return List.of(
        blurring(
                "what is asked of a backup that runs",
                List.of("copy"),
                crawling(backup("disk", "copy", "full")),
                steer(Verb.COMPLETE),
                steer(Verb.FINALIZE),
                steer(Verb.RESUME),
                steer(Verb.PAUSE),
                steer(Verb.COMPLETE),
                steer(Verb.RESUME),
                speed(2),
                steer(Verb.DISMISS),
                steer(Verb.CANCEL),
                steer(Verb.CANCEL),
                steer(Verb.PAUSE))
            .after(HUGE),
        blurring(
                "a backup that rests is cancelled",
                List.of("copy"),
                crawling(backup("disk", "copy", "full")),
                steer(Verb.PAUSE),
                steer(Verb.CANCEL))
            .after(HUGE),
        blurring(
                "a backup is asked to keep its copy",
                List.of("copy"),
                crawling(backup("disk", "copy", "full")),
                steer(Verb.KEEP_COPY))
            .after(HUGE),
        life(
                "a speed of less than nothing",
                crawling(backup("disk", "copy", "full")),
                speed(-1),
                speed(0))
            .after(LARGE));
  }

  private static List<Sequence> pending() {
    return KINDS.entrySet().stream()
        .filter(kind -> !kind.getKey().startsWith("an active"))
        .sorted(Map.Entry.comparingByKey())
        .flatMap(kind -> pending(kind.getKey(), kind.getValue()).stream())
        .toList();
  }

  private static List<Sequence> pending(String kind, Direct begin) {
    return List.of(
        life(
                kind + " that waits, finalized",
                waiting(begin),
                steer(Verb.COMPLETE),
                steer(Verb.PAUSE),
                steer(Verb.DISMISS),
                steer(Verb.FINALIZE),
                steer(Verb.FINALIZE),
                steer(Verb.CANCEL))
            .after(CHAIN),
        blurring(
                kind + " that waits, cancelled",
                List.of("copy"),
                waiting(begin),
                steer(Verb.CANCEL))
            .after(CHAIN));
  }

  private static List<Sequence> ready() {
    Direct active = KINDS.get("an active commit");
    return List.of(
        life(
                "an active commit, ready",
                staying(active),
                write("e", 65536, 0xe1),
                steer(Verb.FINALIZE),
                steer(Verb.DISMISS),
                steer(Verb.PAUSE),
                write("e", 131072, 0xe2),
                steer(Verb.RESUME),
                steer(Verb.COMPLETE),
                steer(Verb.COMPLETE))
            .after(CHAIN),
        blurring(
                "an active commit, cancelled",
                List.of("base"),
                staying(active),
                write("e", 65536, 0xe1),
                steer(Verb.CANCEL))
            .after(CHAIN),
        life(
                "an active commit, ended gently",
                staying(active),
                write("e", 65536, 0xe1),
                steer(Verb.KEEP_COPY))
            .after(CHAIN),
        life(
                "an active commit that waits",
                waiting(active),
                steer(Verb.COMPLETE),
                steer(Verb.FINALIZE))
            .after(CHAIN));
  }
}
