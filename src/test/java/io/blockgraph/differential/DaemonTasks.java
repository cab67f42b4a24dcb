package io.blockgraph.differential;

import io.blockgraph.strangers.StorageDaemon;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The daemon's jobs that are no block jobs, and what it tells unasked. One thread.
final class DaemonTasks {
  private static final String NO_TIME = "Unable to get accurate CPU usage";
  private static final int MOST_TRIES = 10;

  private final StorageDaemon daemon;
  private final Folder folder;

  DaemonTasks(StorageDaemon daemon, Folder folder) {
    this.daemon = daemon;
    this.folder = folder;
  }

  /// What an answer means.
  static Verdict verdict(JsonNode answer) {
    return answer.has("error")
        ? refused(answer.path("error").path("desc").asString())
        : Verdict.Accepted.DONE;
  }

  private static Verdict refused(String said) {
    return new Verdict.Refused(DaemonReasons.of(said), said);
  }

  /// Sees a job to its end; what it has made is told. How much work a key needs the daemon finds
  /// out by its own time on the CPU, which it cannot always tell; then it is asked again.
  Verdict done(Command.Task task) {
    Verdict verdict = tried(task);
    for (int i = 0; i < MOST_TRIES && verdict.toString().contains(NO_TIME); i++) {
      verdict = tried(task);
    }
    return verdict;
  }

  private Verdict tried(Command.Task task) {
    Command.Qmp qmp = task.start().qmp();
    Verdict verdict = verdict(daemon.tryExecute(qmp.command(), folder.resolved(qmp.arguments())));
    if (!verdict.isAccepted()) {
      return verdict;
    }
    Deadline.until(() -> job(task.job()).path("status").asString().equals("concluded"), task::job);
    JsonNode error = job(task.job()).path("error");
    daemon.execute("job-dismiss", Map.of("id", task.job()));
    return error.isMissingNode()
        ? new Verdict.Accepted(ImageFacts.of(folder.path().resolve(task.file())))
        : refused(error.asString());
  }

  /// Sees several jobs to their ends.
  Verdict ended(Command.Group group) {
    Command.Qmp qmp = group.start().qmp();
    Verdict verdict = verdict(daemon.tryExecute(qmp.command(), folder.resolved(qmp.arguments())));
    if (!verdict.isAccepted()) {
      return verdict;
    }
    List<String> ends = new ArrayList<>();
    for (String id : group.jobs()) {
      Deadline.until(() -> job(id).path("status").asString().equals("concluded"), () -> id);
      ends.add(id + (job(id).has("error") ? " failed" : " done"));
    }
    group.jobs().forEach(id -> daemon.execute("job-dismiss", Map.of("id", id)));
    return new Verdict.Accepted(String.join(", ", ends));
  }

  private JsonNode job(String id) {
    return daemon
        .execute("query-jobs", Map.of())
        .valueStream()
        .filter(job -> id.equals(job.path("id").asString()))
        .findFirst()
        .orElseThrow();
  }

  /// What was told while something was asked.
  Verdict heard(Command.Heard heard, Side side) {
    daemon.forgetEvents();
    List<String> told = new ArrayList<>();
    for (Command command : heard.commands()) {
      told.add(Script.line(command) + ": " + Lives.answer(side.ask(command)));
      daemon.execute("query-jobs", Map.of());
      for (JsonNode event : daemon.events("BLOCK_WRITE_THRESHOLD")) {
        JsonNode data = event.path("data");
        told.add(
            "%s exceeds %d by %d"
                .formatted(
                    data.path("node-name").asString(),
                    data.path("write-threshold").asLong(),
                    data.path("amount-exceeded").asLong()));
      }
      daemon.forgetEvents();
    }
    return new Verdict.Accepted(String.join(", ", told));
  }

  /// The states that a job has told of, in order.
  List<String> stations(String job) {
    return daemon.events("JOB_STATUS_CHANGE").stream()
        .map(event -> event.path("data"))
        .filter(data -> job.equals(data.path("id").asString()))
        .map(data -> data.path("status").asString())
        .toList();
  }
}
