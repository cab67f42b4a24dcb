package io.blockgraph.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The service starts on an empty data directory, with the settings that differ from Spring's own.
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@DirtiesContext
class ApplicationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir static Path directory;

  @LocalServerPort int port;
  @Autowired JsonMapper json;

  record Quorum(String driver, int voteThreshold, Vote vote) {}

  enum Vote {
    MAJORITY
  }

  @DynamicPropertySource
  static void settings(DynamicPropertyRegistry registry) {
    registry.add("blockgraph.data-dir", () -> directory.resolve("data").toString());
  }

  @Test
  void makesItsDataDirectory() {
    assertThat(directory.resolve("data/images")).isDirectory();
    assertThat(directory.resolve("data/blockgraph.db")).isRegularFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/livez", "/readyz", "/actuator/health", "/actuator/info"})
  void saysHowItIs(String path) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/actuator/heapdump",
        "/actuator/env",
        "/actuator/beans",
        "/actuator/shutdown",
        "/actuator/loggers",
        "/actuator/threaddump"
      })
  void keepsToItselfWhatOnlyItsOperatorMayKnow(String path) throws Exception {
    HttpResponse<String> answer = get(path);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
  }

  @Test
  void readsWhatIsMeant() {
    assertThat(read("{\"driver\":\"quorum\",\"voteThreshold\":2,\"vote\":\"MAJORITY\"}"))
        .isEqualTo(new Quorum("quorum", 2, Vote.MAJORITY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"driver\":\"quorum\",\"voteThreshold\":2,\"voteTreshold\":3}",
        "{\"driver\":\"quorum\",\"voteThreshold\":\"2\"}",
        "{\"driver\":\"quorum\",\"voteThreshold\":2.5}",
        "{\"driver\":\"quorum\",\"voteThreshold\":true}",
        "{\"driver\":\"quorum\",\"voteThreshold\":null}",
        "{\"driver\":\"quorum\",\"voteThreshold\":99999999999}",
        "{\"driver\":7,\"voteThreshold\":2}",
        "{\"driver\":7.5,\"voteThreshold\":2}",
        "{\"driver\":true,\"voteThreshold\":2}",
        "{\"driver\":\"quorum\",\"voteThreshold\":2,\"vote\":0}",
        "{\"driver\":\"quorum\",\"driver\":\"file\",\"voteThreshold\":2}",
        "{\"driver\":\"quorum\",\"voteThreshold\":2} {}"
      })
  void refusesJsonThatIsNotExactlyRight(String body) {
    assertThatThrownBy(() -> read(body)).isInstanceOf(JacksonException.class);
  }

  private Quorum read(String body) {
    return json.readValue(body, Quorum.class);
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + port + path);
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Accept", "application/json, application/problem+json")
            .timeout(PATIENCE)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString());
    }
  }
}
