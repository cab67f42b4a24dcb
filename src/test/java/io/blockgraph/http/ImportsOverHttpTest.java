package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Images of other formats, read over HTTP.
class ImportsOverHttpTest {
  private static final long MIB = 1 << 20;

  private final Service service = Service.shared();

  /// A disk of 4 MiB that holds sevens in its third MiB.
  private String imported(String driver) {
    String file = Service.fresh("import") + "." + driver;
    Path raw = service.image(file + ".raw");
    QemuImg.createRaw(raw, 4 * MIB);
    QemuIo.run(raw, "raw", QemuIo.write(7, 2 * MIB, MIB));
    QemuImg.convert(raw, "raw", service.image(file), driver);
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"vdi", "vpc", "vhdx", "vmdk"})
  void isReadAndCanBeTheBackingDiskOfAnOverlay(String driver) {
    String file = imported(driver);
    String node = Service.fresh("imported");
    service.added(
        "{'nodeName':'%s','driver':'%s','readOnly':true,'file':{'driver':'file','filename':'%s'}}"
            .formatted(node, driver, file));
    assertThat(service.data(node, 2 * MIB, 4096)).containsOnly(7);
    assertThat(service.data(node, MIB, 4096)).containsOnly(0);
    String overlay = service.qcow2(4 * MIB, ",'backing':'" + node + "'");
    service.putData(overlay, 2 * MIB + 100, new byte[] {1, 2}).expect(200);
    assertThat(service.data(overlay, 2 * MIB + 99, 4)).containsExactly(7, 1, 2, 7);
    String change = "{'readOnly':false}";
    assertThat(service.patch("/nodes/" + node, change).expect(409).text("code"))
        .isEqualTo("READ_ONLY");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vdi", "vpc", "vhdx", "vmdk"})
  void isDescribedCheckedAndMappedAndNeverMade(String driver) {
    String file = imported(driver);
    String query = "?driver=" + driver + "&filename=" + file;
    var facts = service.get("/images/info" + query).expect(200).body().path("facts");
    assertThat(facts.path("virtualSize").asLong())
        .isEqualTo(QemuImg.info(service.image(file), driver).path("virtual-size").asLong());
    assertThat(service.get("/images/check" + query).expect(200).body().path("clean").asBoolean())
        .isTrue();
    var map = service.get("/images/map" + query).expect(200).body();
    assertThat(map.path("end").asLong()).isEqualTo(facts.path("virtualSize").asLong());
    String writable =
        "{'nodeName':'%s','driver':'%s','file':{'driver':'file','filename':'%s'}}"
            .formatted(Service.fresh("refused"), driver, file);
    assertThat(service.post("/nodes", writable).expect(409).text("code")).isEqualTo("READ_ONLY");
  }
}
