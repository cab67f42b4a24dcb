package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A disk of 1 MiB over a base, both in images that name each other, below a filter through which it
/// is written; and what it holds.
///
///     above --file--> source --backing--> base
final class MirrorChain {
  private static final int MIB = (int) MirrorBench.MIB;

  private final Service service;
  private final MirrorBench bench;
  private final byte[] content;
  final String base;
  final String source;
  final String above;

  MirrorChain(Service service) {
    this.service = service;
    this.bench = new MirrorBench(service);
    this.base = bench.disk(0x11);
    this.content = new byte[MIB];
    Arrays.fill(content, (byte) 0x11);
    this.source = Service.fresh("disk");
    service
        .post(
            "/nodes/" + base + "/snapshots",
            "{'overlayFile':'%s.qcow2','overlayName':'%s'}".formatted(source, source))
        .expect(201);
    this.above = bench.filter(source);
    write(70_000, 100, 0x22);
    zero(262_144, 131_072);
  }

  private MirrorChain(Service service, MirrorChain other) {
    this.service = service;
    this.bench = new MirrorBench(service);
    this.content = other.content;
    this.base = other.base;
    this.source = other.source;
    this.above = other.above;
  }

  /// The same disks on another run of the service.
  MirrorChain at(Service again) {
    return new MirrorChain(again, this);
  }

  /// What a copy lacks, and so is to be backed by: "" for nothing.
  String lacking(String sync) {
    return Map.of("full", "", "top", base, "none", source).get(sync);
  }

  /// What a client does: a write that is no whole cluster.
  void write(int offset, int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    service.putData(above, offset, bytes).expect(200);
    Arrays.fill(content, offset, offset + length, (byte) value);
  }

  void zero(int offset, int length) {
    service
        .post("/nodes/" + above + "/zero", "{'offset':%d,'length':%d}".formatted(offset, length))
        .expect(200);
    Arrays.fill(content, offset, offset + length, (byte) 0);
  }

  /// Writes in several places, as clients do while a job runs.
  void change() {
    write(500_000, 1_000, 0x33);
    zero(700_000, 4_096);
    write(300_000, 512, 0x44);
  }

  /// `node` is what is used now, and shows what was written.
  void isServedBy(String node) {
    assertThat(service.pathFrom(above, "/file")).isEqualTo(node);
    assertThat(Arrays.mismatch(bench.content(above), content)).isEqualTo(-1);
  }

  /// What backs `node`, or "" when nothing does.
  String backing(String node) {
    JsonNode found =
        service.get("/graph/path?root=" + node + "&path=/backing").expect(200).body().path("node");
    return found.isNull() ? "" : found.asString();
  }

  /// The chain of the source is as it was.
  void sourceIsIntact() {
    assertThat(backing(source)).isEqualTo(base);
    assertThat(backing(base)).isEmpty();
  }

  /// Takes all nodes away, so that nobody holds the images any more, and has a stranger read the
  /// image of `node`, which was served, with what it names.
  void strangerReads(String node) {
    for (String each : List.of(above, node, source, base)) {
      service.delete("/nodes/" + each).expect(200);
    }
    Path raw = service.image(Service.fresh("content") + ".raw");
    try {
      Files.write(raw, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    QemuImg.assertSameContent(service.image(node + ".qcow2"), "qcow2", raw, "raw");
    QemuImg.assertClean(service.image(node + ".qcow2"));
  }
}
