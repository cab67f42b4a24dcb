package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A service that is killed (SIGKILL) while graphs are put: its graph is one of them afterwards,
/// and nothing in between.
@Timeout(600)
class DesiredGraphKilledTest {
  private static final List<String> DISKS = List.of("a", "b", "c");

  private static final String FEW =
      "{'nodes':[{'nodeName':'f','driver':'copy-on-read','file':'a'},%s],'exports':[%s]}"
          .formatted(disk("a"), export("x", "f"));

  private static final String MANY =
      "{'nodes':[{'nodeName':'g','driver':'copy-on-read','file':'a'},%s,%s,%s],'exports':[%s,%s,%s]}"
          .formatted(
              disk("a"),
              disk("b"),
              disk("c"),
              export("x", "g"),
              export("y", "b"),
              export("z", "c"));

  @TempDir Path data;

  private static String disk(String name) {
    return "{'nodeName':'%1$s','driver':'qcow2','file':{'driver':'file','filename':'%1$s.qcow2'}}"
        .formatted(name);
  }

  private static String export(String id, String node) {
    return "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(id, node);
  }

  private static void put(Service service, String graph) {
    service
        .send(
            service
                .request("/graph?prune=true")
                .header("Content-Type", "application/json")
                .method("PUT", HttpRequest.BodyPublishers.ofString(graph.replace('\'', '"'))))
        .expect(200);
  }

  /// The nodes that the service has, and those that it exports.
  private static List<String> shape(Service service) {
    List<String> nodes =
        service.get("/nodes").expect(200).body().findValuesAsString("nodeName").stream().toList();
    List<String> exports =
        service.get("/exports").expect(200).body().findValuesAsString("nodeName").stream().toList();
    return Stream.concat(
            nodes.stream().map(node -> "node " + node), exports.stream().map(of -> "export " + of))
        .sorted()
        .distinct()
        .toList();
  }

  /// Until the service is killed.
  private static void putAll(Service service) {
    try {
      for (int i = 0; i < 1000; i++) {
        put(service, MANY);
        put(service, FEW);
      }
    } catch (UncheckedIOException e) {
      System.out.println("killed while it was asked");
    }
  }

  private void killAndLook(int rounds) throws Exception {
    long seed = Seeds.first();
    System.out.println("DesiredGraphKilledTest: -Dseed=" + seed);
    Random random = new Random(seed);
    ServiceProcess process = ServiceProcess.on(data);
    try {
      Service first = process.ready();
      for (String disk : DISKS) {
        String image = "{'driver':'qcow2','filename':'%s.qcow2','size':1048576}".formatted(disk);
        first.post("/images", image).expect(201);
      }
      put(first, MANY);
      List<String> many = shape(first);
      put(first, FEW);
      List<String> few = shape(first);
      assertThat(many).contains("node g", "node c", "export c").doesNotContain("node f");
      assertThat(few).contains("node f", "export f").doesNotContain("node g", "node c");
      for (int round = 0; round < rounds; round++) {
        Service service = process.ready();
        CompletableFuture<Void> putting =
            CompletableFuture.runAsync(() -> putAll(service), Thread::startVirtualThread);
        Thread.sleep(50 + random.nextInt(1000));
        process.kill();
        putting.join();
        process.close();
        process = ServiceProcess.on(data);
        assertThat(shape(process.ready())).as("round %d", round).isIn(List.of(many, few));
      }
    } finally {
      process.close();
    }
  }

  @Test
  @Tag("nightly")
  void theGraphIsOneOfThoseThatWerePutAfterManyKills() throws Exception {
    killAndLook(15);
  }
}
