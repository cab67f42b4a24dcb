package io.blockgraph.differential;

import static io.blockgraph.differential.Sequence.add;
import static io.blockgraph.differential.Sequence.read;
import static io.blockgraph.differential.Sequence.write;
import static io.blockgraph.differential.Sequence.writer;

import io.blockgraph.differential.Command.DeleteNode;
import io.blockgraph.differential.Command.Direct;
import io.blockgraph.differential.Command.Http;
import io.blockgraph.differential.Command.Qmp;
import io.blockgraph.differential.Command.Task;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Keys of encrypted images that come and go: `ka`, `kb` and `kc` are in slots 0, 1 and 3, and the
/// node was opened with `ka`.
final class AmendSequences {
  private static final Image IMAGE = new Image(Template.LUKS, 1);
  private static final Command DISK = opened("ka");

  /// As little work as the daemon can tell by.
  private static final int QUICK_MS = 60;

  private AmendSequences() {}

  static List<Sequence> all() {
    return Stream.of(added(), erased(), refused(), doubtful())
        .flatMap(List::stream)
        .map(sequence -> sequence.meeting(IntendedDifference.D55))
        .toList();
  }

  private static Command opened(String secret) {
    return add("disk", new Blueprint.Luks(new Below.File(IMAGE), secret, Access.WRITABLE));
  }

  private static Task active(Map<String, Object> options) {
    return amend("disk", "luks", state("active", options));
  }

  private static Task inactive(Map<String, Object> options) {
    return amend("disk", "luks", state("inactive", options));
  }

  private static Map<String, Object> state(String state, Map<String, Object> options) {
    Map<String, Object> all = new HashMap<>(options);
    all.put("state", state);
    return all;
  }

  private static Task amend(String node, String driver, Map<String, Object> options) {
    Map<String, Object> qemus = new HashMap<>(options);
    Map<String, Object> command = new HashMap<>(Map.of("job-id", "m", "node-name", node));
    if (qemus.remove("force") != null) {
      command.put("force", true);
    }
    qemus.put("driver", driver);
    command.put("options", qemus);
    Map<String, Object> ours = new HashMap<>(Map.of("jobId", "m", "node", node, "driver", driver));
    options.forEach((name, value) -> ours.put(Asks.camel(name), value));
    return new Task(
        "m",
        new Direct(new Qmp("x-blockdev-amend", command), new Http("POST", "/amend-jobs", ours)),
        IMAGE.filename());
  }

  private static List<Sequence> added() {
    return List.of(
        Sequence.of(
            "add a key, and open the image with it",
            DISK,
            writer("e", "disk"),
            write("e", 4096, 0xe1),
            active(Map.of("new-secret", "kd", "iter-time", QUICK_MS)),
            write("e", 8192, 0xe2),
            new Command.RemoveExport("e"),
            new DeleteNode("disk"),
            opened("kd"),
            writer("e", "disk"),
            read("e")));
  }

  private static List<Sequence> erased() {
    return List.of(
        Sequence.of(
            "erase a key by its secret",
            DISK,
            inactive(Map.of("old-secret", "kc")),
            inactive(Map.of("old-secret", "kc")),
            new DeleteNode("disk"),
            opened("kc"),
            opened("kb")),
        Sequence.of(
            "erase keys by their slots",
            DISK,
            inactive(Map.of("keyslot", 3)),
            inactive(Map.of("keyslot", 3)),
            inactive(Map.of("keyslot", 1, "old-secret", "kb")),
            inactive(Map.of("keyslot", 0)),
            inactive(Map.of("old-secret", "ka"))),
        Sequence.of(
            "erase the last key by force",
            DISK,
            inactive(Map.of("keyslot", 3)),
            inactive(Map.of("keyslot", 1)),
            inactive(Map.of("keyslot", 0, "force", true)),
            new DeleteNode("disk"),
            opened("ka")),
        Sequence.of(
                "erase the key that the image was opened with",
                DISK,
                inactive(Map.of("old-secret", "ka")))
            .meeting(IntendedDifference.D58));
  }

  /// Both are right: it is another driver's option, and it cannot be done.
  private static List<Sequence> doubtful() {
    return Stream.of(amend("disk", "qcow2", Map.of()))
        .map(task -> Sequence.of("amend nothing: " + Script.line(task), DISK, task))
        .map(sequence -> sequence.meeting(IntendedDifference.D1))
        .toList();
  }

  private static List<Sequence> refused() {
    return Stream.concat(
            Stream.of(
                    Map.<String, Object>of("new-secret", "kd", "keyslot", 3),
                    Map.<String, Object>of("new-secret", "kd", "keyslot", 8),
                    Map.<String, Object>of("new-secret", "kd", "keyslot", -1),
                    Map.<String, Object>of("keyslot", 2),
                    Map.<String, Object>of("new-secret", "kd", "old-secret", "ka"),
                    Map.<String, Object>of("new-secret", "kd", "secret", "kd"))
                .map(options -> Sequence.of("add no key: " + options, DISK, active(options))),
            Stream.of(
                    inactive(Map.of()),
                    inactive(Map.of("new-secret", "kc")),
                    inactive(Map.of("old-secret", "kd")),
                    active(Map.of("new-secret", "nobody")),
                    inactive(Map.of("keyslot", 5)),
                    inactive(Map.of("keyslot", 8)),
                    inactive(Map.of("keyslot", 1, "old-secret", "ka")),
                    amend("disk", "luks", Map.of("state", "some")),
                    amend("disk", "luks", Map.of()),
                    amend("nobody", "luks", state("inactive", Map.of("keyslot", 1))))
                .map(task -> Sequence.of("amend nothing: " + Script.line(task), DISK, task)))
        .toList();
  }
}
