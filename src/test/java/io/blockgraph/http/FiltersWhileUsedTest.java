package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.Service.Answer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Filters put in and taken out while clients write and verify, and while jobs copy.
class FiltersWhileUsedTest {
  private static final long MIB = MirrorBench.MIB;
  private static final long SIZE = 8 * MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private String insert(String node, String... edges) {
    String filter = Service.fresh("filter");
    String named = edges.length == 0 ? "" : ",'edges':['" + String.join("','", edges) + "']";
    service
        .post(
            "/nodes/" + node + "/filters",
            "{'nodeName':'%s','driver':'throttle','bpsTotal':1000000000%s}"
                .formatted(filter, named))
        .expect(201);
    return filter;
  }

  private Answer take(String node, String filter) {
    return service.delete("/nodes/" + node + "/filters/" + filter);
  }

  private VerifyingClient client(String export) {
    String uri = service.get("/exports/" + export).body().path("uris").path(0).asString();
    return new VerifyingClient(uri, SIZE);
  }

  @Test
  void aClientVerifiesWhileFiltersComeAndGoAHundredTimesAnywhereBelow() throws Exception {
    long seed = Seeds.first();
    System.out.println("FiltersWhileUsedTest: -Dseed=" + seed);
    Random random = new Random(seed);
    String disk = service.qcow2(SIZE);
    String quorum = bench.quorum(disk, service.qcow2(SIZE));
    String export = bench.export(quorum, true);
    List<String> places = List.of(quorum, disk, service.pathFrom(disk, "/file"));
    try (VerifyingClient client = client(export)) {
      Deque<String[]> there = new ArrayDeque<>();
      for (int i = 0; i < 100; i++) {
        String place = places.get(random.nextInt(places.size()));
        there.push(new String[] {place, insert(place)});
        while (!there.isEmpty() && random.nextInt(3) > 0) {
          String[] last = there.pop();
          take(last[0], last[1]).expect(200);
        }
      }
      while (!there.isEmpty()) {
        String[] last = there.pop();
        take(last[0], last[1]).expect(200);
      }
      client.finish();
    }
    assertThat(service.get("/exports/" + export).text("nodeName")).isEqualTo(quorum);
    assertThat(service.pathFrom(quorum, "/children.0")).isEqualTo(disk);
    service.delete("/exports/" + export).expect(200);
    assertThat(service.data(disk, 0, (int) SIZE))
        .isEqualTo(service.data(service.pathFrom(quorum, "/children.1"), 0, (int) SIZE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"background", "write-blocking"})
  void aMirrorCompletesThroughFiltersAtBothSidesWhileAClientVerifies(String mode) throws Exception {
    String source = service.qcow2(SIZE);
    String target = service.qcow2(SIZE);
    String export = bench.export(source, true);
    try (VerifyingClient client = client(export)) {
      String job = bench.ready(source, target, "'copyMode':'" + mode + "','verify':true");
      String atSource = insert(source, job + ".filter:file");
      String atTarget = insert(target, job + ":target");
      assertThat(service.pathFrom(job + ".filter", "/file")).isEqualTo(atSource);
      assertThat(service.pathFrom(job + ".filter", "/target")).isEqualTo(atTarget);
      bench.succeeds(job);
      assertThat(service.get("/exports/" + export).text("nodeName")).isEqualTo(atSource);
      assertThat(service.pathFrom(atSource, "/file")).isEqualTo(atTarget);
      assertThat(service.pathFrom(atTarget, "/file")).isEqualTo(target);
      take(atTarget, atSource).expect(200);
      take(target, atTarget).expect(200);
      client.finish();
    }
    assertThat(service.get("/exports/" + export).text("nodeName")).isEqualTo(target);
    service.delete("/exports/" + export).expect(200);
    service.delete("/nodes/" + source).expect(200);
  }

  @Test
  void aCancelledMirrorLeavesTheFiltersWhereTheyAre() {
    String source = bench.disk(0x21);
    String above = bench.filter(source);
    String target = service.qcow2(MIB);
    String job = bench.ready(source, target, "");
    String atSource = insert(source);
    String atTarget = insert(target);
    service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'force'}").expect(200);
    assertThat(service.pathFrom(above, "/file")).isEqualTo(atSource);
    assertThat(service.pathFrom(atSource, "/file")).isEqualTo(source);
    assertThat(service.pathFrom(atTarget, "/file")).isEqualTo(target);
    assertThat(bench.content(above)).containsOnly((byte) 0x21);
  }

  @Test
  void aSoftCancelledMirrorKeepsItsCopyBelowTheFilter() {
    String source = bench.disk(0x22);
    String above = bench.filter(source);
    String target = service.qcow2(MIB);
    String job = bench.ready(source, target, "");
    String atTarget = insert(target);
    service.putData(above, 0, new byte[] {9}).expect(200);
    service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'soft'}").expect(200);
    assertThat(service.data(atTarget, 0, 2)).isEqualTo(new byte[] {9, 0x22});
    assertThat(service.pathFrom(above, "/file")).isEqualTo(source);
  }

  @Test
  void filtersThatComeWhileAMirrorCompletesLoseNothing() {
    for (int round = 0; round < 5; round++) {
      String source = bench.disk(0x23);
      String above = bench.filter(source);
      String target = service.qcow2(MIB);
      String job = bench.ready(source, target, "");
      service.putData(above, 0, new byte[] {9}).expect(200);
      CompletableFuture<List<String>> racing =
          CompletableFuture.supplyAsync(() -> List.of(insert(target), insert(source)));
      bench.succeeds(job);
      List<String> filters = racing.join();
      List<String> way = downFrom(above);
      assertThat(way).endsWith(target).doesNotContain(source).contains(filters.getFirst());
      assertThat(service.data(above, 0, 2)).isEqualTo(new byte[] {9, 0x23});
    }
  }

  /// The nodes below a filter, each shown by the one before.
  private List<String> downFrom(String node) {
    List<String> way = new ArrayList<>();
    String below = service.pathFrom(node, "/file");
    while (!way.contains(below)) {
      way.add(below);
      boolean filter = service.get("/nodes/" + below).text("driver").equals("throttle");
      below = filter ? service.pathFrom(below, "/file") : below;
    }
    return way;
  }

  @Test
  void theEdgesByWhichAJobWorksStayAndTheAnswerNamesOthers() {
    String source = bench.disk(0x24);
    String job = bench.ready(source, service.qcow2(MIB), "");
    String filter = job + ".filter";
    Answer main = refused(filter, job + ":main");
    assertThat(main.text("detail")).contains("'" + job + ":main'", "how job '" + job + "'");
    assertThat(main.text("correction")).contains("'" + filter + ":file'");
    assertThat(refused(source, job + ":source").text("correction"))
        .contains("'" + filter + ":file'");
    refusing.of(
        409,
        "JOB_EDGE_FIXED",
        () ->
            service.post("/nodes/" + filter + "/filters", "{'nodeName':'x9','driver':'throttle'}"));
    refusing.of(409, "NODE_BUSY", () -> take(source, filter));
    String atSource = insert(source);
    service.putData(source, 0, new byte[] {7}).expect(200);
    take(source, atSource).expect(200);
    service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'force'}").expect(200);
  }

  private Answer refused(String node, String edge) {
    return refusing.of(
        409,
        "JOB_EDGE_FIXED",
        () ->
            service.post(
                "/nodes/" + node + "/filters",
                "{'nodeName':'x9','driver':'throttle','edges':['" + edge + "']}"));
  }

  @Test
  void aFilterThatIsItselfTheSourceOfAJobStaysUntilTheJobIsOver() {
    String disk = bench.disk(0x25);
    String source = bench.filter(disk);
    String job = bench.ready(source, service.qcow2(MIB), "");
    Answer busy = refusing.of(409, "NODE_BUSY", () -> take(disk, source));
    assertThat(busy.text("detail")).contains("'" + job + "'");
    service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'force'}").expect(200);
    take(disk, source).expect(200);
  }
}
