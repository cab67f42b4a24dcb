package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import io.blockgraph.strangers.Ran;
import java.nio.file.Path;
import java.util.List;

/// A secondary on a service: three images of 1 MiB, a node of driver `replication` over them, and
/// an export through which a primary writes. Names begin with `name`.
record ReplicationBench(Service service, String name) {
  static final int SIZE = 1 << 20;

  /// Makes all of it; nothing has begun.
  static ReplicationBench built(Service service, String name) {
    ReplicationBench bench = new ReplicationBench(service, name);
    for (String disk : List.of("sec", "hidden", "active")) {
      service
          .post(
              "/images",
              "{'driver':'qcow2','filename':'%s','size':%d}".formatted(bench.file(disk), SIZE))
          .expect(201);
    }
    service.added(
        "{'nodeName':'%s','driver':'qcow2','file':{'driver':'file','filename':'%s'}}"
            .formatted(bench.node("sec"), bench.file("sec")));
    bench.secondary(bench.node("hidden"), bench.node("active"));
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}"
                .formatted(bench.node("nbd"), bench.node("sec")))
        .expect(201);
    return bench;
  }

  /// One request makes the node with its two images inline below it.
  private void secondary(String hidden, String active) {
    service.added(
        """
        {'nodeName':'%s','driver':'replication','mode':'secondary',
         'file':{'nodeName':'%s','driver':'qcow2','file':{'driver':'file','filename':'%s'},
           'backing':{'nodeName':'%s','driver':'qcow2','readOnly':false,
             'file':{'driver':'file','filename':'%s'},'backing':'%s'}}}
        """
            .formatted(node("c1"), active, file("active"), hidden, file("hidden"), node("sec")));
  }

  String node(String part) {
    return name + "-" + part;
  }

  String file(String disk) {
    return node(disk) + ".qcow2";
  }

  Answer ask(String verb) {
    return service.post(path() + "/" + verb, "");
  }

  String path() {
    return "/nodes/" + node("c1") + "/replication";
  }

  ReplicationBench does(String verb) {
    ask(verb).expect(200);
    return this;
  }

  Answer report() {
    return service.get(path()).expect(200);
  }

  /// Lets a primary do this over NBD.
  Ran primary(String... commands) {
    return QemuIo.run(uri(), List.of("-f", "raw"), commands);
  }

  Ran tryPrimary(String... commands) {
    return QemuIo.tryRun(uri(), List.of("-f", "raw"), commands);
  }

  private String uri() {
    return service
        .get("/exports/" + node("nbd"))
        .expect(200)
        .body()
        .path("uris")
        .path(0)
        .asString();
  }

  byte[] view() {
    return service.data(node("c1"), 0, SIZE);
  }

  /// Writes as the secondary's own user does.
  void own(int offset, byte[] bytes) {
    service
        .send(
            service
                .request("/nodes/" + node("c1") + "/data?flush=true&offset=" + offset)
                .header("Content-Type", "application/octet-stream")
                .PUT(java.net.http.HttpRequest.BodyPublishers.ofByteArray(bytes)))
        .expect(200);
  }

  /// Takes the nodes away and lets QEMU look at the images: no error, and no leak.
  void end() {
    end(service.images());
  }

  /// The same, with the images in another root.
  void end(Path images) {
    service.delete("/exports/" + node("nbd")).expect(200);
    if (report().text("stage").equals("failover")) {
      does("stop");
    }
    service.delete("/nodes/" + node("c1")).expect(200);
    service.delete("/nodes/" + node("sec")).expect(200);
    List.of("sec", "hidden", "active")
        .forEach(disk -> QemuImg.assertClean(images.resolve(file(disk))));
  }

  /// Right after a kill: no error; there may be leaks.
  void requireNoError() {
    for (String disk : List.of("sec", "hidden", "active")) {
      QemuImg.Check check = QemuImg.check(service.image(file(disk)));
      assertThat(check.corruptions() + check.checkErrors()).as(disk).isZero();
    }
  }
}
