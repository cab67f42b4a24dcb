package io.blockgraph.differential;

import io.blockgraph.strangers.StorageDaemon;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// QEMU's storage daemon.
final class DaemonSide implements Side {
  private final StorageDaemon daemon;
  private final Folder folder;
  private final Clients clients;
  private final Jobs watch = new Jobs(this::status);
  private final DaemonNodes nodes;
  private final Map<String, Blueprint> blueprints = new HashMap<>();
  private final DaemonTasks tasks;
  private int exportsRead;

  private DaemonSide(StorageDaemon daemon, Folder folder, Path socket) {
    this.daemon = daemon;
    this.folder = folder;
    this.clients = new Clients(socket);
    this.nodes = new DaemonNodes(folder::file);
    this.tasks = new DaemonTasks(daemon, folder);
  }

  /// Starts a daemon on an empty folder.
  static DaemonSide start(Path state, Folder folder) {
    Path socket = state.resolve("nbd.sock");
    StorageDaemon daemon =
        StorageDaemon.start(state, "--nbd-server", "addr.type=unix,addr.path=" + socket);
    daemon.execute("object-add", Map.of("qom-type", "throttle-group", "id", DaemonNodes.GROUP));
    Keys.ALL.forEach(
        (id, data) ->
            daemon.execute("object-add", Map.of("qom-type", "secret", "id", id, "data", data)));
    return new DaemonSide(daemon, folder, socket);
  }

  @Override
  public Verdict ask(Command command) {
    return switch (command) {
      case Command.AddNode add -> add(add);
      case Command.DeleteNode(String node) -> delete(node);
      case Command.Snapshot(String node, String overlay) ->
          qmp("blockdev-snapshot", Map.of("node", node, "overlay", overlay));
      case Command.SnapshotFile file -> snapshot(file);
      case Command.TakeInternal(String node, String name) ->
          qmp("blockdev-snapshot-internal-sync", Map.of("device", node, "name", name));
      case Command.DeleteInternal(String node, String name) ->
          qmp("blockdev-snapshot-delete-internal-sync", Map.of("device", node, "name", name));
      case Command.Resize(String node, long size) ->
          qmp("block_resize", Map.of("node-name", node, "size", size));
      case Command.AddExport(String id, String node, Access access) -> export(id, node, access);
      case Command.RemoveExport(String id) -> removeExport(id);
      case Command.StartMirror mirror -> mirror(mirror);
      case Command.Stream stream -> stream(stream);
      case Command.Commit(String job, String top, String base) -> commit(job, top, base);
      case Command.Steer(String job, Command.Verb verb) -> steer(job, verb);
      case Command.AddChild(String quorum, String node) ->
          qmp("x-blockdev-change", Map.of("parent", quorum, "node", node));
      case Command.RemoveChild(String quorum, String child) ->
          qmp("x-blockdev-change", Map.of("parent", quorum, "child", child));
      case Command.Reopen(String node, Command.Reopening change) -> reopen(node, change);
      case Command.ReopenAll(List<Command.Reopen> changes) ->
          qmp(
              "blockdev-reopen",
              Map.of("options", changes.stream().map(c -> options(c.node(), c.change())).toList()));
      case Command.NameBacking(String node, String file) ->
          qmp(
              "change-backing-file",
              Map.of("device", node, "image-node-name", node, "backing-file", file));
      case Command.Direct(Command.Qmp(String what, var arguments), _) -> qmp(what, arguments);
      case Command.Work(String job, Command.Direct(Command.Qmp(String what, var arguments), _)) ->
          shortened(job, what, arguments);
      case Command.Task task -> tasks.done(task);
      case Command.Group group -> tasks.ended(group);
      case Command.Heard heard -> tasks.heard(heard, this);
      case Command.Life life -> {
        daemon.forgetEvents();
        yield new Lives(this, watch, () -> jobs().get(life.job()))
            .live(life, () -> tasks.stations(life.job()));
      }
      case Command.Write write -> clients.write(write);
      case Command.Zero zero -> clients.zero(zero);
      case Command.Read read -> clients.read(read);
    };
  }

  private Verdict qmp(String command, Map<String, ?> arguments) {
    return DaemonTasks.verdict(daemon.tryExecute(command, folder.resolved(arguments)));
  }

  /// A node that is busy because it has parents is in use.
  private Verdict delete(String node) {
    return switch (qmp("blockdev-del", Map.of("node-name", node))) {
      case Verdict.Refused(Reason reason, String said, _) when reason == Reason.BUSY ->
          new Verdict.Refused(Reason.IN_USE, said);
      case Verdict verdict -> verdict;
    };
  }

  private Verdict add(Command.AddNode add) {
    Map<String, Object> options = nodes.options(add.blueprint());
    options.put("node-name", add.name());
    Verdict verdict = qmp("blockdev-add", options);
    if (verdict.isAccepted()) {
      blueprints.put(add.name(), add.blueprint());
    }
    return verdict;
  }

  private Verdict snapshot(Command.SnapshotFile file) {
    Path path = folder.newFile(file.name());
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("node-name", file.node());
    arguments.put("snapshot-node-name", file.name());
    arguments.put("snapshot-file", path.toString());
    arguments.put("format", "qcow2");
    Verdict verdict = qmp("blockdev-snapshot-sync", arguments);
    if (verdict.isAccepted()) {
      Below below = new Below.File(new Image(Template.QCOW2_EMPTY, 0));
      blueprints.put(
          file.name(), new Blueprint.Qcow2(below, Optional.of(file.node()), Access.WRITABLE));
    }
    return verdict;
  }

  private Verdict export(String id, String node, Access access) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("type", "nbd");
    arguments.put("id", id);
    arguments.put("name", id);
    arguments.put("node-name", node);
    arguments.put("writable", access == Access.WRITABLE);
    return qmp("block-export-add", arguments);
  }

  private Verdict removeExport(String id) {
    clients.hangUp(id);
    Verdict verdict = qmp("block-export-del", Map.of("id", id, "mode", "hard"));
    if (verdict.isAccepted()) {
      Deadline.until(() -> !exports().containsKey(id), () -> "export " + id + " goes");
    }
    return verdict;
  }

  // ---- jobs

  private Verdict mirror(Command.StartMirror mirror) {
    Command.Mirroring how = mirror.how();
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("job-id", mirror.job());
    arguments.put("device", mirror.source());
    arguments.put("target", mirror.target());
    arguments.put("sync", how.sync());
    arguments.put("filter-node-name", Jobs.filter(mirror.job()));
    arguments.put("auto-dismiss", false);
    how.replaces().ifPresent(node -> arguments.put("replaces", node));
    for (Command.Detail detail : how.details()) {
      switch (detail) {
        case WRITE_BLOCKING -> arguments.put("copy-mode", "write-blocking");
        case MANUAL_FINALIZE -> arguments.put("auto-finalize", false);
        case CRAWLING -> arguments.put("speed", 1);
        case GRANULARITY_300 -> arguments.put("granularity", 300);
        case GRANULARITY_3000 -> arguments.put("granularity", 3000);
        case GRANULARITY_512 -> arguments.put("granularity", 512);
        case ACCEPT_PARTIAL -> {}
      }
    }
    Verdict verdict = qmp("blockdev-mirror", arguments);
    if (verdict.isAccepted()) {
      watch.started(mirror);
    }
    return verdict;
  }

  private Verdict stream(Command.Stream stream) {
    Map<String, Object> arguments = aboutJob(stream.job());
    arguments.put("device", stream.node());
    stream
        .end()
        .ifPresent(
            to ->
                arguments.put(
                    to.side() == Command.To.Side.BASE ? "base-node" : "bottom", to.node()));
    return shortened(stream.job(), "block-stream", arguments);
  }

  /// The daemon has to be told of the uppermost disk of the chain as well.
  private Verdict commit(String job, String top, String base) {
    Map<String, Object> arguments = aboutJob(job);
    arguments.put("device", uppermost(top));
    arguments.put("top-node", top);
    arguments.put("base-node", base);
    return shortened(job, "block-commit", arguments);
  }

  private static Map<String, Object> aboutJob(String job) {
    return new LinkedHashMap<>(Map.of("job-id", job, "filter-node-name", Jobs.filter(job)));
  }

  private String uppermost(String node) {
    Picture now = picture();
    String upper = node;
    for (Optional<String> next = Optional.of(node); next.isPresent(); ) {
      upper = next.get();
      String lower = upper;
      next =
          now.parentsOf(lower)
              .filter(edge -> edge.kind() == Picture.Kind.NODE)
              .filter(edge -> edge.name().equals("backing") || Facts.isFilter(now, edge.parent()))
              .map(Picture.Edge::parent)
              .findFirst();
    }
    return upper;
  }

  /// Sees a job to its end. The daemon forgets it by itself: it ends itself when it is asked for
  /// its nodes while a stream that is over is still there, and a commit that is keeps its edges.
  private Verdict shortened(String job, String command, Map<String, Object> arguments) {
    daemon.forgetEvents();
    Verdict verdict = qmp(command, arguments);
    if (!verdict.isAccepted()) {
      return verdict;
    }
    Set<String> still = Set.of("ready", "");
    Deadline.until(() -> still.contains(status(job)), () -> job + " is " + status(job));
    if (status(job).equals("ready")) {
      daemon.execute("job-complete", Map.of("id", job));
    }
    JsonNode error = daemon.awaitEvent("BLOCK_JOB_COMPLETED").path("data").path("error");
    Deadline.until(() -> status(job).isEmpty(), () -> job + " is " + status(job));
    return error.isMissingNode() ? verdict : new Verdict.Refused(Reason.IO, error.asString());
  }

  private Verdict steer(String job, Command.Verb verb) {
    String before = status(job);
    if (before.equals("pending")) {
      // A client that came while the job was pending makes the daemon stop to answer.
      clients.hangUpAll();
    }
    Verdict verdict =
        switch (verb) {
          case KEEP_COPY -> qmp("block-job-cancel", Map.of("device", job, "force", false));
          case COMPLETE, CANCEL, PAUSE, RESUME, FINALIZE, DISMISS ->
              qmp("job-" + verb.word(), Map.of("id", job));
        };
    if (verdict.isAccepted()) {
      watch.steered(job, verb, before);
    }
    return verdict;
  }

  private String status(String job) {
    Picture.Job found = jobs().get(job);
    return found == null ? "" : found.status();
  }

  // ---- reopening

  private Verdict reopen(String node, Command.Reopening change) {
    return qmp("blockdev-reopen", Map.of("options", List.of(options(node, change))));
  }

  private Map<String, Object> options(String node, Command.Reopening change) {
    return new DaemonReopening(daemon, nodes, blueprints).options(node, change);
  }

  // ---- looking

  @Override
  public Picture picture() {
    return DaemonPicture.of(daemon.execute("x-debug-query-block-graph", Map.of()), namedNodes())
        .with(jobs(), exports())
        .with(DaemonPicture.bitmaps(namedNodes()));
  }

  private JsonNode namedNodes() {
    return daemon.execute("query-named-block-nodes", Map.of("flat", true));
  }

  private Map<String, Picture.Job> jobs() {
    return DaemonPicture.jobs(daemon.execute("query-jobs", Map.of()));
  }

  private Map<String, String> exports() {
    return DaemonPicture.exports(daemon.execute("query-block-exports", Map.of()));
  }

  @Override
  public Verdict content(Picture.Node node) {
    String export = "reader" + exportsRead++;
    Verdict made = export(export, node.name(), Access.READ_ONLY);
    if (!made.isAccepted()) {
      return made;
    }
    try {
      return clients.content(export);
    } finally {
      removeExport(export);
    }
  }

  @Override
  public String marks(String node, String bitmap) {
    JsonNode found =
        daemon.execute("x-debug-block-dirty-bitmap-sha256", Map.of("node", node, "name", bitmap));
    return found.path("sha256").asString();
  }

  @Override
  public List<Path> images() {
    return folder.files();
  }

  @Override
  public void removeImages() {
    folder.empty();
  }

  // ---- beginning anew

  @Override
  public void closeNodes() {
    jobs().forEach(this::end);
    clients.hangUpAll();
    exports().keySet().forEach(this::removeExport);
    watch.forget();
    deleteAll("the daemon", this::names);
    blueprints.clear();
    daemon.forgetEvents();
  }

  private void end(String id, Picture.Job job) {
    if (!job.isOver()) {
      // It may come to its end by itself just now.
      daemon.tryExecute("job-cancel", Map.of("id", id));
      watch.over(id);
    }
    daemon.execute("job-dismiss", Map.of("id", id));
  }

  /// Those that it keeps until they are deleted.
  private List<String> names() {
    List<String> names = new ArrayList<>();
    for (JsonNode node : namedNodes()) {
      String name = node.path("node-name").asString();
      if (!name.startsWith("#")) {
        names.add(name);
      }
    }
    return names;
  }

  /// Ends a daemon that has stopped to answer.
  void kill() {
    daemon.kill();
  }

  @Override
  public void close() {
    daemon.close();
  }
}
