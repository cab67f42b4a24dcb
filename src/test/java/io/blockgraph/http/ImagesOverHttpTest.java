package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.QemuImg;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Image files over HTTP, with and without a node over them.
class ImagesOverHttpTest {
  private static final long MIB = 1 << 20;

  private final Service service = Service.shared();

  @Test
  void makesARawImageOfTheLengthAsked() {
    String file = Service.fresh("image") + ".raw";
    service
        .post("/images", "{'driver':'raw','filename':'%s','size':%d}".formatted(file, MIB))
        .expect(201);
    assertThat(service.image(file)).hasSize(MIB);
  }

  @Test
  void neverMakesAnImageOverAFileThatIsThere() {
    String node = service.qcow2(MIB);
    var refused =
        service.post(
            "/images", "{'driver':'qcow2','filename':'%s.qcow2','size':%d}".formatted(node, MIB));
    assertThat(refused.expect(409).text("code")).isEqualTo("IMAGE_EXISTS");
  }

  @Test
  void mapsAnImageAsQemuImgDoes() {
    String node = service.qcow2(4 * MIB);
    service.putData(node, MIB, new byte[] {1, 2, 3}).expect(200);
    service.delete("/nodes/" + node).expect(200);
    String file = node + ".qcow2";
    JsonNode ours =
        service.get("/images/map?driver=qcow2&filename=" + file).expect(200).body().path("extents");
    JsonNode theirs = QemuImg.map(service.image(file), "qcow2");
    assertThat(dataBytes(ours, "length")).isEqualTo(dataBytes(theirs, "length")).isEqualTo(65536);
  }

  private static long dataBytes(JsonNode extents, String length) {
    long sum = 0;
    for (JsonNode extent : extents) {
      boolean data =
          extent.has("data") ? extent.path("data").asBoolean() : !extent.path("zero").asBoolean();
      sum += data ? extent.path(length).asLong() : 0;
    }
    return sum;
  }

  @Test
  void checksAnImageAndTheImageUnderANode() {
    String node = service.qcow2(MIB);
    assertThat(
            service.get("/nodes/" + node + "/check").expect(200).body().path("clean").asBoolean())
        .isTrue();
    String path = "/images/check?driver=qcow2&filename=" + node + ".qcow2";
    assertThat(service.get(path).expect(409).text("code")).isEqualTo("IMAGE_LOCKED");
    service.delete("/nodes/" + node).expect(200);
    assertThat(service.get(path).expect(200).body().path("clean").asBoolean()).isTrue();
    assertThat(
            service
                .get("/images/info?driver=qcow2&filename=" + node + ".qcow2")
                .expect(200)
                .body()
                .path("facts")
                .isEmpty())
        .isFalse();
  }

  /// Refcounts reach such an image late, and clusters are given back a while after they are freed:
  /// neither is a fault of the image.
  @Test
  void findsNothingWrongWithASoundImageThatIsWritten() {
    String file = Service.fresh("image") + ".qcow2";
    String node = Service.fresh("disk");
    service
        .post(
            "/images",
            "{'driver':'qcow2','filename':'%s','size':%d,'clusterSize':4096,'lazyRefcounts':true}"
                .formatted(file, MIB))
        .expect(201);
    service.added(
        "{'nodeName':'%s','driver':'qcow2','file':{'driver':'file','filename':'%s'}}"
            .formatted(node, file));
    byte[] bytes = new byte[1 << 19];
    Arrays.fill(bytes, (byte) 5);
    service.putData(node, 0, bytes).expect(200);
    service.post("/nodes/" + node + "/zero", "{'offset':4096,'length':65536}").expect(200);
    JsonNode check = service.get("/nodes/" + node + "/check").expect(200).body();
    assertThat(check.path("clean").asBoolean()).as(check.toString()).isTrue();
    service.putData(node, 4096, bytes).expect(200);
    assertThat(service.data(node, 0, bytes.length)).isEqualTo(bytes);
  }

  @Test
  void saysThatARawImageCannotBeChecked() {
    String file = Service.fresh("image") + ".raw";
    service
        .post("/images", "{'driver':'raw','filename':'%s','size':%d}".formatted(file, MIB))
        .expect(201);
    assertThat(service.get("/images/check?driver=raw&filename=" + file).expect(422).text("code"))
        .isEqualTo("OPERATION_UNSUPPORTED");
  }
}
