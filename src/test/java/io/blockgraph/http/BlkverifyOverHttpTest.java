package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.EventReader.Told;
import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuIo;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Two disks that are compared while clients use them.
class BlkverifyOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private String pair(String raw, String test) {
    return service.added(body(raw, test));
  }

  private static String body(String raw, String test) {
    return "{'nodeName':'%s','driver':'blkverify','raw':'%s','test':'%s'}"
        .formatted(Service.fresh("pair"), raw, test);
  }

  @Test
  void aMismatchFailsTheRequestIsToldAndCountedAndTheServiceGoesOn() {
    String test = bench.disk(0x51);
    String pair = pair(bench.disk(0x51), test);
    service.putData(test, 70_000, new byte[] {1}).expect(200);
    try (EventReader reader = EventReader.on(service)) {
      Answer failed = service.get("/nodes/" + pair + "/data?offset=65536&length=8192");
      assertThat(Refusing.isProblem(failed, 500, "IO_ERROR").text("detail"))
          .contains("'" + pair + "'")
          .contains("differ from offset 70000 on");
      Told told = reader.until(e -> e.type().equals("blkverify-mismatch")).getLast();
      assertThat(told.data().path("node").asString()).isEqualTo(pair);
      assertThat(told.data().path("offset").asLong()).isEqualTo(70_000);
    }
    JsonNode facts = service.get("/nodes/" + pair).expect(200).body().path("facts");
    assertThat(facts.path("mismatches").asLong()).isEqualTo(1);
    assertThat(service.data(pair, 0, 65_536)).containsOnly((byte) 0x51);
  }

  @Test
  void aClientWritesToBothSidesOverNbd() {
    String raw = bench.disk(0x52);
    String test = bench.disk(0x52);
    String id = Service.fresh("export");
    Answer export =
        service
            .post(
                "/exports",
                "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}"
                    .formatted(id, pair(raw, test)))
            .expect(201);
    QemuIo.run(
        export.body().path("uris").path(0).asString(),
        List.of("-f", "raw"),
        QemuIo.verify(0x52, 0, MIB),
        QemuIo.write(0x53, 1000, 300_000),
        QemuIo.zero(400_000, 100_000),
        QemuIo.discard(600_000, 100_000),
        QemuIo.verify(0x53, 1000, 300_000),
        "read 0 1M",
        "flush");
    service.delete("/exports/" + id).expect(200);
    assertThat(bench.content(raw)).isEqualTo(bench.content(test));
  }

  @Test
  void refusesSidesOfDifferentLengthNamingBoth() {
    String raw = service.qcow2(MIB);
    String test = service.qcow2(2 * MIB);
    Answer refused =
        refusing.of(422, "SIZE_MISMATCH", () -> service.post("/nodes", body(raw, test)));
    assertThat(refused.text("detail"))
        .contains("raw ('" + raw + "') has 1048576 bytes")
        .contains("test ('" + test + "') has 2097152 bytes");
  }

  @Test
  void aResizeReachesBothSides() {
    String raw = service.qcow2(MIB);
    String test = service.qcow2(MIB);
    String pair = pair(raw, test);
    service.post("/nodes/" + pair + "/resize", "{'size':2097152}").expect(200);
    for (String node : List.of(pair, raw, test)) {
      assertThat(service.get("/nodes/" + node).body().path("sizeBytes").asLong())
          .isEqualTo(2 * MIB);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw", "test"})
  void eitherSideMayBeReplacedByACopyR16(String side) {
    String raw = bench.disk(0x54);
    String test = bench.disk(0x54);
    String pair = pair(raw, test);
    String target = service.qcow2(MIB);
    String replaced = side.equals("raw") ? raw : test;
    bench.succeeds(bench.ready(pair, target, "'replaces':'" + replaced + "'"));
    assertThat(service.pathFrom(pair, "/" + side)).isEqualTo(target);
    assertThat(bench.content(pair)).containsOnly((byte) 0x54);
  }

  @Test
  void whatASideShowsThroughFiltersMayBeReplacedToo() {
    String below = bench.disk(0x55);
    String filter = bench.filter(below);
    String pair = pair(bench.disk(0x55), filter);
    String target = service.qcow2(MIB);
    bench.succeeds(bench.ready(pair, target, "'replaces':'" + below + "'"));
    assertThat(service.pathFrom(pair, "/test/file")).isEqualTo(target);
  }
}
