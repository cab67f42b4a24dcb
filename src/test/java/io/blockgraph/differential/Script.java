package io.blockgraph.differential;

import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Commands in words, for people.
final class Script {
  private Script() {}

  static String line(Command command) {
    return switch (command) {
      case Command.AddNode(String name, Blueprint blueprint) ->
          "add " + name + ": " + node(blueprint);
      case Command.DeleteNode(String node) -> "delete " + node;
      case Command.Snapshot(String node, String overlay) -> "snapshot " + node + " into " + overlay;
      case Command.SnapshotFile(String node, String name) ->
          "snapshot " + node + " into new " + name;
      case Command.TakeInternal(String node, String name) ->
          "internal snapshot " + name + " of " + node;
      case Command.DeleteInternal(String node, String name) ->
          "delete internal snapshot " + name + " of " + node;
      case Command.Resize(String node, long size) -> "resize " + node + " to " + size;
      case Command.AddExport(String id, String node, Access access) ->
          "export " + node + " as " + id + word(access);
      case Command.RemoveExport(String id) -> "remove export " + id;
      case Command.StartMirror mirror -> mirror(mirror);
      case Command.Stream(String job, String node, var end) ->
          "stream %s: into %s%s"
              .formatted(
                  job, node, end.map(to -> ", " + word(to.side()) + " " + to.node()).orElse(""));
      case Command.Commit(String job, String top, String base) ->
          "commit %s: %s into %s".formatted(job, top, base);
      case Command.Steer(String job, Command.Verb verb) -> word(verb) + " " + job;
      case Command.AddChild(String quorum, String node) -> "add child " + node + " to " + quorum;
      case Command.RemoveChild(String quorum, String child) -> "remove " + child + " of " + quorum;
      case Command.Reopen(String node, Command.Reopening change) ->
          "reopen " + node + " with " + change(change);
      case Command.ReopenAll(List<Command.Reopen> changes) ->
          changes.stream().map(Script::line).collect(Collectors.joining(" and ", "at once: ", ""));
      case Command.NameBacking(String node, String file) -> "name " + file + " in " + node;
      case Command.Direct(Command.Qmp(String qmp, var arguments), _) ->
          qmp + " " + new TreeMap<>(arguments);
      case Command.Work(String job, Command.Direct start) -> line(start) + ", and wait for " + job;
      case Command.Task(String job, Command.Direct start, _) ->
          line(start) + ", to its end: " + job;
      case Command.Group(List<String> jobs, Command.Direct start) ->
          line(start) + ", and wait for " + jobs;
      case Command.Heard(List<Command> commands) ->
          commands.stream().map(Script::line).collect(Collectors.joining("; ", "listen: ", ""));
      case Command.Life life ->
          line(life.begin())
              + life.meanwhile().stream()
                  .map(Script::line)
                  .collect(Collectors.joining("; ", "; ", ""));
      case Command.Write(String export, long offset, int length, int value) ->
          "write " + export + " " + offset + "+" + length + " 0x" + Integer.toHexString(value);
      case Command.Zero(String export, long offset, int length) ->
          "zero " + export + " " + offset + "+" + length;
      case Command.Read(String export, long offset, int length) ->
          "read " + export + " " + offset + "+" + length;
    };
  }

  private static String node(Blueprint blueprint) {
    String what =
        switch (blueprint) {
          case Blueprint.File(Image image, _) -> image.filename();
          case Blueprint.Raw(Below file, _) -> "over " + file;
          case Blueprint.Window(Below file, long offset, var size, _) ->
              "over " + file + " from " + offset + (size.isPresent() ? "+" + size.getAsLong() : "");
          case Blueprint.Qcow2(Below file, var backing, _) ->
              "over " + file + backing.map(disk -> ", backed by " + disk).orElse("");
          case Blueprint.Null(long size, _) -> size + " bytes";
          case Blueprint.Throttle(Below file, _) -> "over " + file;
          case Blueprint.Filter(_, Below file) -> "over " + file;
          case Blueprint.Luks(Below file, String secret, _) -> "over " + file + ", by " + secret;
          case Blueprint.CopyOnRead(Below file, _) -> "over " + file;
          case Blueprint.Blkdebug(Below file, List<String> takes, List<String> unshares) ->
              "over " + file + ", takes " + takes + ", unshares " + unshares;
          case Blueprint.Quorum(List<Below> children, int threshold, _) ->
              threshold + " of " + list(children);
          case Blueprint.Blkverify(Below raw, Below test) -> "of " + raw + " and " + test;
        };
    return blueprint.driver() + " " + what + word(blueprint.access());
  }

  private static String list(List<Below> nodes) {
    return nodes.stream().map(Below::toString).collect(Collectors.joining(", "));
  }

  private static String mirror(Command.StartMirror mirror) {
    Command.Mirroring how = mirror.how();
    return "mirror "
        + mirror.job()
        + ": "
        + mirror.source()
        + " to "
        + mirror.target()
        + ", sync "
        + how.sync()
        + how.replaces().map(node -> ", replaces " + node).orElse("")
        + how.details().stream().map(detail -> ", " + word(detail)).collect(Collectors.joining());
  }

  private static String change(Command.Reopening change) {
    return switch (change) {
      case Command.Reopening.ToAccess(Access access) ->
          access == Access.READ_ONLY ? "writing forbidden" : "writing allowed";
      case Command.Reopening.ToBacking(var node) -> "backing " + node.orElse("none");
      case Command.Reopening.ToFile(String node) -> "file " + node;
    };
  }

  private static String word(Access access) {
    return access == Access.READ_ONLY ? " (read-only)" : "";
  }

  private static String word(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
