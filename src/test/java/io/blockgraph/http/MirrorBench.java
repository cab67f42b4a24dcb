package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// Disks and mirror jobs on a service.
final class MirrorBench {
  static final long MIB = 1 << 20;
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final Service service;

  MirrorBench(Service service) {
    this.service = service;
  }

  /// A qcow2 disk of 1 MiB, full of `value`.
  String disk(int value) {
    String node = service.qcow2(MIB);
    fill(node, value);
    return node;
  }

  byte[] fill(String node, int value) {
    byte[] bytes = new byte[(int) MIB];
    Arrays.fill(bytes, (byte) value);
    service.putData(node, 0, bytes).expect(200);
    return bytes;
  }

  byte[] content(String node) {
    return service.data(node, 0, (int) MIB);
  }

  /// A quorum over `children` that wants as many votes as the bigger half.
  String quorum(String... children) {
    return service.added(
        "{'nodeName':'%s','driver':'quorum','voteThreshold':%d,'children':['%s']}"
            .formatted(
                Service.fresh("quorum"), children.length / 2 + 1, String.join("','", children)));
  }

  String filter(String below) {
    return service.added(
        "{'nodeName':'%s','driver':'copy-on-read','file':'%s'}"
            .formatted(Service.fresh("cor"), below));
  }

  /// An export of a node, and its id.
  String export(String node, boolean writable) {
    String id = Service.fresh("export");
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':%b}".formatted(id, node, writable))
        .expect(201);
    return id;
  }

  /// Asks for a job; `more` holds further members.
  Answer ask(String job, String source, String target, String more) {
    return service.post("/mirror-jobs", body(job, source, target, more));
  }

  static String body(String job, String source, String target, String more) {
    String sync = more.contains("'sync'") ? "" : ",'sync':'full'";
    return "{'jobId':'%s','source':'%s','target':'%s'%s%s}"
        .formatted(job, source, target, sync, more.isEmpty() ? "" : "," + more);
  }

  /// A job that has become ready.
  String ready(String source, String target, String more) {
    String job = Service.fresh("job");
    return ready(job, ask(job, source, target, more));
  }

  /// The same, with all members of the request but the job's id in `members`.
  String readyWith(String members) {
    String job = Service.fresh("job");
    return ready(job, service.post("/mirror-jobs", "{'jobId':'" + job + "'," + members + "}"));
  }

  private String ready(String job, Answer asked) {
    assertThat(asked.expect(202).headers().firstValue("Location")).contains("/api/v1/jobs/" + job);
    Answer answer = service.get("/jobs/" + job + "?wait=30").expect(200);
    assertThat(answer.text("status")).describedAs(answer.body().toString()).isEqualTo("ready");
    return job;
  }

  /// The job as soon as `enough` holds of it.
  JsonNode await(String job, Predicate<JsonNode> enough) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      JsonNode now = service.get("/jobs/" + job).expect(200).body();
      if (enough.test(now)) {
        return now;
      }
      assertThat(System.nanoTime()).describedAs(now.toString()).isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }

  /// Waits until a job has copied all there is: it looks at its disks, and touches them no more.
  void copiesNothingMore(String job) {
    await(job, now -> now.path("progress").path("bytesLeft").asLong(-1) == 0);
  }

  /// Waits until nothing happens any more to a job unless it is asked for.
  void settled(String job) {
    service.get("/jobs/" + job + "?wait=30").expect(200);
  }

  Answer complete(String job) {
    return service.post("/jobs/" + job + "/complete?wait=30", "").expect(200);
  }

  /// Completes a job and expects it to have done what it was asked.
  void succeeds(String job) {
    Answer over = complete(job);
    assertThat(over.text("status")).isEqualTo("concluded");
    assertThat(over.body().path("error").isMissingNode() || over.body().path("error").isNull())
        .describedAs(over.body().toString())
        .isTrue();
  }
}
