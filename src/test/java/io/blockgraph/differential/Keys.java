package io.blockgraph.differential;

import io.blockgraph.http.Service;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Secrets that both sides know, and an image that some of them open.
record Keys(Service service) {
  /// By name.
  static final Map<String, String> ALL =
      Map.of("ka", "pass-a", "kb", "pass-b", "kc", "pass-c", "kd", "pass-d");

  private static final String FILE = "keys.luks";
  private static final int FEW = 1000;

  /// An image that `ka` in slot 0, `kb` in slot 1 and `kc` in slot 3 open without much work, and
  /// `kd` does not.
  Path encrypted() {
    ALL.forEach((id, data) -> post("/secrets", Map.of("id", id, "data", data)));
    post(
        "/images",
        Map.of(
            "driver",
            "luks",
            "filename",
            FILE,
            "size",
            Sizes.DISK,
            "keySecret",
            "ka",
            "iterations",
            FEW));
    post(
        "/nodes",
        Map.of(
            "nodeName",
            "keys",
            "driver",
            "luks",
            "keySecret",
            "ka",
            "file",
            Map.of("driver", "file", "filename", FILE)));
    amended("kb", 1);
    amended("kc", 3);
    service.delete("/nodes/keys").expect(200);
    return service.images().resolve(FILE);
  }

  private void amended(String secret, int slot) {
    post(
        "/amend-jobs",
        Map.of(
            "jobId",
            "keys-job",
            "node",
            "keys",
            "driver",
            "luks",
            "state",
            "active",
            "newSecret",
            secret,
            "keyslot",
            slot,
            "iterations",
            FEW));
    JsonNode job = service.get("/jobs/keys-job?wait=30").expect(200).body();
    if (!job.path("error").isNull()) {
      throw new AssertionError(job.toString());
    }
    service.delete("/jobs/keys-job").expect(200);
  }

  private void post(String path, Map<String, ?> body) {
    Service.Answer answer = service.post(path, JsonMapper.shared().writeValueAsString(body));
    if (answer.status() / 100 != 2) {
      throw new AssertionError(path + ": " + answer.body());
    }
  }
}
