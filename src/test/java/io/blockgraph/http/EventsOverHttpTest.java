package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.EventReader.Told;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// The event stream as dashboards read it.
class EventsOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);

  private String nullDisk() {
    return service.added(
        "{'nodeName':'%s','driver':'null','size':512}".formatted(Service.fresh("null")));
  }

  private static boolean adds(Told told, String node) {
    return told.type().equals("graph-changed")
        && told.data().path("nodesAdded").toString().contains("\"" + node + "\"");
  }

  private static void hasNoGap(List<Told> told) {
    long first = told.getFirst().sequence();
    assertThat(told.stream().map(Told::sequence))
        .containsExactlyElementsOf(LongStream.range(first, first + told.size()).boxed().toList());
  }

  @Test
  void tellsEveryChangeOfTheGraphOnceAndInOrder() {
    try (EventReader reader = EventReader.on(service)) {
      List<String> added = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        added.add(nullDisk());
      }
      List<Told> told = reader.until(event -> adds(event, added.getLast()));
      hasNoGap(told);
      List<Told> changes = told.stream().filter(e -> e.type().equals("graph-changed")).toList();
      assertThat(changes.stream().map(e -> e.data().path("nodesAdded").path(0).asString()))
          .isEqualTo(added);
      assertThat(changes.stream().map(e -> e.data().path("revision").asLong())).isSorted();
      assertThat(changes.getLast().data().path("revision").asLong())
          .isEqualTo(service.get("/graph").body().path("revision").asLong());
    }
  }

  @Test
  void tellsEveryStateOfAJob() {
    String source = bench.disk(0x41);
    try (EventReader reader = EventReader.on(service)) {
      String job = bench.ready(source, service.qcow2(MIB), "");
      bench.succeeds(job);
      List<Told> told =
          reader.until(
              e ->
                  e.type().startsWith("job")
                      && e.data().toString().contains("\"" + job + "\"")
                      && e.data().toString().contains("concluded"));
      hasNoGap(told);
      String all = told.toString();
      assertThat(all).contains("running").contains("ready").contains("concluded");
    }
  }

  @Test
  void tellsWhoseReadFailedAndWhere() {
    String node = blkdebug("read", 1024);
    try (EventReader reader = EventReader.on(service)) {
      assertThat(service.get("/nodes/" + node + "/data?offset=1024&length=512").status())
          .isEqualTo(500);
      List<Told> told = reader.until(event -> event.type().equals("io-error"));
      assertThat(told).hasSize(1);
      var data = told.getFirst().data();
      assertThat(data.path("node").asString()).isEqualTo(node);
      assertThat(data.path("userKind").asString()).isEqualTo("command");
      assertThat(data.path("operation").asString()).isEqualTo("read");
      assertThat(data.path("offset").asLong()).isEqualTo(1024);
      assertThat(data.path("length").asLong()).isEqualTo(512);
      assertThat(data.path("error").asString()).contains("EIO");
    }
  }

  @Test
  void tellsOfNoMistakeOfTheCaller() {
    String node = nullDisk();
    try (EventReader reader = EventReader.on(service)) {
      service.get("/nodes/" + node + "/data?offset=512&length=512").expect(416);
      String last = nullDisk();
      List<Told> told = reader.until(event -> adds(event, last));
      assertThat(told.stream().map(Told::type)).doesNotContain("io-error");
    }
  }

  private String blkdebug(String operation, long offset) {
    return service.added(
        ("{'nodeName':'%s','driver':'blkdebug','file':{'driver':'null','size':65536},"
                + "'injectError':[{'operation':'%s','offset':%d,'length':512}]}")
            .formatted(Service.fresh("debug"), operation, offset));
  }

  @Test
  void goesOnBehindTheLastEventWithoutAGap() {
    String first = nullDisk();
    String id;
    try (EventReader reader = EventReader.on(service)) {
      String second = nullDisk();
      id = reader.until(event -> adds(event, second)).getLast().id();
    }
    String missed = nullDisk();
    String last = nullDisk();
    try (EventReader reader = EventReader.behind(service, id)) {
      List<Told> told = reader.until(event -> adds(event, last));
      hasNoGap(told);
      assertThat(told.toString()).contains(missed).doesNotContain("\"" + first + "\"");
      assertThat(told.getFirst().sequence()).isEqualTo(Long.parseLong(id.split("-")[1]) + 1);
    }
  }

  @Test
  void tellsToReadAnewWhenItCannotGoOn() {
    for (String id : new String[] {"nonsense", "0-1", "-", "other-7"}) {
      try (EventReader reader = EventReader.behind(service, id)) {
        assertThat(reader.until(_ -> true).getFirst().type()).isEqualTo("resync");
        String next = nullDisk();
        reader.until(event -> adds(event, next));
      }
    }
  }

  @Test
  void waitsForNoSlowReader() throws IOException {
    try (Socket slow = new Socket("127.0.0.1", service.port());
        EventReader quick = EventReader.on(service)) {
      slow.getOutputStream()
          .write(
              "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String node = nullDisk();
      for (int i = 0; i < 300; i++) {
        service.patch("/nodes/" + node, "{'readOnly':%b}".formatted(i % 2 == 0)).expect(200);
      }
      String last = nullDisk();
      hasNoGap(quick.until(event -> adds(event, last)));
    }
  }
}
