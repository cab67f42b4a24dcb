package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuIo;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A point in time of what a bitmap says, as a caller sees it, and QEMU's tools what is kept.
class CopyBeforeWriteByBitmapOverHttpTest {
  private static final int MIB = 1 << 20;
  private static final int PART = 64 << 10;
  private static final List<String> RAW = List.of("-r", "-f", "raw");

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final String cbw = Service.fresh("cbw");
  private final String disk = service.qcow2(2 * MIB);
  private final String scratch = service.qcow2(2 * MIB);

  @BeforeEach
  void writesThreePartsOfTheDisk() {
    write(disk, 0, MIB, 1);
    service.post("/nodes/" + disk + "/bitmaps", "{'name':'b'}").expect(201);
    write(disk, PART, 2 * PART, 2);
    write(disk, 8 * PART + 1000, 1, 3);
  }

  private void write(String node, long offset, int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    service.putData(node, offset, bytes).expect(200);
  }

  private String filter(String bitmapNode, String bitmap) {
    return "{'nodeName':'%s','driver':'copy-before-write','target':'%s','bitmap':{'node':'%s','name':'%s'}}"
        .formatted(cbw, scratch, bitmapNode, bitmap);
  }

  private String path() {
    return "/nodes/" + disk + "/filters";
  }

  private String pastOverNbd() {
    String past =
        service.added(
            "{'nodeName':'%s','driver':'snapshot-access','file':'%s','readOnly':true}"
                .formatted(Service.fresh("past"), cbw));
    Answer export =
        service.post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(Service.fresh("export"), past));
    return export.expect(201).body().path("uris").path(0).asString();
  }

  @Test
  void onlyWhatTheBitmapSaysIsKeptAndShown() {
    service.post(path(), filter(disk, "b")).expect(201);
    service.post("/nodes/" + disk + "/bitmaps/b/clear", "").expect(200);
    assertThat(service.get("/nodes/" + cbw).body().path("facts").path("uncopiedBytes").asLong())
        .isEqualTo(3 * PART);
    String uri = pastOverNbd();
    write(cbw, 0, MIB, 9);
    QemuIo.run(uri, RAW, QemuIo.verify(2, PART, 2 * PART), QemuIo.verify(3, 8 * PART + 1000, 1));
    for (long clean : new long[] {0, 3 * PART, 7 * PART, 9 * PART}) {
      String[] read = {QemuIo.verify(1, clean, 512)};
      assertThat(QemuIo.tryRun(uri, RAW, read).out()).contains("read failed");
    }
    byte[] kept = new byte[MIB];
    Arrays.fill(kept, PART, 3 * PART, (byte) 2);
    Arrays.fill(kept, 8 * PART, 9 * PART, (byte) 1);
    kept[8 * PART + 1000] = 3;
    assertThat(service.data(scratch, 0, MIB)).isEqualTo(kept);
  }

  @Test
  void aBitmapThatCannotBeReadIsRefusedAlsoByADryRun() {
    String shorter = service.qcow2(MIB);
    service.post("/nodes/" + shorter + "/bitmaps", "{'name':'b'}").expect(201);
    String graph = service.graph();
    for (String query : List.of("?dryRun=true", "")) {
      String none = filter(disk, "nobody");
      refusing.of(404, "BITMAP_NOT_FOUND", () -> service.post(path() + query, none));
      String nowhere = filter("nowhere", "b");
      refusing.of(404, "BITMAP_NOT_FOUND", () -> service.post(path() + query, nowhere));
      String other = filter(shorter, "b");
      refusing.of(422, "SIZE_MISMATCH", () -> service.post(path() + query, other));
      String wrong = filter("1", "b");
      refusing.of(400, "INVALID_PARAMETER", () -> service.post(path() + query, wrong));
    }
    service.post(path() + "?dryRun=true", filter(disk, "b")).expect(200);
    assertThat(service.graph()).isEqualTo(graph);
  }
}
