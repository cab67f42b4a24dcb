package io.blockgraph.differential;

import static io.blockgraph.differential.Asks.commit;
import static io.blockgraph.differential.Asks.mirror;
import static io.blockgraph.differential.Asks.staying;
import static io.blockgraph.differential.Asks.stream;
import static io.blockgraph.differential.Sequence.overlay;
import static io.blockgraph.differential.Sequence.protocol;
import static io.blockgraph.differential.Sequence.qcow2;
import static io.blockgraph.differential.Sequence.rawOver;
import static io.blockgraph.differential.Sequence.steer;
import static io.blockgraph.differential.Sequence.write;
import static io.blockgraph.differential.Sequence.writer;

import io.blockgraph.differential.Command.Direct;
import io.blockgraph.differential.Command.Http;
import io.blockgraph.differential.Command.Life;
import io.blockgraph.differential.Command.Qmp;
import io.blockgraph.differential.Command.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/// What is told unasked: lengths that are exceeded, and what becomes of jobs whose disks fail.
final class ErrorSequences {
  private static final Command BASE = qcow2("base", Template.QCOW2_A);
  private static final Command COPY = qcow2("copy", Template.QCOW2_EMPTY);

  private ErrorSequences() {}

  static List<Sequence> all() {
    return Stream.of(
            thresholds(), of(ErrorSequences::sources), of(ErrorSequences::targets), mended())
        .flatMap(List::stream)
        .toList();
  }

  // ---- thresholds

  private static List<Sequence> thresholds() {
    return List.of(
        heard(
            "a threshold that is exceeded once",
            Asks.threshold("disk", 65536),
            write("e", 61440, 0xe1),
            write("e", 65536 - 2048, 0xe2),
            write("e", 131072, 0xe3),
            Asks.threshold("disk", 8192),
            new Command.Zero("e", 8192, 4096),
            Asks.threshold("disk", 0),
            write("e", 131072, 0xe4)),
        heard(
            "a threshold of a file below",
            Asks.threshold("disk", 4096),
            Asks.threshold("disk", 16384),
            write("e", 8192, 0xe1),
            write("e", 16384, 0xe2)));
  }

  private static Sequence heard(String name, Command... commands) {
    return Sequence.of(name, new Command.Heard(List.of(commands)))
        .after(qcow2("disk", Template.QCOW2_A), writer("e", "disk"));
  }

  // ---- disks that fail

  /// A disk that fails in its third cluster.
  static Direct failing(String name, String disk, String operation, String error) {
    return failing(name, disk, Map.of("operation", operation, "errno", error, "once", false));
  }

  /// What is ignored is tried again until it works.
  private static Direct failing(
      String name, String disk, String operation, String error, String policy) {
    boolean once = policy.equals("ignore");
    return failing(name, disk, Map.of("operation", operation, "errno", error, "once", once));
  }

  private static Direct failing(String name, String disk, Map<String, Object> how) {
    Map<String, Object> place = Map.of("sector", 256, "once", how.get("once"));
    Object operation = how.get("operation");
    Object error = how.get("errno");
    int number = error.equals("ENOSPC") ? 28 : 5;
    return new Direct(
        new Qmp(
            "blockdev-add",
            Map.of(
                "driver",
                "blkdebug",
                "node-name",
                name,
                "image",
                disk,
                "inject-error",
                List.of(
                    Asks.with(
                        place, Map.of("event", "none", "iotype", operation, "errno", number))))),
        new Http(
            "POST",
            "/nodes",
            Map.of(
                "driver",
                "blkdebug",
                "nodeName",
                name,
                "file",
                disk,
                "injectError",
                List.of(Asks.with(place, Map.of("operation", operation, "errno", error))))));
  }

  private static Direct on(Direct start, String side, String policy) {
    String camel = Asks.camel(side);
    return Asks.also(start, Map.of(side, policy), Map.of(camel, policy));
  }

  private static Sequence life(String name, Direct begin, String policy, Command... before) {
    List<Command> meanwhile = new ArrayList<>();
    List<String> blurred = List.of("copy", "base", "disk", "bad");
    boolean rests = policy.equals("stop") || (policy.equals("enospc") && name.endsWith("full"));
    if (rests) {
      meanwhile.add(steer(Verb.CANCEL));
    }
    return Sequence.of(name + ", " + policy, new Life("j", staying(begin), meanwhile, blurred))
        .after(before);
  }

  private static List<Sequence> of(Function<String, List<Sequence>> policy) {
    return Stream.of("report", "stop", "ignore", "enospc")
        .map(policy)
        .flatMap(List::stream)
        .toList();
  }

  private static List<Sequence> sources(String policy) {
    Direct bad = failing("bad", "base", "read", "EIO", policy);
    List<Sequence> sequences = new ArrayList<>();
    for (String kind : List.of("backup", "mirror")) {
      Direct start = on(Asks.copying(kind, "bad", "copy", "full"), "on-source-error", policy);
      sequences.add(life("a " + kind + " that cannot read", start, policy, BASE, bad, COPY));
    }
    sequences.add(
        life(
            "a stream that cannot read",
            on(stream("disk"), "on-error", policy),
            policy,
            BASE,
            bad,
            overlay("disk", Template.QCOW2_EMPTY, "bad")));
    return sequences;
  }

  private static List<Sequence> targets(String policy) {
    Direct bad = failing("bad", "copy", "write", "ENOSPC", policy);
    List<Sequence> sequences = new ArrayList<>();
    for (String kind : List.of("backup", "mirror")) {
      Direct start = on(Asks.copying(kind, "base", "bad", "full"), "on-target-error", policy);
      sequences.add(life("a " + kind + " whose target is full", start, policy, BASE, COPY, bad));
    }
    sequences.add(
        life(
            "a commit whose base is full",
            on(commit("disk", "mid", "base"), "on-error", policy),
            policy,
            protocol("file", Template.RAW_A),
            failing("bad", "file", "write", "ENOSPC", policy),
            rawOver("base", "bad"),
            overlay("mid", Template.QCOW2_A, "base"),
            overlay("disk", Template.QCOW2_EMPTY, "mid")));
    return sequences;
  }

  /// What fails once and is tried again when the job is resumed.
  private static List<Sequence> mended() {
    return Stream.of("read", "write").map(ErrorSequences::mended).toList();
  }

  private static Sequence mended(String operation) {
    boolean reads = operation.equals("read");
    Direct mirror = reads ? mirror("bad", "copy", "full") : mirror("base", "bad", "full");
    return Sequence.of(
            "a mirror that goes on when it is resumed, " + operation,
            new Life(
                "j",
                staying(on(mirror, reads ? "on-source-error" : "on-target-error", "stop")),
                List.of(steer(Verb.RESUME), steer(Verb.KEEP_COPY)),
                List.of()))
        .after(
            BASE,
            COPY,
            failing(
                "bad",
                reads ? "base" : "copy",
                Map.of("operation", operation, "errno", "EIO", "once", true)));
  }
}
