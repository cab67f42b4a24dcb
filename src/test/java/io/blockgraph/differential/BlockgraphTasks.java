package io.blockgraph.differential;

import io.blockgraph.http.Service;
import io.blockgraph.http.Service.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Blockgraph's jobs that make or amend images, and what it tells unasked. One thread.
final class BlockgraphTasks {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Service service;

  BlockgraphTasks(Service service) {
    this.service = service;
  }

  /// @param query put behind the path
  static Answer asked(Service service, Command.Http http, String query) {
    String path = http.path() + query;
    String body = JSON.writeValueAsString(http.body());
    return switch (http.method()) {
      case "DELETE" -> service.delete(path);
      case "PATCH" -> service.patch(path, body);
      case "PUT" -> service.put(path, body);
      default -> service.post(path, body);
    };
  }

  /// Sees a job to its end; what it has made is told.
  Verdict done(Command.Task task) {
    Verdict verdict = BlockgraphSide.verdict(asked(service, task.start().http(), ""));
    if (!verdict.isAccepted()) {
      return verdict;
    }
    JsonNode job = over(task.job());
    service.delete("/jobs/" + task.job()).expect(200);
    JsonNode error = job.path("error");
    return error.isNull()
        ? new Verdict.Accepted(ImageFacts.of(service.images().resolve(task.file())))
        : new Verdict.Refused(
            BlockgraphReasons.of(error.path("code").asString()), error.toString());
  }

  /// A job that has come to its end.
  private JsonNode over(String id) {
    Supplier<JsonNode> job = () -> service.get("/jobs/" + id).expect(200).body();
    Deadline.until(
        () -> job.get().path("status").asString().equals("concluded"), () -> job.get().toString());
    return job.get();
  }

  /// Sees several jobs to their ends.
  Verdict ended(Command.Group group) {
    Verdict verdict = BlockgraphSide.verdict(asked(service, group.start().http(), ""));
    if (!verdict.isAccepted()) {
      return verdict;
    }
    List<String> ends = new ArrayList<>();
    for (String id : group.jobs()) {
      ends.add(id + (over(id).path("error").isNull() ? " done" : " failed"));
    }
    group.jobs().forEach(id -> service.delete("/jobs/" + id).expect(200));
    return new Verdict.Accepted(String.join(", ", ends));
  }

  /// What was told while something was asked.
  Verdict heard(Command.Heard heard, Side side) {
    List<String> told = new ArrayList<>();
    try (Listener listener = Listener.on(service)) {
      for (Command command : heard.commands()) {
        told.add(Script.line(command) + ": " + Lives.answer(side.ask(command)));
        for (JsonNode data : listener.heard("write-threshold")) {
          told.add(
              "%s exceeds %d by %d"
                  .formatted(
                      data.path("node").asString(),
                      data.path("writeThreshold").asLong(),
                      data.path("amountExceeded").asLong()));
        }
      }
    }
    return new Verdict.Accepted(String.join(", ", told));
  }
}
