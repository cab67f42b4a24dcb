package io.blockgraph.differential;

import io.blockgraph.http.Service;
import io.blockgraph.http.Service.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Blockgraph, over HTTP and NBD.
final class BlockgraphSide implements Side {
  private static final JsonMapper JSON = JsonMapper.shared();

  /// A database that survives no crash of the machine, and needs not to.
  private static final String NO_SYNC =
      "--spring.datasource.url=jdbc:sqlite:${blockgraph.data-dir}/blockgraph.db"
          + "?journal_mode=WAL&synchronous=OFF&foreign_keys=true&locking_mode=EXCLUSIVE";

  private final Service service;
  private final Folder folder;
  private final Clients clients;
  private final Jobs watch = new Jobs(this::status);
  private final BlockgraphNodes nodes;
  private final BlockgraphTasks tasks;
  private String query = "";
  private boolean asksDirectly;

  private BlockgraphSide(Service service, Shelf shelf) {
    this.service = service;
    this.folder = new Folder(shelf, service.images());
    this.clients = new Clients(service.images().resolveSibling("nbd.sock"));
    this.nodes = new BlockgraphNodes(folder::file);
    this.tasks = new BlockgraphTasks(service);
  }

  /// Starts a service on an empty folder.
  static BlockgraphSide start(Path data, Shelf shelf) {
    return new BlockgraphSide(Service.on(data, NO_SYNC), shelf);
  }

  /// An image for `Template.LUKS`.
  Path encrypted() {
    return new Keys(service).encrypted();
  }

  /// What it answers, leaving no trace; only for what [#canTry]. A node or export is added and
  /// removed again, because a dry run does not open images.
  Verdict tryOut(Command command) {
    return switch (command) {
      case Command.AddNode(String name, _) -> undone(ask(command), new Command.DeleteNode(name));
      case Command.AddExport(String id, _, _) -> undone(ask(command), new Command.RemoveExport(id));
      default -> wouldAnswer(command);
    };
  }

  private Verdict undone(Verdict verdict, Command undo) {
    if (verdict.isAccepted() && !ask(undo).isAccepted()) {
      throw new IllegalStateException("cannot undo with " + undo);
    }
    return verdict;
  }

  private Verdict wouldAnswer(Command command) {
    query = "?dryRun=true";
    try {
      return ask(command);
    } finally {
      query = "";
    }
  }

  /// Whether it can be asked without doing it.
  static boolean canTry(Command command) {
    return switch (command) {
      case Command.Steer _,
          Command.Write _,
          Command.Zero _,
          Command.Read _,
          Command.Heard _,
          Command.Task _,
          Command.Group _ ->
          false;
      case Command.Direct(_, Command.Http http) -> !http.path().endsWith("/write-threshold");
      default -> true;
    };
  }

  @Override
  public Verdict ask(Command command) {
    return switch (command) {
      case Command.AddNode(String name, Blueprint blueprint) -> {
        Map<String, Object> options = nodes.options(blueprint);
        options.put("nodeName", name);
        yield post("/nodes", options);
      }
      case Command.DeleteNode(String node) -> remove(node);
      case Command.Snapshot(String node, String overlay) ->
          post("/nodes/" + node + "/snapshots", Map.of("overlayNode", overlay));
      case Command.SnapshotFile(String node, String name) ->
          post(
              "/nodes/" + node + "/snapshots",
              Map.of(
                  "overlayFile",
                  folder.newFile(name).getFileName().toString(),
                  "overlayName",
                  name));
      case Command.TakeInternal(String node, String name) ->
          post("/nodes/" + node + "/internal-snapshots", Map.of("name", name));
      case Command.DeleteInternal(String node, String name) ->
          delete("/nodes/" + node + "/internal-snapshots/" + name);
      case Command.Resize(String node, long size) ->
          post("/nodes/" + node + "/resize", Map.of("size", size, "allowShrink", true));
      case Command.AddExport(String id, String node, Access access) ->
          post(
              "/exports",
              Map.of(
                  "id",
                  id,
                  "type",
                  "nbd",
                  "nodeName",
                  node,
                  "writable",
                  access == Access.WRITABLE));
      case Command.RemoveExport(String id) -> {
        clients.hangUp(id);
        yield delete("/exports/" + id);
      }
      case Command.StartMirror mirror -> mirror(mirror);
      case Command.Stream stream -> stream(stream);
      case Command.Commit(String job, String top, String base) ->
          shortened(job, "/commit-jobs", Map.of("jobId", job, "top", top, "base", base));
      case Command.Steer(String job, Command.Verb verb) -> steer(job, verb);
      case Command.AddChild(String quorum, String node) ->
          post("/nodes/" + quorum + "/children", Map.of("node", node));
      case Command.RemoveChild(String quorum, String child) ->
          delete("/nodes/" + quorum + "/children/" + child);
      case Command.Reopen(String node, Command.Reopening change) -> reopen(node, change);
      case Command.ReopenAll(List<Command.Reopen> changes) ->
          post("/nodes/reopen", Map.of("nodes", changes.stream().map(this::patchOf).toList()));
      case Command.NameBacking(String node, String file) ->
          verdict(
              service.put(
                  "/nodes/" + node + "/backing-file" + query,
                  JSON.writeValueAsString(Map.of("backingFile", file, "format", "qcow2"))));
      case Command.Direct(_, Command.Http http) -> direct(http);
      case Command.Work(String job, Command.Direct(_, Command.Http http)) ->
          shortened(job, http.path(), http.body());
      case Command.Task task -> query.isEmpty() ? tasks.done(task) : direct(task.start().http());
      case Command.Group group ->
          query.isEmpty() ? tasks.ended(group) : direct(group.start().http());
      case Command.Heard heard -> tasks.heard(heard, this);
      case Command.Life life -> {
        asksDirectly = true;
        yield query.isEmpty() ? live(life) : direct(life.begin().http());
      }
      case Command.Write write -> clients.write(write);
      case Command.Zero zero -> clients.zero(zero);
      case Command.Read read -> clients.read(read);
    };
  }

  private Verdict live(Command.Life life) {
    try (Listener listener = Listener.on(service)) {
      return new Lives(this, watch, () -> jobs().get(life.job()))
          .live(life, () -> listener.stations(life.job()));
    }
  }

  private Verdict direct(Command.Http http) {
    asksDirectly = true;
    return verdict(BlockgraphTasks.asked(service, http, query));
  }

  private Verdict post(String path, Map<String, ?> body) {
    return verdict(service.post(path + query, JSON.writeValueAsString(body)));
  }

  private Verdict delete(String path) {
    return verdict(service.delete(path + query));
  }

  /// A node that a job owns is in use.
  private Verdict remove(String node) {
    return switch (delete("/nodes/" + node)) {
      case Verdict.Refused(Reason reason, String said, var problem) when reason == Reason.BUSY ->
          new Verdict.Refused(Reason.IN_USE, said, problem);
      case Verdict verdict -> verdict;
    };
  }

  static Verdict verdict(Answer answer) {
    if (answer.status() / 100 == 2) {
      return Verdict.Accepted.DONE;
    }
    String code = answer.text("code");
    return new Verdict.Refused(
        BlockgraphReasons.of(code), code + ": " + answer.text("detail"), answer.body());
  }

  private Map<String, Object> patchOf(Command.Reopen reopen) {
    Map<String, Object> patch = patch(reopen.change());
    patch.put("nodeName", reopen.node());
    return patch;
  }

  private Verdict reopen(String node, Command.Reopening change) {
    return verdict(service.patch("/nodes/" + node + query, JSON.writeValueAsString(patch(change))));
  }

  private static Map<String, Object> patch(Command.Reopening change) {
    Map<String, Object> patch = new LinkedHashMap<>();
    switch (change) {
      case Command.Reopening.ToAccess(Access access) ->
          patch.put("readOnly", access == Access.READ_ONLY);
      case Command.Reopening.ToBacking(var backing) -> patch.put("backing", backing.orElse(null));
      case Command.Reopening.ToFile(String file) -> patch.put("file", file);
    }
    return patch;
  }

  // ---- jobs

  private Verdict mirror(Command.StartMirror mirror) {
    Command.Mirroring how = mirror.how();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("jobId", mirror.job());
    body.put("source", mirror.source());
    body.put("target", mirror.target());
    body.put("sync", how.sync());
    body.put("filterNodeName", Jobs.filter(mirror.job()));
    how.replaces().ifPresent(node -> body.put("replaces", node));
    for (Command.Detail detail : how.details()) {
      switch (detail) {
        case WRITE_BLOCKING -> body.put("copyMode", "write-blocking");
        case MANUAL_FINALIZE -> body.put("autoFinalize", false);
        case CRAWLING -> body.put("speed", 1);
        case GRANULARITY_300 -> body.put("granularity", 300);
        case GRANULARITY_3000 -> body.put("granularity", 3000);
        case GRANULARITY_512 -> body.put("granularity", 512);
        case ACCEPT_PARTIAL -> body.put("acceptPartialData", true);
      }
    }
    Verdict verdict = post("/mirror-jobs", body);
    if (verdict.isAccepted() && query.isEmpty()) {
      watch.started(mirror);
    }
    return verdict;
  }

  private Verdict stream(Command.Stream stream) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("jobId", stream.job());
    body.put("node", stream.node());
    stream.end().ifPresent(to -> body.put(to.side().name().toLowerCase(Locale.ROOT), to.node()));
    return shortened(stream.job(), "/stream-jobs", body);
  }

  /// Sees a job to its end, and forgets it.
  private Verdict shortened(String job, String path, Map<String, ?> body) {
    Verdict verdict = post(path, body);
    if (!verdict.isAccepted() || !query.isEmpty()) {
      return verdict;
    }
    Set<String> still = Set.of("ready", "concluded");
    Deadline.until(() -> still.contains(status(job)), () -> job + " is " + status(job));
    if (status(job).equals("ready")) {
      service.post("/jobs/" + job + "/complete", "").expect(200);
      watch.over(job);
    }
    JsonNode error = service.get("/jobs/" + job).expect(200).body().path("error");
    service.delete("/jobs/" + job).expect(200);
    return error.isNull() ? verdict : new Verdict.Refused(Reason.IO, error.toString());
  }

  private Verdict steer(String job, Command.Verb verb) {
    String before = status(job);
    String path = "/jobs/" + job;
    Verdict verdict =
        switch (verb) {
          case DISMISS -> delete(path);
          case KEEP_COPY -> post(path + "/cancel", Map.of("mode", "soft"));
          case CANCEL -> post(path + "/cancel", Map.of("mode", "force"));
          case COMPLETE, PAUSE, RESUME, FINALIZE ->
              verdict(service.post(path + "/" + verb.word(), ""));
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

  // ---- looking

  @Override
  public Picture picture() {
    Map<String, Picture.Job> jobs = watch.isIdle() ? Map.of() : jobs();
    JsonNode graph = service.get("/graph").expect(200).body();
    return BlockgraphPicture.of(graph)
        .with(jobs, BlockgraphPicture.exports(graph))
        .with(asksDirectly ? bitmaps(graph) : Map.of());
  }

  private Map<String, Picture.Bitmap> bitmaps(JsonNode graph) {
    Map<String, Picture.Bitmap> found = new TreeMap<>();
    for (JsonNode node : graph.path("nodes")) {
      String name = node.path("nodeName").asString();
      JsonNode all = service.get("/nodes/" + name + "/bitmaps").expect(200).body();
      for (JsonNode bitmap : all.path("bitmaps")) {
        found.put(
            name + "/" + bitmap.path("name").asString(),
            Words.bitmap(bitmap, bitmap.path("dirtyBytes").asLong()));
      }
    }
    return found;
  }

  private Map<String, Picture.Job> jobs() {
    return BlockgraphPicture.jobs(service.get("/jobs").expect(200).body());
  }

  private Map<String, String> exports() {
    return BlockgraphPicture.exports(service.get("/graph").expect(200).body());
  }

  @Override
  public Verdict content(Picture.Node node) {
    Answer read = service.get("/nodes/" + node.name() + "/data?offset=0&length=" + node.size());
    return read.status() == 200
        ? new Verdict.Accepted(Clients.described(read.bytes()))
        : verdict(read);
  }

  @Override
  public String marks(String node, String bitmap) {
    String path = "/nodes/" + node + "/bitmaps/" + bitmap;
    JsonNode face = service.get(path).expect(200).body();
    JsonNode extents = service.get(path + "/extents").expect(200).body();
    return Marks.of(extents.path("extents"), face.path("granularity").asLong()).sha256();
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
    exports().keySet().forEach(id -> service.delete("/exports/" + id).expect(200));
    watch.forget();
    asksDirectly = false;
    deleteAll("Blockgraph", this::names);
  }

  private void end(String id, Picture.Job job) {
    if (!job.isOver()) {
      // It may come to its end by itself just now.
      service.post("/jobs/" + id + "/cancel", "");
      watch.over(id);
    }
    service.delete("/jobs/" + id).expect(200);
  }

  /// Those that it keeps until they are deleted.
  private List<String> names() {
    List<String> names = new ArrayList<>();
    for (JsonNode node : service.get("/graph").expect(200).body().path("nodes")) {
      if (node.path("origin").asString().equals("named")) {
        names.add(node.path("nodeName").asString());
      }
    }
    return names.reversed();
  }

  @Override
  public void close() {
    service.close();
  }
}
