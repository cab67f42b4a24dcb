package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Foreseen.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a dry run has to look at in the world to answer as the change would.
class DryRunOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);
  private final Foreseen foreseen = new Foreseen(service);

  private static Request adding(String driver, String file) {
    return Request.post(
        "/nodes",
        "{'nodeName':'%s','driver':'%s','file':{'driver':'file','filename':'%s'}}"
            .formatted(Service.fresh("node"), driver, file));
  }

  private String raw(long size) {
    String file = Service.fresh("image") + ".raw";
    service
        .post("/images", "{'driver':'raw','filename':'%s','size':%d}".formatted(file, size))
        .expect(201);
    return file;
  }

  private static Request snapshot(String node, String file) {
    return Request.post(
        "/nodes/" + node + "/snapshots",
        "{'overlayFile':'%s','overlayName':'%s'}".formatted(file, Service.fresh("overlay")));
  }

  private static Request resize(String node, long size) {
    return Request.post("/nodes/" + node + "/resize", "{'size':" + size + "}");
  }

  @Test
  void seesThatAFileIsMissing() {
    foreseen.refuses(404, "IMAGE_NOT_FOUND", adding("raw", Service.fresh("nowhere") + ".raw"));
  }

  @Test
  void seesThatAFileIsNoImageOfTheFormat() {
    foreseen.refuses(422, "IMAGE_FORMAT_ERROR", adding("qcow2", raw(MIB)));
  }

  @Test
  void seesThatAnotherOpeningHasTheFile() {
    String node = service.qcow2(MIB);
    foreseen.refuses(409, "IMAGE_LOCKED", adding("qcow2", node + ".qcow2"));
  }

  @Test
  void seesThatTwoNodesOfOneRequestWantTheSameFile() {
    String file = Service.fresh("twice") + ".qcow2";
    service
        .post("/images", "{'driver':'qcow2','filename':'%s','size':%d}".formatted(file, MIB))
        .expect(201);
    String child = "{'driver':'qcow2','file':{'driver':'file','filename':'" + file + "'}}";
    foreseen.refuses(
        409,
        "IMAGE_LOCKED",
        Request.post(
            "/nodes",
            "{'nodeName':'%s','driver':'quorum','voteThreshold':1,'children':[%s,%s]}"
                .formatted(Service.fresh("quorum"), child, child)));
  }

  @Test
  void seesThatAnImageIsFlaggedAsCorruptOnlyForWriters() throws IOException {
    String node = service.qcow2(MIB);
    service.delete("/nodes/" + node).expect(200);
    Path image = service.image(node + ".qcow2");
    byte[] bytes = Files.readAllBytes(image);
    bytes[79] |= 2;
    Files.write(image, bytes);
    foreseen.refuses(409, "IMAGE_CORRUPT", adding("qcow2", node + ".qcow2"));
    Request reading = adding("qcow2", node + ".qcow2");
    String body = reading.body().replace("'driver':'qcow2'", "'driver':'qcow2','readOnly':true");
    foreseen.ask(Request.post("/nodes", body)).expect(201);
  }

  @Test
  void seesThatChildrenOfAQuorumDifferInLength() {
    String one = service.qcow2(MIB);
    String other = service.qcow2(2 * MIB);
    foreseen.refuses(
        422,
        "SIZE_MISMATCH",
        Request.post(
            "/nodes",
            "{'nodeName':'%s','driver':'quorum','voteThreshold':1,'children':['%s','%s']}"
                .formatted(Service.fresh("quorum"), one, other)));
  }

  @Test
  void seesThatTheFileOfAnOverlayIsThereOrCannotBe() {
    String node = service.qcow2(MIB);
    foreseen.refuses(409, "IMAGE_EXISTS", snapshot(node, node + ".qcow2"));
    foreseen.refuses(403, "FORBIDDEN_PATH", snapshot(node, "../outside.qcow2"));
    foreseen.refuses(404, "IMAGE_NOT_FOUND", snapshot(node, "no/such/directory/o.qcow2"));
    foreseen.ask(snapshot(node, Service.fresh("overlay") + ".qcow2")).expect(201);
  }

  @Test
  void seesThatADiskKeepsItsLength() {
    String file = raw(2 * MIB);
    String window =
        service.added(
            "{'nodeName':'%s','driver':'raw','size':1048576,'file':{'driver':'file','filename':'%s'}}"
                .formatted(Service.fresh("window"), file));
    String fixed = nothing();
    String above = bench.filter(nothing());
    String quorum = bench.quorum(service.qcow2(MIB), bench.filter(nothing()));
    for (String node : List.of(window, bench.filter(window), fixed, above, quorum)) {
      foreseen.refuses(422, "RESIZE_UNSUPPORTED", resize(node, 2 * MIB));
    }
    foreseen.ask(resize(bench.quorum(service.qcow2(MIB), service.qcow2(MIB)), 2 * MIB)).expect(200);
  }

  private String nothing() {
    return service.added(
        "{'nodeName':'%s','driver':'null','size':1048576}".formatted(Service.fresh("null")));
  }

  @Test
  void saysOfAResizeWhatItThenSays() {
    String node = service.qcow2(MIB);
    var planned = service.post("/nodes/" + node + "/resize?dryRun=true", "{'size':3145728}").body();
    var done = service.post("/nodes/" + node + "/resize", "{'size':3145728}").expect(200).body();
    for (String member : List.of("node", "from", "size", "effectiveSize")) {
      assertThat(planned.path(member)).isEqualTo(done.path(member));
    }
    String source = service.qcow2(MIB);
    bench.ready(source, service.qcow2(MIB), "");
    foreseen.refuses(409, "NODE_BUSY", resize(source, 2 * MIB));
  }

  @Test
  void triesImagesWithoutMakingThem() {
    String file = Service.fresh("image") + ".qcow2";
    String body = "{'driver':'qcow2','filename':'%s','size':1048576%s}";
    service.post("/images?dryRun=true", body.formatted(file, "")).expect(200);
    assertThat(service.image(file)).doesNotExist();
    foreseen.refuses(
        400,
        "INVALID_PARAMETER",
        Request.post("/images", body.formatted(file, ",'clusterSize':1000")));
    foreseen.ask(Request.post("/images", body.formatted(file, ""))).expect(201);
    foreseen.refuses(409, "IMAGE_EXISTS", Request.post("/images", body.formatted(file, "")));
    foreseen.refuses(
        403, "FORBIDDEN_PATH", Request.post("/images", body.formatted("/etc/passwd", "")));
  }

  @Test
  void insistsOnTheRevisionInDryRunsToo() {
    String node = service.qcow2(MIB);
    for (String path : List.of("/mirror-jobs", "/images", "/exports", "/nodes")) {
      String body =
          switch (path) {
            case "/mirror-jobs" ->
                MirrorBench.body(Service.fresh("job"), node, service.qcow2(MIB), "");
            case "/images" ->
                "{'driver':'raw','filename':'%s','size':1}".formatted(Service.fresh("image"));
            case "/exports" ->
                "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(Service.fresh("x"), node);
            default -> "{'nodeName':'%s','driver':'null'}".formatted(Service.fresh("null"));
          };
      for (String query : List.of("?dryRun=true", "")) {
        var answer =
            service.send(
                service
                    .request(path + query)
                    .header("If-Match", "\"0\"")
                    .header("Content-Type", "application/json")
                    .POST(Service.body(body)));
        Refusing.isProblem(answer, 412, "REVISION_MISMATCH");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw", "qcow2"})
  void leavesNothingOpenAndNothingLocked(String driver) throws IOException {
    String file = Service.fresh("image") + "." + driver;
    service
        .post("/images", "{'driver':'%s','filename':'%s','size':%d}".formatted(driver, file, MIB))
        .expect(201);
    long before = openFiles(file);
    for (int i = 0; i < 20; i++) {
      foreseen.send(adding(driver, file), "?dryRun=true").expect(200);
      foreseen.send(adding("qcow2", file), "?dryRun=true");
    }
    assertThat(openFiles(file)).isEqualTo(before);
    foreseen.ask(adding(driver, file)).expect(201);
  }

  private static long openFiles(String name) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(fd -> target(fd).endsWith(name)).count();
    }
  }

  private static String target(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }
}
