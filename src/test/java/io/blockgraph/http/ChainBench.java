package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// A chain of four disks of 8 MiB on a service, made by snapshots as an operator makes it, whose top
/// clients use over NBD; every layer holds 2 MiB of its own, the top but 64 KiB.
///
///     export --> top --backing--> c2 --backing--> c1 --backing--> c0
final class ChainBench {
  static final long MIB = 1 << 20;
  static final long SIZE = 8 * MIB;
  private static final List<String> RAW = List.of("-f", "raw");

  private final Service service;
  private final MirrorBench bench;
  private final List<String> marks = new ArrayList<>();
  final List<String> disks = new ArrayList<>();
  final String export;
  final String uri;

  ChainBench(Service service) {
    this.service = service;
    this.bench = new MirrorBench(service);
    disks.add(service.qcow2(SIZE));
    export = bench.export(disks.getFirst(), true);
    uri = service.get("/exports/" + export).expect(200).body().path("uris").path(0).asString();
    for (int layer = 0; layer < 3; layer++) {
      write(layer + 1, layer * 2 * MIB, 2 * MIB);
      String overlay = Service.fresh("layer");
      service
          .post(
              "/nodes/" + disks.getLast() + "/snapshots",
              "{'overlayFile':'%s.qcow2','overlayName':'%s'}".formatted(overlay, overlay))
          .expect(201);
      disks.add(overlay);
    }
    write(4, 6 * MIB, 65536);
  }

  /// Writes what has not been written before, as a stranger.
  void write(int value, long offset, long length) {
    QemuIo.run(uri, RAW, QemuIo.write(value, offset, length));
    marks.add(QemuIo.verify(value, offset, length));
  }

  /// The disk number `layer` from the bottom.
  String disk(int layer) {
    return disks.get(layer);
  }

  String top() {
    return disks.getLast();
  }

  /// Clients see what was written.
  void shows() {
    QemuIo.run(uri, RAW, marks.toArray(String[]::new));
  }

  JsonNode job(String job) {
    return service.get("/jobs/" + job).expect(200).body();
  }

  void awaits(String job, String status) {
    bench.await(job, now -> now.path("status").asString().equals(status));
  }

  /// Waits until a slow job has copied what it copies at once.
  void awaitsFirstChunk(String job) {
    bench.await(job, now -> now.path("progress").path("bytesDone").asLong() > 0);
  }

  /// Waits until a job has copied what clients wrote, and touches no disk any more.
  void awaitsThatNothingIsLeft(String job) {
    bench.copiesNothingMore(job);
  }

  /// Waits until the job has its result.
  void succeeds(String job) {
    JsonNode over = service.get("/jobs/" + job + "?wait=60").expect(200).body();
    assertThat(over.path("status").asString()).as("%s", over).isEqualTo("concluded");
    assertThat(over.path("error").isNull()).as("%s", over).isTrue();
  }

  Answer ask(String job, String verb) {
    return service.post("/jobs/" + job + "/" + verb + "?wait=30", "");
  }

  String backing(String node) {
    JsonNode found =
        service.get("/graph/path?root=" + node + "&path=/backing").expect(200).body().path("node");
    return found.isNull() ? "" : found.asString();
  }

  /// Lets the images go and has strangers judge them: every one is sound, `top` names those of
  /// `chain` and shows what was written.
  void strangersFind(String top, String... chain) {
    service.delete("/exports/" + export).expect(200);
    for (String disk : disks.reversed()) {
      service.delete("/nodes/" + disk).expect(200);
    }
    for (String disk : disks) {
      QemuImg.assertClean(service.image(disk + ".qcow2"));
    }
    assertThat(chainOf(top)).containsExactly(chain);
    QemuIo.run(service.image(top + ".qcow2"), "qcow2", marks.toArray(String[]::new));
  }

  /// The names of images, as qemu-img follows them down.
  List<String> chainOf(String top) {
    List<String> names = new ArrayList<>();
    QemuImg.run(
            "info",
            "-U",
            "--backing-chain",
            "--output=json",
            service.image(top + ".qcow2").toString())
        .ok()
        .json()
        .forEach(
            info -> {
              String file = info.path("filename").asString();
              names.add(file.substring(file.lastIndexOf('/') + 1).replace(".qcow2", ""));
            });
    return names;
  }
}
