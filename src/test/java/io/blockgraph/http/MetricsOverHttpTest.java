package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockgraph.strangers.QemuIoSession;
import io.blockgraph.strangers.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The scrape against the catalogue in docs/metrics.md, both ways, while something of everything
/// goes on: a mirror, a quorum with a bad child, an export with a client, errors, refusals, a timed
/// node.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsOverHttpTest {
  private static final long MIB = MirrorBench.MIB;
  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^(blockgraph_[a-z_]+)(?:\\{([^}]*)})? (\\S+)$");
  private static final Pattern LABEL = Pattern.compile("([a-z]+)=\"([^\"]*)\"");

  @TempDir static Path folder;

  private Service service;
  private MirrorBench bench;
  private QemuIoSession client;
  private String quorum = "";
  private String export = "";
  private String job = "";

  /// One line of a scrape.
  record Sample(String name, Map<String, String> labels, double value) {}

  @BeforeAll
  void start() throws Exception {
    service =
        Service.on(
            folder.resolve("data"),
            "--blockgraph.metrics.timed-nodes=timed",
            "--blockgraph.metrics.allocation-every=200ms");
    bench = new MirrorBench(service);
    timedNode();
    quorumWithABadChild();
    exportWithAClient();
    job = bench.ready(bench.disk(3), bench.disk(0), "");
    bench.succeeds(bench.ready(bench.disk(4), bench.disk(0), ""));
    await(() -> value("blockgraph_jobs_finished_total", "result", "succeeded") >= 1);
    failure();
    refusal();
  }

  @AfterAll
  void stop() {
    try (QemuIoSession _ = client) {
      service.close();
    }
  }

  private void timedNode() {
    service.added("{'nodeName':'timed','driver':'null','size':%d}".formatted(MIB));
    service.data("timed", 0, 4096);
    service.putData("timed", 0, new byte[512]).expect(200);
  }

  private void quorumWithABadChild() throws IOException {
    String[] children = new String[3];
    for (int i = 0; i < children.length; i++) {
      children[i] = Service.fresh("child");
      Files.write(service.image(children[i]), new byte[(int) MIB]);
      service.added(
          "{'nodeName':'%s','driver':'file','filename':'%s','locking':'off'}"
              .formatted(children[i], children[i]));
    }
    quorum = bench.quorum(children);
    byte[] other = new byte[(int) MIB];
    Arrays.fill(other, (byte) 1);
    Files.write(service.image(children[1]), other);
    service.data(quorum, 0, 4096);
  }

  private void exportWithAClient() {
    export = Service.fresh("export");
    String disk = bench.disk(2);
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}".formatted(export, disk))
        .expect(201);
    String uri = service.get("/exports/" + export).body().path("uris").path(0).asString();
    client = QemuIoSession.at(uri, List.of("-f", "raw"));
    List.of("read 0 4096", "write 0 512", "flush").forEach(client::tell);
    await(() -> value("blockgraph_nbd_connections", "export", export) >= 1);
    await(() -> value("blockgraph_nbd_request_seconds_count", "command", "write") >= 1);
  }

  private void failure() {
    String broken =
        service.added(
            ("{'nodeName':'%s','driver':'blkdebug','file':{'driver':'null','size':%d},"
                    + "'injectError':[{'operation':'read'}]}")
                .formatted(Service.fresh("broken"), MIB));
    service.get("/nodes/" + broken + "/data?offset=0&length=512").expect(500);
  }

  private void refusal() {
    String disk = bench.disk(5);
    service
        .post("/exports", "{'id':'holder','type':'nbd','nodeName':'%s'}".formatted(disk))
        .expect(201);
    service.post("/nodes/" + disk + "/resize", "{'size':%d}".formatted(2 * MIB)).expect(409);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).describedAs("it did not come about").isLessThan(deadline);
      LockSupport.parkNanos(50_000_000);
    }
  }

  private String scrape() {
    byte[] bytes = service.beside("/actuator/prometheus").expect(200).bytes();
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private List<Sample> samples() {
    return SAMPLE.matcher(scrape()).results().map(MetricsOverHttpTest::sample).toList();
  }

  private static Sample sample(java.util.regex.MatchResult line) {
    Map<String, String> labels = new TreeMap<>();
    Matcher matcher = LABEL.matcher(line.group(2) == null ? "" : line.group(2));
    while (matcher.find()) {
      labels.put(matcher.group(1), matcher.group(2));
    }
    return new Sample(line.group(1), labels, Double.parseDouble(line.group(3)));
  }

  /// The sum of the samples of that name with that label.
  private double value(String name, String label, String wanted) {
    return samples().stream()
        .filter(sample -> sample.name().equals(name))
        .filter(sample -> wanted.equals(sample.labels().get(label)))
        .mapToDouble(Sample::value)
        .sum();
  }

  @Test
  void showsExactlyWhatTheCatalogueSays() throws IOException {
    await(() -> scrape().contains("blockgraph_node_allocated_bytes{"));
    assertThat(scraped()).isEqualTo(catalogue());
  }

  /// `name type label label`, of everything with our prefix.
  private Set<String> scraped() {
    Map<String, String> types = new TreeMap<>();
    Pattern.compile("# TYPE (blockgraph_[a-z_]+) (\\w+)")
        .matcher(scrape())
        .results()
        .forEach(line -> types.put(line.group(1), line.group(2)));
    Set<String> found = new TreeSet<>();
    for (Sample sample : samples()) {
      String family =
          types.containsKey(sample.name())
              ? sample.name()
              : sample.name().replaceFirst("_(bucket|sum|count)$", "");
      Set<String> labels = new TreeSet<>(sample.labels().keySet());
      labels.remove("le");
      found.add(family + " " + types.get(family) + " " + String.join(" ", labels));
    }
    return found;
  }

  /// The same from the table of the page: | `name` | type | labels | ...
  private static Set<String> catalogue() throws IOException {
    Set<String> rows = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("docs/metrics.md"))) {
      String[] cells = line.split("\\|");
      if (cells.length > 4 && cells[1].strip().startsWith("`blockgraph_")) {
        Set<String> labels =
            new TreeSet<>(List.of(cells[3].replace('`', ' ').strip().split("[, ]+")));
        rows.add(
            cells[1].replace('`', ' ').strip()
                + " "
                + cells[2].strip()
                + " "
                + String.join(" ", labels));
      }
    }
    return rows;
  }

  @Test
  void everyMetricHasHelpAndAUnitOrCountsThings() {
    String scrape = scrape();
    for (Sample sample : samples()) {
      assertThat(sample.name()).matches("blockgraph_[a-z_]+").doesNotContain("milli", "kilo");
      String family = sample.name().replaceFirst("_(bucket|sum|count)$", "");
      assertThat(scrape).containsAnyOf("# HELP " + sample.name() + " ", "# HELP " + family + " ");
    }
  }

  @Test
  void countsWhatUsersAskOfANode() {
    assertThat(value("blockgraph_node_io_bytes_total", "node", "timed")).isEqualTo(4096 + 512);
    assertThat(value("blockgraph_node_io_operations_total", "node", "timed")).isEqualTo(2);
    assertThat(value("blockgraph_node_io_seconds_count", "node", "timed")).isEqualTo(2);
    assertThat(value("blockgraph_node_io_errors_total", "kind", "io")).isEqualTo(1);
  }

  @Test
  void countsWhatAJobCopies() {
    double[] before = {0};
    String source = bench.disk(7);
    String target = service.qcow2(MIB);
    before[0] = value("blockgraph_node_io_bytes_total", "node", target);
    String copy = bench.ready(source, target, "");
    assertThat(value("blockgraph_node_io_bytes_total", "node", target) - before[0]).isEqualTo(MIB);
    assertThat(value("blockgraph_node_io_bytes_total", "node", source)).isEqualTo(2 * MIB);
    bench.succeeds(copy);
  }

  @Test
  void tellsOneStatusOfAJob() {
    assertThat(value("blockgraph_job_state", "job", job)).isEqualTo(1);
    assertThat(value("blockgraph_job_progress_bytes", "job", job)).isEqualTo(MIB);
    assertThat(value("blockgraph_jobs_finished_total", "result", "succeeded")).isPositive();
  }

  @Test
  void tellsOfABadChild() {
    assertThat(value("blockgraph_quorum_children_bad", "node", quorum)).isEqualTo(1);
    assertThat(value("blockgraph_quorum_votes_total", "result", "lost")).isPositive();
  }

  @Test
  void theSeriesOfANodeGoWithIt() {
    String gone = service.added("{'nodeName':'gone','driver':'null','size':512}");
    service.data(gone, 0, 512);
    assertThat(scrape()).contains("node=\"gone\"");
    service.delete("/nodes/" + gone).expect(200);
    assertThat(scrape()).doesNotContain("node=\"gone\"");
  }

  @Test
  void countsTheStreamsOfEventsThatAreOpen() {
    Sample one = new Sample("blockgraph_events_subscribers", Map.of(), 1);
    Sample none = new Sample("blockgraph_events_subscribers", Map.of(), 0);
    try (EventReader _ = EventReader.on(service)) {
      await(() -> samples().contains(one));
    }
    await(
        () -> {
          service.added("{'nodeName':'%s','driver':'null'}".formatted(Service.fresh("event")));
          return samples().contains(none);
        });
  }

  @Test
  void namesNoFile() {
    assertThat(scrape().lines().filter(line -> line.startsWith("blockgraph_")))
        .noneMatch(line -> line.contains("/") || line.contains(".qcow2"));
  }

  @Test
  void promtoolHasNothingToSay() throws IOException {
    Tool promtool = new Tool("promtool", "prometheus");
    assumeTrue(promtool.installed().isPresent(), "promtool is not installed (Debian: prometheus)");
    Path ours = folder.resolve("ours.txt");
    Files.write(ours, scrape().lines().filter(line -> line.contains("blockgraph_")).toList());
    Process process =
        new ProcessBuilder(promtool.require().toString(), "check", "metrics")
            .redirectInput(ours.toFile())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEmpty();
  }
}
