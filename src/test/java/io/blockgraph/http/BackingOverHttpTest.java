package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.QemuImg;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A backing disk that is taken away stays away, also for an image that names one in its header.
class BackingOverHttpTest {
  private static final long MIB = 1 << 20;

  @Test
  void anImageThatNamesABackingFileOpensAgainAfterItsBackingWasTakenAway(@TempDir Path directory) {
    String add =
        "{'nodeName':'top','driver':'qcow2','file':{'driver':'file','filename':'top.qcow2'}%s}";
    try (Service service = Service.on(directory)) {
      service
          .post("/images", "{'driver':'qcow2','filename':'base.qcow2','size':%d}".formatted(MIB))
          .expect(201);
      QemuImg.run(
          "create",
          "-f",
          "qcow2",
          "-u",
          "-b",
          "base.qcow2",
          "-F",
          "qcow2",
          service.image("top.qcow2").toString(),
          "1M");
      assertThat(service.post("/nodes", add.formatted("")).expect(400).text("detail"))
          .contains("base.qcow2");
      service.added(
          "{'nodeName':'base','driver':'qcow2','readOnly':true,'file':{'driver':'file','filename':'base.qcow2'}}");
      service.post("/nodes", add.formatted(",'backing':'base'")).expect(201);
      service.patch("/nodes/top", "{'backing':null}").expect(200);
    }
    try (Service again = Service.on(directory)) {
      assertThat(again.get("/nodes/top").expect(200).text("state")).isEqualTo("open");
    }
  }
}
