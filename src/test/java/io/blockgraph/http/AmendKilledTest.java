package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.strangers.QemuImg;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A service that is killed (SIGKILL) while the key of an encrypted image is changed again and
/// again: the image opens with the old key or the new one, and with each that was answered for.
@Timeout(600)
class AmendKilledTest {
  @TempDir Path data;

  /// The keys of one image.
  private static final class Keys {
    final String image;
    String now = "a";
    String next = "b";

    /// Whether it was answered that the next opens the image.
    boolean added;

    int changes;

    Keys(String image) {
      this.image = image;
    }
  }

  private static void make(Service service, String image) {
    for (String key : new String[] {"a", "b"}) {
      service.post("/secrets", "{'id':'%s','data':'%s-word'}".formatted(key, key)).expect(201);
    }
    service
        .post(
            "/images",
            "{'driver':'luks','filename':'%s.luks','size':65536,'keySecret':'a','iterations':1000}"
                .formatted(image))
        .expect(201);
    service.added(
        "{'nodeName':'%s','driver':'luks','keySecret':'a','file':{'driver':'file','filename':'%s.luks'}}"
            .formatted(image, image));
  }

  private static void amend(Service service, Keys keys, String more) {
    String job = keys.image + "-" + keys.changes++;
    service
        .post(
            "/amend-jobs",
            "{'jobId':'%s','node':'%s','driver':'luks',%s}".formatted(job, keys.image, more))
        .expect(202);
    JsonNode end = service.get("/jobs/" + job + "?wait=60").expect(200).body();
    assertThat(end.path("status").asString()).isEqualTo("concluded");
    assertThat(end.path("error").isNull()).as(end.toString()).isTrue();
  }

  private static void turn(Service service, Keys keys) {
    amend(service, keys, "'state':'active','iterations':1000,'newSecret':'" + keys.next + "'");
    keys.added = true;
    service.patch("/nodes/" + keys.image, "{'keySecret':'" + keys.next + "'}").expect(200);
    amend(service, keys, "'state':'inactive','oldSecret':'" + keys.now + "'");
    String last = keys.now;
    keys.added = false;
    keys.now = keys.next;
    keys.next = last;
  }

  private boolean opens(String image, String key) {
    String options =
        "driver=luks,key-secret=key,file.driver=file,file.filename="
            + data.resolve("images/" + image + ".luks");
    return QemuImg.run(
                "compare",
                "--object",
                "secret,id=key,data=" + key + "-word",
                "--image-opts",
                options,
                options)
            .exitCode()
        == 0;
  }

  private void killAndLook(int rounds) throws Exception {
    long seed = Seeds.first();
    System.out.println("AmendKilledTest: -Dseed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < rounds; round++) {
      Keys keys = new Keys("image" + round);
      try (ServiceProcess process = ServiceProcess.on(data)) {
        Service service = process.ready();
        make(service, keys.image);
        CompletableFuture<Void> turning = untilKilled(service, keys);
        Thread.sleep(random.nextInt(1000));
        process.kill();
        turning.join();
      }
      look(keys);
    }
  }

  private static CompletableFuture<Void> untilKilled(Service service, Keys keys) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            while (true) {
              turn(service, keys);
            }
          } catch (UncheckedIOException e) {
            System.out.println("killed after " + keys.changes + " changes of " + keys.image);
          }
        },
        Thread::startVirtualThread);
  }

  private void look(Keys keys) {
    boolean old = opens(keys.image, keys.now);
    boolean fresh = opens(keys.image, keys.next);
    assertThat(old || fresh).as(keys.image).isTrue();
    assertThat(fresh || !keys.added).as("the answered key opens " + keys.image).isTrue();
    assertThat(old || keys.added).as("the only key opens " + keys.image).isTrue();
  }

  @Test
  void anImageOpensAfterAKill() throws Exception {
    killAndLook(1);
  }

  @Test
  @Tag("nightly")
  void anImageOpensAfterManyKills() throws Exception {
    killAndLook(25);
  }
}
