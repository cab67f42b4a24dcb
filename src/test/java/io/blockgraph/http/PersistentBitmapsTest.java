package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Bitmaps that live in a qcow2 image: QEMU's tools find there what we stored, and we what they
/// did.
class PersistentBitmapsTest {
  private static final int KIB = 1 << 10;
  private static final long MIB = 1 << 20;

  private final Service service = Service.shared();

  private static String path(String node, String bitmap) {
    return "/nodes/" + node + "/bitmaps/" + bitmap;
  }

  private Answer add(String node, String bitmap, String more) {
    return service.post(
        "/nodes/" + node + "/bitmaps", "{'name':'%s','persistent':true%s}".formatted(bitmap, more));
  }

  private void write(String node, long offset, int length) {
    byte[] bytes = new byte[length];
    java.util.Arrays.fill(bytes, (byte) 7);
    service.putData(node, offset, bytes).expect(200);
  }

  private Path image(String node) {
    return service.image(node + ".qcow2");
  }

  private void open(String node, String more) {
    service.added(
        "{'nodeName':'%1$s','driver':'qcow2','file':{'driver':'file','filename':'%1$s.qcow2'}%2$s}"
            .formatted(node, more));
  }

  private void reopen(String node) {
    service.delete("/nodes/" + node).expect(200);
    open(node, "");
  }

  /// The dirty extents, as `offset+length` in KiB.
  private List<String> extents(String node, String bitmap) {
    List<String> dirty = new ArrayList<>();
    for (JsonNode e :
        service.get(path(node, bitmap) + "/extents").expect(200).body().path("extents")) {
      if (e.path("dirty").asBoolean()) {
        dirty.add(e.path("offset").asLong() / KIB + "+" + e.path("length").asLong() / KIB);
      }
    }
    return dirty;
  }

  /// The same as QEMU's tools see them in the image.
  private static List<String> strangersExtents(Path image, String bitmap) {
    List<String> dirty = new ArrayList<>();
    for (JsonNode e : NbdTools.bitmap(image, bitmap)) {
      if (e.path("type").asInt() == 1) {
        dirty.add(e.path("offset").asLong() / KIB + "+" + e.path("length").asLong() / KIB);
      }
    }
    return dirty;
  }

  private static List<String> listed(Path image) {
    List<String> found = new ArrayList<>();
    JsonNode data = QemuImg.info(image, "qcow2").path("format-specific").path("data");
    for (JsonNode bitmap : data.path("bitmaps")) {
      List<String> flags = new ArrayList<>();
      bitmap.path("flags").forEach(flag -> flags.add(flag.asString()));
      found.add(
          bitmap.path("name").asString() + " " + bitmap.path("granularity").asLong() + " " + flags);
    }
    return found;
  }

  @Test
  void storesBitmapsInTheImageWhenItIsClosedAndFindsThemAgain() {
    String node = service.qcow2(8 * MIB);
    add(node, "auto", "").expect(201);
    add(node, "still", ",'enabled':false,'granularity':512").expect(201);
    write(node, MIB, 100);
    write(node, 3 * MIB, 200 * KIB);
    service.delete("/nodes/" + node).expect(200);
    assertThat(listed(image(node))).containsExactly("auto 65536 [auto]", "still 512 []");
    assertThat(strangersExtents(image(node), "auto")).containsExactly("1024+64", "3072+256");
    QemuImg.assertClean(image(node));
    open(node, "");
    assertThat(extents(node, "auto")).containsExactly("1024+64", "3072+256");
    assertThat(service.get(path(node, "still")).body().path("recording").asBoolean()).isFalse();
    write(node, 0, 1);
    assertThat(extents(node, "auto")).containsExactly("0+64", "1024+64", "3072+256");
    assertThat(extents(node, "still")).isEmpty();
  }

  @Test
  void anEndWithoutClosingShowsABitmapThatFollowedWritesAsInconsistent(@TempDir Path folder)
      throws IOException {
    String node = service.qcow2(MIB);
    add(node, "auto", "").expect(201);
    add(node, "still", ",'enabled':false").expect(201);
    assertThat(copy(node, folder, "a")).containsExactly("auto 65536 [auto]", "still 65536 []");
    write(node, 0, 1);
    assertThat(copy(node, folder, "b"))
        .containsExactly("auto 65536 [in-use, auto]", "still 65536 []");
    service.post(path(node, "auto") + "/clear", "").expect(200);
    assertThat(copy(node, folder, "c")).containsExactly("auto 65536 [auto]", "still 65536 []");
  }

  /// The bitmaps of the image as the service would leave it if it was killed now.
  private List<String> copy(String node, Path folder, String name) throws IOException {
    Path copy = folder.resolve(name);
    Files.copy(image(node), copy);
    return listed(copy);
  }

  @Test
  void keepsAnInconsistentBitmapUntilItIsRemoved(@TempDir Path folder) throws IOException {
    String node = service.qcow2(MIB);
    add(node, "b", "").expect(201);
    write(node, 0, 1);
    Path killed = folder.resolve("killed");
    Files.copy(image(node), killed);
    service.delete("/nodes/" + node).expect(200);
    Files.copy(killed, image(node), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    open(node, "");
    assertThat(service.get(path(node, "b")).body().path("inconsistent").asBoolean()).isTrue();
    assertThat(service.post(path(node, "b") + "/clear", "").expect(409).text("code"))
        .isEqualTo("BITMAP_INCONSISTENT");
    add(node, "c", "").expect(201);
    reopen(node);
    assertThat(service.get(path(node, "b")).body().path("inconsistent").asBoolean()).isTrue();
    service.delete(path(node, "b")).expect(200);
    service.delete("/nodes/" + node).expect(200);
    assertThat(listed(image(node))).containsExactly("c 65536 [auto]");
    QemuImg.assertClean(image(node));
  }

  @Test
  void takesUpTheBitmapsOfOtherPrograms() {
    String node = Service.fresh("theirs");
    QemuImg.create(image(node), 64 * MIB, Map.of("cluster_size", "4096"));
    QemuImg.bitmap(image(node), "fine", "--add", "-g", "512");
    QemuImg.bitmap(image(node), "off", "--add", "--disable");
    QemuIo.run(
        image(node), "qcow2", QemuIo.write(1, 5 * MIB, 4096), QemuIo.write(1, 63 * MIB, MIB));
    open(node, "");
    assertThat(extents(node, "fine")).containsExactly("5120+4", "64512+1024");
    write(node, 0, 512);
    service.patch(path(node, "off"), "{'enabled':true}").expect(200);
    service.delete("/nodes/" + node).expect(200);
    assertThat(listed(image(node))).containsExactly("fine 512 [auto]", "off 4096 [auto]");
    assertThat(strangersExtents(image(node), "fine"))
        .containsExactly("0+0", "5120+4", "64512+1024");
    QemuImg.bitmap(image(node), "fine", "--clear");
    QemuImg.assertClean(image(node));
    open(node, "");
    assertThat(extents(node, "fine")).isEmpty();
  }

  @Test
  void storesThemInTheLengthOfTheDisk() {
    String node = service.qcow2(MIB);
    add(node, "b", "").expect(201);
    write(node, MIB - 1, 1);
    service.post("/nodes/" + node + "/resize", "{'size':%d}".formatted(100 * MIB)).expect(200);
    write(node, 99 * MIB, 1);
    reopen(node);
    assertThat(extents(node, "b")).containsExactly("960+64", "101376+64");
    service.delete("/nodes/" + node).expect(200);
    assertThat(strangersExtents(image(node), "b")).containsExactly("960+64", "101376+64");
    QemuImg.assertClean(image(node));
  }

  @Test
  void storesThemWhenTheImageIsOnlyReadFromNowOn() {
    String node = service.qcow2(MIB);
    add(node, "b", "").expect(201);
    write(node, 0, 1);
    service.patch("/nodes/" + node, "{'readOnly':true}").expect(200);
    assertThat(strangersExtents(image(node), "b")).containsExactly("0+64");
    assertThat(service.delete(path(node, "b")).expect(409).text("code")).isEqualTo("READ_ONLY");
    service.patch("/nodes/" + node, "{'readOnly':false}").expect(200);
    service.delete(path(node, "b")).expect(200);
    service.delete("/nodes/" + node).expect(200);
    assertThat(listed(image(node))).isEmpty();
    QemuImg.assertClean(image(node));
  }

  @Test
  void refusesImagesThatKeepNone() {
    String old = Service.fresh("old");
    QemuImg.create(image(old), MIB, Map.of("compat", "0.10"));
    open(old, "");
    assertThat(add(old, "b", "").expect(422).text("code")).isEqualTo("BITMAP_UNSUPPORTED");
    String raw =
        service.added(
            "{'nodeName':'%s','driver':'null','size':1048576}".formatted(Service.fresh("null")));
    assertThat(add(raw, "b", "").expect(422).text("code")).isEqualTo("BITMAP_UNSUPPORTED");
  }

  @Test
  void anEmptyDiskHasNoneInItsImageForQemuCouldNotOpenIt() {
    String empty = service.qcow2(0);
    assertThat(add(empty, "b", "").expect(422).text("code")).isEqualTo("BITMAP_UNSUPPORTED");
    String disk = service.qcow2(MIB);
    add(disk, "b", "").expect(201);
    String emptied = "{'size':0,'allowShrink':true}";
    Answer refused = service.post("/nodes/" + disk + "/resize", emptied).expect(422);
    assertThat(refused.text("code")).isEqualTo("RESIZE_UNSUPPORTED");
    assertThat(refused.text("detail")).contains("keeps bitmaps");
    service.delete(path(disk, "b")).expect(200);
    service.post("/nodes/" + disk + "/resize", emptied).expect(200);
    for (String node : List.of(empty, disk)) {
      service.delete("/nodes/" + node).expect(200);
      QemuImg.assertClean(image(node));
    }
  }

  @Test
  void keepsManyWithLongNamesBesideABackingFileOfItsOwnName() {
    String base = service.qcow2(MIB);
    String top = Service.fresh("top");
    service
        .post(
            "/nodes/" + base + "/snapshots",
            "{'overlayFile':'%1$s.qcow2','overlayName':'%1$s'}".formatted(top))
        .expect(201);
    for (int i = 0; i < 5; i++) {
      add(top, "n".repeat(1000) + i, "").expect(201);
    }
    write(top, 512 * KIB, 1);
    service.delete("/nodes/" + top).expect(200);
    assertThat(listed(image(top))).hasSize(5);
    assertThat(QemuImg.info(image(top), "qcow2").path("backing-filename").asString())
        .contains(base);
    QemuImg.assertClean(image(top));
  }
}
