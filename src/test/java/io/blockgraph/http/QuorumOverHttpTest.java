package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.EventReader.Told;
import io.blockgraph.http.Service.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Quorums of raw disks in real files as operators see them (BG-40 to BG-43, BG-50). A child goes
/// bad by other bytes in its file, written behind the service's back.
class QuorumOverHttpTest {
  private static final int SIZE = 256 * 1024;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);

  private String raw(int value) throws IOException {
    String name = Service.fresh("vote");
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, (byte) value);
    Files.write(service.image(name + ".img"), bytes);
    return service.added(
        "{'nodeName':'%s','driver':'raw','file':{'driver':'file','filename':'%s.img'}}"
            .formatted(name, name));
  }

  private String quorum(int threshold, String more, String... children) {
    return service.added(quorumJson(threshold, more, children));
  }

  private static String quorumJson(int threshold, String more, String... children) {
    return "{'nodeName':'%s','driver':'quorum','voteThreshold':%d,'children':['%s']%s}"
        .formatted(Service.fresh("quorum"), threshold, String.join("','", children), more);
  }

  private byte[] file(String child) throws IOException {
    return Files.readAllBytes(service.image(child + ".img"));
  }

  /// A node that fails every request of one kind.
  private String failing(String child, String operation) {
    return service.added(
        "{'nodeName':'%s','driver':'blkdebug','file':'%s','injectError':[{'operation':'%s'}]}"
            .formatted(Service.fresh("faulty"), child, operation));
  }

  private Answer read(String node) {
    return service.get("/nodes/" + node + "/data?offset=0&length=4096");
  }

  @Test
  void tellsAmongItsFactsHowEachChildVoted() throws IOException {
    String liar = raw(2);
    String quorum = quorum(2, "", raw(1), liar, raw(1));
    for (int i = 0; i < 3; i++) {
      read(quorum).expect(200);
    }
    JsonNode votes = service.get("/nodes/" + quorum).expect(200).body().path("facts").path("votes");
    assertThat(votes).hasSize(3);
    assertThat(votes.path(0).path("agreed").asLong()).isEqualTo(3);
    assertThat(votes.path(1).path("child").asString()).isEqualTo("children.1");
    assertThat(votes.path(1).path("node").asString()).isEqualTo(liar);
    assertThat(votes.path(1).path("lost").asLong()).isEqualTo(3);
    assertThat(votes.path(1).path("bad").asBoolean()).isTrue();
    assertThat(votes.path(2).path("bad").asBoolean()).isFalse();
  }

  @Test
  void asksItsChildrenAtTheSameTime() throws Exception {
    String group = Service.fresh("group");
    service.post("/throttle-groups", "{'id':'%s','bpsTotal':1}".formatted(group)).expect(201);
    String[] slow = {throttled(group), throttled(group), throttled(group)};
    read(slow[0]).expect(200); // The first request of the group passes, and none after it.
    String quorum = quorum(2, "", slow);
    CompletableFuture<Answer> reading =
        CompletableFuture.supplyAsync(() -> read(quorum), Thread::startVirtualThread);
    List.of(slow).forEach(service::awaitsRequestAt);
    service.patch("/throttle-groups/" + group, "{'bpsTotal':null}").expect(200);
    reading.get(60, TimeUnit.SECONDS).expect(200);
  }

  private String throttled(String group) {
    return service.added(
        ("{'nodeName':'%s','driver':'throttle','throttleGroup':'%s',"
                + "'file':{'driver':'null','size':%d}}")
            .formatted(Service.fresh("slow"), group, SIZE));
  }

  private List<Told> toldWhile(EventReader reader, String type, Runnable work) {
    work.run();
    return reader.until(event -> event.type().equals(type));
  }

  @Test
  void outvotesAChildThatWentBadAndNamesItBG43() throws IOException {
    String bad = raw(2);
    String quorum = quorum(2, "", raw(1), bad, raw(1));
    try (EventReader reader = EventReader.on(service)) {
      Told told =
          toldWhile(
                  reader,
                  "quorum-report-bad",
                  () -> assertThat(read(quorum).expect(200).bytes()).containsOnly((byte) 1))
              .getLast();
      assertThat(told.data().path("node").asString()).isEqualTo(quorum);
      assertThat(told.data().path("child").asString()).isEqualTo("children.1");
    }
    assertThat(file(bad)).containsOnly((byte) 2);
  }

  @Test
  void rewritesALoserWhenAskedToBG43() throws IOException {
    String bad = raw(2);
    String quorum = quorum(2, ",'rewriteCorrupted':true", raw(1), bad, raw(1));
    assertThat(service.data(quorum, 0, SIZE)).containsOnly((byte) 1);
    assertThat(file(bad)).containsOnly((byte) 1);
  }

  @Test
  void failsAReadWithoutAWinnerAndTellsBG43() throws IOException {
    String quorum = quorum(2, "", raw(1), raw(2), raw(3));
    try (EventReader reader = EventReader.on(service)) {
      Told told =
          toldWhile(
                  reader,
                  "quorum-failure",
                  () -> assertThat(read(quorum).expect(500).text("code")).isEqualTo("IO_ERROR"))
              .getLast();
      assertThat(told.data().path("node").asString()).isEqualTo(quorum);
    }
  }

  @Test
  void takesTheFirstChildThatAnswersWithFifoBG43() throws IOException {
    String quorum = quorum(1, ",'readPattern':'fifo'", failing(raw(9), "read"), raw(5), raw(6));
    assertThat(read(quorum).expect(200).bytes()).containsOnly((byte) 5);
  }

  @Test
  void failsOnAnyDifferenceInBlkverifyModeAndSaysWhereBG43() throws IOException {
    String[] children = {raw(1), raw(1)};
    String quorum = quorum(2, ",'blkverify':true", children);
    assertThat(read(quorum).expect(200).bytes()).containsOnly((byte) 1);
    byte[] bytes = file(children[1]);
    bytes[1234] = 7;
    Files.write(service.image(children[1] + ".img"), bytes);
    assertThat(read(quorum).expect(500).text("detail")).contains("1234");
    String json = quorumJson(1, ",'blkverify':true", children);
    refusing.of(422, "BAD_SHAPE", () -> service.post("/nodes", json));
  }

  @Test
  void writesAndFlushesSucceedWithEnoughChildrenAndFailWithTooFewBG43() throws IOException {
    String good = raw(0);
    String half = quorum(1, "", good, failing(raw(0), "write"));
    service.putData(half, 0, new byte[] {1, 2, 3}).expect(200);
    assertThat(Arrays.copyOf(file(good), 3)).isEqualTo(new byte[] {1, 2, 3});
    String both = quorum(2, "", raw(0), failing(raw(0), "write"));
    assertThat(service.putData(both, 0, new byte[] {1}).status()).isEqualTo(500);
    String flushing = quorum(2, "", raw(0), raw(0), failing(raw(0), "flush"));
    service.post("/nodes/" + flushing + "/flush", "").expect(200);
  }

  @Test
  void refusesChildrenOfDifferentLengthBG43() throws IOException {
    String shorter = raw(1);
    String longer = service.qcow2(2 * SIZE);
    Answer answer =
        refusing.of(
            422, "SIZE_MISMATCH", () -> service.post("/nodes", quorumJson(1, "", shorter, longer)));
    assertThat(answer.text("detail")).contains(Integer.toString(SIZE), Integer.toString(2 * SIZE));
  }

  @Test
  void isNoFilterSoThatItsChainEndsWithItBG40() throws IOException {
    String child = raw(1);
    String quorum = quorum(1, "", child);
    JsonNode layers = service.get("/nodes/" + quorum + "/snapshots").expect(200).body();
    assertThat(layers.path("layers")).hasSize(1);
    JsonNode edge = service.get("/edges/" + quorum + ":children.0").expect(200).body();
    assertThat(words(edge.path("roles"))).containsExactly("data");
  }

  private static Stream<String> words(JsonNode list) {
    return list.valueStream().map(JsonNode::asString);
  }

  @Test
  void sharesNeitherWriteNorResizeOfItsChildrenWhoeverUsesItBG41() throws IOException {
    String child = raw(1);
    String quorum = quorum(1, ",'rewriteCorrupted':true", child);
    JsonNode edge = service.get("/edges/" + quorum + ":children.0").expect(200).body();
    assertThat(words(edge.path("shared")))
        .containsExactlyInAnyOrder("consistent-read", "write-unchanged");
    assertThat(words(edge.path("taken"))).contains("write");
    refusing.of(
        409,
        "PERMISSION_CONFLICT",
        () ->
            service.post(
                "/exports",
                "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}"
                    .formatted(Service.fresh("export"), child)));
  }

  @Test
  void refusesAChildThatSomebodyWritesAlreadyBG50() throws IOException {
    String child = raw(1);
    String json = quorumJson(1, "", child, raw(1));
    String export = Service.fresh("writer");
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}".formatted(export, child))
        .expect(201);
    Answer answer = refusing.of(409, "PERMISSION_CONFLICT", () -> service.post("/nodes", json));
    assertThat(answer.text("detail")).contains("'" + export + "'").contains("write");
    service.delete("/exports/" + export).expect(200);
  }
}
