package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A chain as deep as somebody lets it be, which the stack of a thread that asks its disks must
/// hold.
class DeepChainOverHttpTest {
  private static final int DEPTH = 1_000;
  private static final int TOGETHER = 100;
  private static final int SIZE = 1 << 20;
  private static final String TOP = "n" + (DEPTH - 1);

  @TempDir Path data;

  private Service started() {
    return Service.on(data, "--blockgraph.max-depth=1100", "--blockgraph.nbd.port=0");
  }

  /// The deepest image has the data; the one in the middle has a cluster more.
  private void makeImages(Path images) throws Exception {
    Path empty = images.resolve("0.qcow2");
    QemuImg.create(empty, SIZE, Map.of());
    QemuImg.createRaw(images.resolve("f.raw"), 512);
    for (int i = 1; i < DEPTH; i++) {
      Files.copy(empty, images.resolve(i + ".qcow2"));
    }
    QemuIo.run(empty, "qcow2", QemuIo.write(0x11, 0, SIZE));
    QemuIo.run(images.resolve(DEPTH / 2 + ".qcow2"), "qcow2", QemuIo.write(0x22, 65536, 65536));
  }

  private static void stack(Service service, List<String> nodes) {
    for (int from = 0; from < nodes.size(); from += TOGETHER) {
      List<String> actions =
          nodes.subList(from, Math.min(from + TOGETHER, nodes.size())).stream()
              .map("{'method':'POST','path':'/nodes','body':%s}"::formatted)
              .toList();
      service.post("/transactions", "{'actions':[" + String.join(",", actions) + "]}").expect(200);
    }
  }

  private static List<String> images() {
    List<String> nodes = new ArrayList<>();
    for (int i = 0; i < DEPTH; i++) {
      String backing = i == 0 ? "null" : "'n" + (i - 1) + "'";
      nodes.add(
          ("{'nodeName':'n%1$d','driver':'qcow2','backing':%2$s,"
                  + "'file':{'driver':'file','filename':'%1$d.qcow2'}}")
              .formatted(i, backing));
    }
    return nodes;
  }

  private static String[] verified() {
    return new String[] {
      QemuIo.verify(0x11, 0, 65536),
      QemuIo.verify(0x22, 65536, 65536),
      QemuIo.verify(0x11, 131072, SIZE - 131072)
    };
  }

  private static void export(Service service, String export, String node) {
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}".formatted(export, node))
        .expect(201);
  }

  private static String uri(Service service, String export) {
    return service.get("/exports/" + export).expect(200).body().path("uris").path(0).asString();
  }

  /// Over NBD, over HTTP, and by the threads of a job.
  private static void readsThrough(Service service, String copy) {
    QemuIo.run(uri(service, "images"), List.of("-f", "raw"), verified());
    assertThat(NbdTools.map(uri(service, "images"), "base:allocation").isEmpty()).isFalse();
    assertThat(service.data(TOP, 65535, 2)).containsExactly(0x11, 0x22);
    service
        .post("/images", "{'driver':'raw','filename':'%s','size':%d}".formatted(copy, SIZE))
        .expect(201);
    service.added("{'nodeName':'%1$s','driver':'file','filename':'%1$s'}".formatted(copy));
    service
        .post(
            "/backup-jobs",
            "{'jobId':'job-%1$s','source':'%2$s','target':'%1$s','sync':'full'}"
                .formatted(copy, TOP))
        .expect(202);
    assertThat(service.get("/jobs/job-" + copy + "?wait=50").expect(200).text("status"))
        .isEqualTo("concluded");
    QemuIo.run(service.image(copy), "raw", verified());
  }

  /// Parts of clusters, whose rest comes from below.
  private static void writesThrough(Service service, String export) {
    QemuIo.run(
        uri(service, export),
        List.of("-f", "raw"),
        QemuIo.write(0x33, 200_000, 1),
        "write -z 300000 1",
        QemuIo.verify(0x33, 200_000, 1),
        QemuIo.verify(0, 300_000, 1),
        QemuIo.write(0x11, 200_000, 1),
        QemuIo.write(0x11, 300_000, 1),
        "flush");
  }

  private static List<String> filters() {
    List<String> nodes = new ArrayList<>();
    nodes.add("{'nodeName':'f0','driver':'file','filename':'f.raw'}");
    for (int i = 1; i < DEPTH; i++) {
      nodes.add("{'nodeName':'f%d','driver':'copy-on-read','file':'f%d'}".formatted(i, i - 1));
    }
    return nodes;
  }

  @Test
  void isReadAndWrittenByAllWhoAskDisks() throws Exception {
    try (Service service = started()) {
      makeImages(service.images());
      stack(service, images());
      export(service, "images", TOP);
      readsThrough(service, "first");
      writesThrough(service, "images");
      service
          .post("/nodes/" + TOP + "/snapshots", "{'overlayFile':'new.qcow2','overlayName':'new'}")
          .expect(201);
      writesThrough(service, "images");

      stack(service, filters());
      service
          .post("/nodes/f%d/resize".formatted(DEPTH - 1), "{'size':%d}".formatted(SIZE))
          .expect(200);
      export(service, "filters", "f" + (DEPTH - 1));
      writesThrough(service, "filters");
    }
    try (Service service = started()) {
      readsThrough(service, "second");
      writesThrough(service, "filters");
    }
  }

  @Test
  void isNamedWithTheSettingWhenItIsTooDeepForTheNextStart() {
    try (Service service = Service.on(data)) {
      service.added("{'nodeName':'f0','driver':'null','size':512}");
      service.added("{'nodeName':'f1','driver':'raw','file':'f0'}");
      service.added("{'nodeName':'f2','driver':'raw','file':'f1'}");
    }
    assertThatThrownBy(() -> Service.on(data, "--blockgraph.max-depth=2"))
        .rootCause()
        .hasMessageContainingAll("blockgraph.max-depth: ", "node 'f2' has more than 2 nodes");
    try (Service service = Service.on(data, "--blockgraph.max-depth=3")) {
      service.get("/nodes/f2").expect(200);
    }
  }
}
