package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Changes with an `Idempotency-Key` (docs/api.md): whoever lost an answer asks again.
class IdempotencyTest {
  private static final String REPLAYED = "Idempotency-Replayed";

  private final Service service = Service.shared();

  private static HttpRequest.Builder keyed(Service at, String path, String key) {
    return at.request(path)
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", key);
  }

  private static Answer post(Service at, String path, String key, String json) {
    return at.send(keyed(at, path, key).POST(Service.body(json)));
  }

  private static String key() {
    return UUID.randomUUID().toString();
  }

  private static String nullNode(String name) {
    return "{'nodeName':'" + name + "','driver':'null','size':512}";
  }

  private static void isTheSameAgain(Answer first, Answer again) {
    assertThat(again.status()).isEqualTo(first.status());
    assertThat(again.bytes()).isEqualTo(first.bytes());
    for (String header : List.of("Location", "ETag", "Content-Type", "Retry-After")) {
      assertThat(again.headers().allValues(header))
          .as(header)
          .isEqualTo(first.headers().allValues(header));
    }
    assertThat(first.headers().firstValue(REPLAYED)).isEmpty();
    assertThat(again.headers().firstValue(REPLAYED)).contains("true");
  }

  @Test
  void aChangeIsDoneOnceAndAnsweredTheSame() {
    String node = Service.fresh("node");
    String key = key();
    Answer first = post(service, "/nodes", key, nullNode(node)).expect(201);
    String graph = service.graph();
    isTheSameAgain(first, post(service, "/nodes", key, nullNode(node)));
    isTheSameAgain(first, post(service, "/nodes", "\"" + key + "\"", nullNode(node)));
    assertThat(service.graph()).isEqualTo(graph);
    service.delete("/nodes/" + node).expect(200);
    isTheSameAgain(first, post(service, "/nodes", key, nullNode(node)));
    service.get("/nodes/" + node).expect(404);
    post(service, "/nodes", key(), nullNode(node)).expect(201);
  }

  @Test
  void jobsAndRemovalsAreAskedAgainToo() {
    String key = key();
    String job = Service.fresh("job");
    String body = "{'jobId':'%1$s','driver':'raw','filename':'%1$s.img','size':512}".formatted(job);
    Answer started = post(service, "/create-jobs", key, body).expect(202);
    isTheSameAgain(started, post(service, "/create-jobs", key, body));
    service.get("/jobs/" + job + "?wait=30").expect(200);
    String node = service.added(nullNode(Service.fresh("node")));
    String other = key();
    Answer removed = service.send(keyed(service, "/nodes/" + node, other).DELETE());
    assertThat(removed.status()).isEqualTo(200);
    isTheSameAgain(removed, service.send(keyed(service, "/nodes/" + node, other).DELETE()));
  }

  @Test
  void aRefusalIsAnsweredAgainThoughItWouldNotBeRefusedNow() {
    String key = key();
    String node = service.added(nullNode(Service.fresh("node")));
    Answer refused = post(service, "/nodes", key, nullNode(node)).expect(409);
    service.delete("/nodes/" + node).expect(200);
    isTheSameAgain(refused, post(service, "/nodes", key, nullNode(node)));
    service.get("/nodes/" + node).expect(404);
  }

  @Test
  void anAnswerThatSaysThatNothingWasDoneIsNotKept() {
    String node = Service.fresh("faulty");
    service.added(
        ("{'nodeName':'%s','driver':'blkdebug','file':{'driver':'null','size':65536},"
                + "'injectError':[{'operation':'write-zeroes','once':true}]}")
            .formatted(node));
    String zero = "{'offset':0,'length':4096}";
    String key = key();
    Answer first = post(service, "/nodes/" + node + "/zero", key, zero);
    assertThat(first.status()).isGreaterThanOrEqualTo(500);
    Answer again = post(service, "/nodes/" + node + "/zero", key, zero).expect(200);
    assertThat(again.headers().firstValue(REPLAYED)).isEmpty();
  }

  @Test
  void anotherRequestWithTheSameKeyIsRefused() {
    String key = key();
    String node = Service.fresh("node");
    post(service, "/nodes", key, nullNode(node)).expect(201);
    List<Answer> others = new ArrayList<>();
    others.add(post(service, "/nodes", key, nullNode(Service.fresh("node"))));
    others.add(post(service, "/nodes?dryRun=false", key, nullNode(node)));
    others.add(
        service.send(
            keyed(service, "/nodes", key)
                .header("If-Match", "\"1\"")
                .POST(Service.body(nullNode(node)))));
    others.add(service.send(keyed(service, "/nodes/" + node, key).DELETE()));
    for (Answer other : others) {
      assertThat(other.expect(422).text("code")).isEqualTo("IDEMPOTENCY_KEY_REUSED");
      assertThat(other.text("detail")).contains(key);
    }
    service.get("/nodes/" + node).expect(200);
  }

  @Test
  void aDryRunTakesNoKey() {
    String key = key();
    String node = Service.fresh("node");
    post(service, "/nodes?dryRun=true", key, nullNode(node)).expect(200);
    post(service, "/nodes", key, nullNode(node)).expect(201);
  }

  @Test
  void manyAtOnceDoItOnce() {
    String key = key();
    String image = Service.fresh("disk") + ".qcow2";
    String body = "{'driver':'qcow2','filename':'" + image + "','size':1048576}";
    List<CompletableFuture<Answer>> asked = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      asked.add(
          CompletableFuture.supplyAsync(
              () -> post(service, "/images", key, body), Thread::startVirtualThread));
    }
    int done = 0;
    for (CompletableFuture<Answer> one : asked) {
      Answer answer = one.join();
      if (answer.status() == 409) {
        assertThat(answer.text("code")).isEqualTo("IDEMPOTENCY_KEY_IN_USE");
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
      } else {
        answer.expect(201);
        done += answer.headers().firstValue(REPLAYED).isEmpty() ? 1 : 0;
      }
    }
    assertThat(done).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "with space", "\"open"})
  void aKeyThatIsNoneIsRefused(String key) {
    String node = Service.fresh("node");
    Answer refused = post(service, "/nodes", key, nullNode(node)).expect(400);
    assertThat(Refusing.pointers(refused)).containsExactly("Idempotency-Key");
    service.get("/nodes/" + node).expect(404);
  }

  @Test
  void whatCannotBeKeptTakesNoKey() {
    String node = service.qcow2(512);
    Answer data =
        service.send(
            service
                .request("/nodes/" + node + "/data?offset=0")
                .header("Content-Type", "application/octet-stream")
                .header("Idempotency-Key", key())
                .PUT(HttpRequest.BodyPublishers.ofByteArray(new byte[512])));
    assertThat(data.expect(400).text("code")).isEqualTo("INVALID_PARAMETER");
    Answer secret = post(service, "/secrets", key(), "{'name':'s','data':'x'}").expect(400);
    assertThat(secret.text("detail")).contains("secrets are not written down");
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedAsWithoutAKey() {
    String large = "{'nodeName':'" + "x".repeat(2 << 20) + "'}";
    post(service, "/nodes", key(), large).expect(413);
  }

  @Test
  void outlivesARestartAndTellsWhenNobodyKnows(@TempDir Path data) throws Exception {
    String key = key();
    String lost = key();
    Answer first;
    try (Service before = Service.on(data)) {
      first = post(before, "/nodes", key, nullNode("kept")).expect(201);
      post(before, "/nodes", lost, nullNode("lost")).expect(201);
    }
    // As a kill between the change and its answer leaves it.
    try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + database(data));
        var forget =
            database.prepareStatement(
                "update kept_answer set status = null where idempotency_key = ?")) {
      forget.setString(1, lost);
      assertThat(forget.executeUpdate()).isEqualTo(1);
    }
    try (Service after = Service.on(data)) {
      isTheSameAgain(first, post(after, "/nodes", key, nullNode("kept")));
      Answer unknown = post(after, "/nodes", lost, nullNode("lost")).expect(409);
      assertThat(unknown.text("code")).isEqualTo("IDEMPOTENCY_OUTCOME_UNKNOWN");
      after.get("/nodes/lost").expect(200);
    }
  }

  private static Path database(Path data) throws Exception {
    try (var files = Files.list(data)) {
      return files.filter(file -> file.toString().endsWith(".db")).findFirst().orElseThrow();
    }
  }
}
