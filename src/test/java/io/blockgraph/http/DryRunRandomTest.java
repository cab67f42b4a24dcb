package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.Foreseen.Request;
import io.blockgraph.http.Service.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Requests by chance on a graph that grows by them, each asked as a dry run first: bad names,
/// conflicts, exports, running jobs, files that are there or not. What a refusal advises is done
/// now and then and has to come to what was asked. Prints its seed; `-Dseed=N` replays it.
class DryRunRandomTest {
  private static final long MIB = MirrorBench.MIB;
  private static final int STEPS = 150;

  @TempDir static Path data;

  private static Service own;

  private final Service service = own;
  private final MirrorBench bench = new MirrorBench(service);
  private final Foreseen foreseen = new Foreseen(service);
  private final long seed = Seeds.first();
  private final Random random = new Random(seed);

  /// Never becomes a node; other tests share the service, and names of their own that are not
  /// there.
  private final String missing = Service.fresh("missing");

  private final List<String> nodes = new ArrayList<>();
  private final List<String> exports = new ArrayList<>();
  private final List<String> files = new ArrayList<>();

  /// A service of its own: in the graph of all tests each of many looks at it would take long.
  @BeforeAll
  static void start() {
    own = Service.on(data);
  }

  @AfterAll
  static void stop() {
    own.close();
  }

  @Test
  void foreseesEveryAnswerOnAGraphByChance() {
    System.out.println("DryRunRandomTest: -Dseed=" + seed);
    for (int i = 0; i < 4; i++) {
      nodes.add(service.qcow2(MIB));
    }
    String copied = service.qcow2(MIB);
    bench.ready(copied, service.qcow2(MIB), "");
    nodes.add(copied);
    int accepted = 0;
    for (int i = 0; i < STEPS; i++) {
      Request request = request();
      var answer = foreseen.ask(request);
      accepted += answer.status() < 300 ? 1 : 0;
      if (answer.body().has("steps") && random.nextInt(4) == 0) {
        follow(request, answer);
      }
      if (answer.status() == 202) {
        bench.settled(answer.text("id"));
      }
    }
    assertThat(accepted).as("seed %d", seed).isBetween(5, STEPS - 5);
  }

  /// Does what a refusal advises. A job that is cancelled takes its time to be gone.
  private void follow(Request request, Answer refused) {
    for (JsonNode step : refused.body().path("steps")) {
      String path = step.path("path").asString();
      boolean cancel = path.endsWith("/cancel");
      Answer done =
          foreseen.send(
              new Request(
                  step.path("method").asString(),
                  path,
                  step.has("body") ? step.path("body").toString() : ""),
              cancel ? "?wait=30" : "");
      assertThat(done.status())
          .as(
              "seed %d: %s was refused with %s%n%s: %s",
              seed, request, refused.body(), step, done.body())
          .isBetween(200, 202);
      if (done.status() == 202) {
        bench.settled(done.text("id"));
      }
    }
  }

  private Request request() {
    return switch (random.nextInt(12)) {
      case 0, 1 -> adding();
      case 2 -> Request.delete("/nodes/" + node());
      case 3 -> Request.patch("/nodes/" + node(), "{'readOnly':" + random.nextBoolean() + "}");
      case 4 -> Request.patch("/nodes/" + node(), "{'backing':" + nodeOrNull() + "}");
      case 5 -> ontoNode();
      case 6 -> ontoFile();
      case 7 -> resizing();
      case 8, 9 -> exporting();
      case 10 -> mirroring();
      default -> child();
    };
  }

  private String node() {
    int pick = random.nextInt(nodes.size() + 1);
    return pick == nodes.size() ? missing : nodes.get(pick);
  }

  private String nodeOrNull() {
    return random.nextInt(3) == 0 ? "null" : "'" + node() + "'";
  }

  private String added(String kind) {
    String name =
        random.nextInt(8) == 0 ? nodes.get(random.nextInt(nodes.size())) : Service.fresh(kind);
    nodes.add(name);
    return name;
  }

  private Request adding() {
    String name = added("node");
    return switch (random.nextInt(4)) {
      case 0 ->
          Request.post(
              "/nodes",
              "{'nodeName':'%s','driver':'copy-on-read','file':'%s'}".formatted(name, node()));
      case 1 ->
          Request.post(
              "/nodes",
              "{'nodeName':'%s','driver':'quorum','voteThreshold':1,'children':['%s','%s']}"
                  .formatted(name, node(), node()));
      case 2 ->
          Request.post(
              "/nodes", "{'nodeName':'%s','driver':'null','size':%d}".formatted(name, MIB));
      default ->
          Request.post(
              "/nodes",
              "{'nodeName':'%s','driver':'qcow2','file':{'driver':'file','filename':'%s'}}"
                  .formatted(name, node() + ".qcow2"));
    };
  }

  private Request ontoNode() {
    String overlay = random.nextBoolean() ? node() : service.qcow2(MIB);
    return Request.post("/nodes/" + node() + "/snapshots", "{'overlayNode':'" + overlay + "'}");
  }

  private Request ontoFile() {
    boolean again = !files.isEmpty() && random.nextInt(3) == 0;
    String file = again ? files.getFirst() : Service.fresh("overlay") + ".qcow2";
    files.add(file);
    return Request.post(
        "/nodes/" + node() + "/snapshots",
        "{'overlayFile':'%s','overlayName':'%s'}".formatted(file, added("overlay")));
  }

  private Request resizing() {
    return Request.post(
        "/nodes/" + node() + "/resize",
        "{'size':%d,'allowShrink':%b}"
            .formatted((1 + random.nextInt(3)) * MIB, random.nextBoolean()));
  }

  private Request exporting() {
    if (!exports.isEmpty() && random.nextBoolean()) {
      return Request.delete("/exports/" + exports.get(random.nextInt(exports.size())));
    }
    String id =
        random.nextInt(6) == 0 ? nodes.get(random.nextInt(nodes.size())) : Service.fresh("export");
    exports.add(id);
    return Request.post(
        "/exports",
        "{'id':'%s','type':'nbd','nodeName':'%s','writable':%b}"
            .formatted(id, node(), random.nextBoolean()));
  }

  private Request mirroring() {
    String target = random.nextBoolean() ? node() : service.qcow2(MIB);
    String replaces = random.nextInt(3) == 0 ? "'replaces':'" + node() + "'" : "";
    return Request.post(
        "/mirror-jobs", MirrorBench.body(Service.fresh("job"), node(), target, replaces));
  }

  private Request child() {
    String parent = "/nodes/" + node() + "/children";
    return random.nextBoolean()
        ? Request.post(parent, "{'node':'" + node() + "'}")
        : Request.delete(parent + "/children." + random.nextInt(3));
  }
}
