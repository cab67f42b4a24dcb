package io.blockgraph.differential;

import io.blockgraph.http.EventReader;
import io.blockgraph.http.EventReader.Told;
import io.blockgraph.http.Service;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Listens to Blockgraph from its making on. What was told by now is known by a node that comes and
/// goes. One thread.
record Listener(Service service, EventReader reader) implements AutoCloseable {
  private static final String MARK = "heard-until-here";

  static Listener on(Service service) {
    return new Listener(service, EventReader.on(service));
  }

  /// The states that a job has told of, in order.
  List<String> stations(String job) {
    return heard("job-changed").stream()
        .filter(data -> job.equals(data.path("job").asString()))
        .map(data -> data.path("status").asString())
        .toList();
  }

  /// What was told of one kind since the last call.
  List<JsonNode> heard(String type) {
    service
        .post(
            "/nodes",
            JsonMapper.shared()
                .writeValueAsString(Map.of("nodeName", MARK, "driver", "null", "size", 512)))
        .expect(201);
    service.delete("/nodes/" + MARK).expect(200);
    return reader.until(Listener::isMark).stream()
        .filter(told -> told.type().equals(type))
        .map(Told::data)
        .toList();
  }

  private static boolean isMark(Told told) {
    return told.type().equals("graph-changed")
        && told.data().path("nodesRemoved").toString().contains(MARK);
  }

  @Override
  public void close() {
    reader.close();
  }
}
