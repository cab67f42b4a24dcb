package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// How much of the history is kept, and that a restart takes nothing away.
class HistoryKeptTest {
  private static final String THREE = "--blockgraph.history.revisions=3";

  @TempDir Path data;

  private static List<Long> revisions(Service service) {
    return service
        .get("/graph/revisions")
        .expect(200)
        .body()
        .path("revisions")
        .valueStream()
        .map(one -> one.path("revision").asLong())
        .toList();
  }

  private static JsonNode past(Service service, long revision) {
    return service.get("/graph?revision=" + revision).expect(200).body();
  }

  @Test
  void keepsAsManyRevisionsAsItIsToldOverARestart() {
    JsonNode before;
    try (Service service = Service.on(data, THREE)) {
      for (int i = 1; i <= 5; i++) {
        service.added("{'nodeName':'kept-%d','driver':'null','size':512}".formatted(i));
      }
      assertThat(revisions(service)).containsExactly(5L, 4L, 3L);
      before = past(service, 2);
      assertThat(before.path("nodes")).hasSize(2);
      service.get("/graph?revision=1").expect(404);
    }
    try (Service service = Service.on(data, THREE)) {
      assertThat(revisions(service)).containsExactly(5L, 4L, 3L);
      assertThat(past(service, 2)).isEqualTo(before);
      service.post("/graph/revisions/2/revert", "").expect(200);
      assertThat(service.get("/graph").body().path("nodes")).hasSize(2);
    }
  }
}
