package io.blockgraph.driver.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.graph.NodeSpec;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpDriverTest extends DriverContract {
  private final WebServer server = new WebServer(new byte[(int) SIZE_BYTES]);
  private final Driver driver = new HttpDriver(AllowedUrls.of(List.of(server.url("/"))));

  @AfterEach
  void stop() {
    server.close();
  }

  @Override
  protected Driver driver() {
    return driver;
  }

  @Override
  protected Set<Ability> abilities() {
    return Set.of();
  }

  @Override
  protected boolean takesWrites() {
    return false;
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("url", server.url("/a.img"), "readOnly", true);
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return on.open(driver, goodRequest(), Map.of());
  }

  private BlockIo open(Map<String, ?> more) {
    Map<String, Object> given = new HashMap<>(goodRequest());
    given.putAll(more);
    return bench().open(driver, given, Map.of()).disk();
  }

  private byte[] random() {
    byte[] bytes = new byte[300_000];
    new Random(7).nextBytes(bytes);
    server.content = bytes;
    return bytes;
  }

  @Test
  void showsWhatTheServerHas() {
    byte[] bytes = random();
    BlockIo disk = open(Map.of("readahead", 4096));
    assertThat(disk.sizeBytes()).isEqualTo(bytes.length);
    assertThat(Content.read(disk, 0, bytes.length)).isEqualTo(bytes);
    assertThat(Content.read(disk, 123_457, 999))
        .isEqualTo(Arrays.copyOfRange(bytes, 123_457, 124_456));
    assertThat(Content.read(disk, bytes.length - 1, 1)).containsExactly(bytes[bytes.length - 1]);
  }

  @Test
  void aReadTakesWhatLiesBehindItAlong() {
    random();
    BlockIo disk = open(Map.of("readahead", 65_536));
    for (int i = 0; i < 20; i++) {
      Content.read(disk, i * 3000L, 3000);
    }
    assertThat(server.ranges).containsExactly("bytes=0-65535");
  }

  @Test
  void aFileThatHasChangedIsReadNoMoreEvenWhenItChangesBack() {
    random();
    BlockIo disk = open(Map.of("readahead", 0));
    Content.read(disk, 0, 10);
    server.etag = "\"2\"";
    refused(Kind.CORRUPT, () -> Content.read(disk, 0, 10));
    server.etag = "\"1\"";
    refused(Kind.CORRUPT, () -> Content.read(disk, 0, 10));
  }

  @Test
  void aChangeShowsInTheAnswerOfAServerThatTakesNoConditions() {
    random();
    BlockIo disk = open(Map.of("readahead", 0));
    server.answer =
        exchange -> {
          exchange.getResponseHeaders().set("ETag", "\"2\"");
          server.part(exchange, exchange.getRequestHeaders().getFirst("Range"), 0);
        };
    refused(Kind.CORRUPT, () -> Content.read(disk, 0, 10));
  }

  @Test
  void anotherLengthIsAChangeToo() {
    random();
    BlockIo disk = open(Map.of("readahead", 0));
    server.content = Arrays.copyOf(server.content, 299_999);
    refused(Kind.CORRUPT, () -> Content.read(disk, 0, 10));
  }

  @Test
  void aRedirectIsNotFollowed() {
    server.answer =
        exchange -> {
          exchange.getResponseHeaders().set("Location", "http://169.254.169.254/secret");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        };
    assertThatThrownBy(() -> open(Map.of()))
        .hasMessageContaining("169.254.169.254")
        .hasMessageContaining("not followed");
  }

  @Test
  void aServerWithoutRangesIsRefused() {
    BlockIo disk = open(Map.of());
    server.answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          endless(exchange);
        };
    refused(Kind.UNSUPPORTED, () -> Content.read(disk, 0, 10));
  }

  private static void endless(HttpExchange exchange) throws IOException {
    while (true) {
      exchange.getResponseBody().write(new byte[4096]);
    }
  }

  @Test
  void anAnswerThatIsTooLongOrAnotherRangeIsAnError() {
    random();
    BlockIo disk = open(Map.of("readahead", 0));
    server.answer = exchange -> server.part(exchange, range(exchange), 1 << 20);
    refused(Kind.IO, () -> Content.read(disk, 0, 10));
    server.answer = exchange -> server.part(exchange, "bytes=1-10", 0);
    refused(Kind.IO, () -> Content.read(disk, 0, 10));
  }

  @Test
  void anAnswerThatIsShorterThanItSaysIsAnError() {
    random();
    BlockIo disk = open(Map.of("readahead", 0));
    server.answer =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 0-9/300000");
          exchange.sendResponseHeaders(206, 5);
          exchange.getResponseBody().write(new byte[5]);
          exchange.close();
        };
    refused(Kind.IO, () -> Content.read(disk, 0, 10));
  }

  /// RFC 9110, 13.1.1: If-Match compares strongly, so that no weak tag ever matches.
  @Test
  void aWeakTagIsNoCondition() {
    server.etag = "W/\"1\"";
    byte[] bytes = random();
    BlockIo disk = open(Map.of("readahead", 0));
    List<String> conditions = new CopyOnWriteArrayList<>();
    server.answer =
        exchange -> {
          conditions.add(String.valueOf(exchange.getRequestHeaders().getFirst("If-Match")));
          server.part(exchange, range(exchange), 0);
        };
    assertThat(Content.read(disk, 0, 10)).isEqualTo(Arrays.copyOf(bytes, 10));
    assertThat(conditions).containsExactly("null");
  }

  private static String range(HttpExchange exchange) {
    return exchange.getRequestHeaders().getFirst("Range");
  }

  @Test
  void aServerThatDripsIsTooSlow() {
    random();
    BlockIo disk = patiently(() -> open(Map.of("readahead", 0, "timeout", 1)));
    server.answer =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 0-999/300000");
          exchange.sendResponseHeaders(206, 1000);
          for (int i = 0; i < 1000; i++) {
            exchange.getResponseBody().write(0);
            exchange.getResponseBody().flush();
            pause();
          }
        };
    refused(Kind.TIMEOUT, () -> Content.read(disk, 0, 1000));
    server.answer = server::well;
    assertThat(patiently(() -> Content.read(disk, 0, 1000))).hasSize(1000);
  }

  /// A busy machine may let a second go by before it comes to answer at all: then it is asked
  /// again.
  private static <T> T patiently(Supplier<T> request) {
    for (int tries = 1; ; tries++) {
      try {
        return request.get();
      } catch (BlockException e) {
        if (e.kind() != Kind.TIMEOUT || tries == 10) {
          throw e;
        }
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void takesNoPlaceThatTheSettingDoesNotCover() {
    for (String url : List.of("http://localhost:1/", server.url("/").replace("http:", "https:"))) {
      assertThatThrownBy(() -> open(Map.of("url", url)))
          .hasMessageContaining("blockgraph.http-client.allow");
    }
  }

  @Test
  void aUrlOfDoubtfulMeaningIsRefused() {
    for (String path : List.of("/a/../b", "/a/%2e%2e/b", "//b", "/a%2Fb", "/a#b")) {
      NodeSpec spec = Bench.spec(driver, Map.of("url", server.url(path), "readOnly", true));
      assertThat(driver.rules().objection(spec)).isPresent();
    }
    NodeSpec userInfo = Bench.spec(driver, Map.of("url", "http://a@b/c", "readOnly", true));
    assertThat(driver.rules().objection(userInfo)).isPresent();
  }

  @Test
  void aNodeThatIsToBeWrittenIsRefused() {
    NodeSpec writable = Bench.spec(driver, Map.of("url", server.url("/a.img")));
    assertThat(driver.rules().objection(writable).orElseThrow()).contains("'readOnly'");
  }

  @Test
  void anEntryWithoutASlashAtItsEndIsOnlyItself() {
    AllowedUrls one = AllowedUrls.of(List.of("https://images.example/a.img"));
    assertThat(one.allows(AllowedUrls.plain("https://images.example:443/b.img"))).isFalse();
    assertThat(one.allows(AllowedUrls.plain("https://images.example/a.img"))).isTrue();
    AllowedUrls below = AllowedUrls.of(List.of("https://images.example/isos/"));
    assertThat(below.allows(AllowedUrls.plain("https://IMAGES.example:443/isos/a"))).isTrue();
    assertThat(below.allows(AllowedUrls.plain("https://images.example/isosx"))).isFalse();
    assertThat(below.allows(AllowedUrls.plain("http://images.example/isos/a"))).isFalse();
    assertThat(below.allows(AllowedUrls.plain("https://images.example:444/isos/a"))).isFalse();
  }
}
