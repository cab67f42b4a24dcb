package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The API document is the one in the tree, has every route, and is shown to people.
///
/// `-Dopenapi.write=true` writes openapi/blockgraph.yaml anew instead of comparing it.
class ApiDocumentTest {
  private static final Path COMMITTED = Path.of("openapi/blockgraph.yaml");

  private final Service service = Service.shared();

  @Test
  void isTheOneInTheTree() throws Exception {
    HttpResponse<String> answer = get("/v3/api-docs.yaml");

    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/yaml");
    if (Boolean.getBoolean("openapi.write")) {
      Files.writeString(COMMITTED, answer.body());
    }
    assertThat(answer.body())
        .as("the API has changed: renew the file with -Dtest=ApiDocumentTest -Dopenapi.write=true")
        .isEqualTo(Files.readString(COMMITTED));
  }

  @Test
  void hasEveryRouteAndNoOther() throws Exception {
    Set<String> documented = new TreeSet<>();
    for (var path : document().get("paths").properties()) {
      path.getValue().propertyNames().forEach(verb -> documented.add(verb + " " + path.getKey()));
    }

    assertThat(documented).isNotEmpty().isEqualTo(routes());
  }

  @Test
  void namesNoHost() throws Exception {
    assertThat(document().at("/servers/0/url").asString()).isEqualTo("/");
    assertThat(document().get("servers")).hasSize(1);
  }

  @Test
  void isShownToPeople() throws Exception {
    HttpResponse<String> page = get("/swagger-ui/index.html");
    HttpResponse<String> config = get("/v3/api-docs/swagger-config");

    assertThat(get("/swagger-ui.html").statusCode()).isIn(200, 302);
    assertThat(page.body()).contains("id=\"swagger-ui\"");
    assertThat(config.body()).contains("\"url\":\"/v3/api-docs\"");
    assertThat(get("/swagger-ui/swagger-ui-bundle.js").statusCode()).isEqualTo(200);
  }

  private Set<String> routes() {
    Set<String> routes = new TreeSet<>();
    service
        .routes()
        .getHandlerMethods()
        .forEach(
            (info, method) ->
                info.getPatternValues().stream()
                    .filter(pattern -> pattern.startsWith("/api/"))
                    .forEach(
                        pattern ->
                            info.getMethodsCondition()
                                .getMethods()
                                .forEach(
                                    verb ->
                                        routes.add(
                                            verb.name().toLowerCase(Locale.ROOT)
                                                + " "
                                                + pattern))));
    return routes;
  }

  private JsonNode document() throws Exception {
    return JsonMapper.shared().readTree(get("/v3/api-docs").body());
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI address = URI.create(service.address() + path);
    HttpRequest request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(30)).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString());
    }
  }
}
