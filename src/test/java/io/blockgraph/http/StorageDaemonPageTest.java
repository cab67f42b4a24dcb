package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// docs/from-qemu-storage-daemon.md leaves out no command and no event of the daemon that is
/// installed, and what it shows works: its examples are made, from the first to the last, at a
/// service that had nothing before.
class StorageDaemonPageTest {
  private static final Path PAGE = Path.of("docs", "from-qemu-storage-daemon.md");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// A row of a table: a name, and what stands for it here.
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([\\w-]+)` \\| (.+?) \\|$");

  /// An example: a name, a request, perhaps with a body, and the status of the answer.
  private static final Pattern EXAMPLE =
      Pattern.compile(
          "(?m)^    ([\\w-]+) +(GET|POST|PUT|PATCH|DELETE) (\\S+)(?: (\\{.*}))? -> (\\d{3})$");

  /// How a row begins that has no request, and says why.
  private static final String NONE = "none: ";

  private record Example(String name, String method, String path, String body, int status) {}

  private static String page() throws IOException {
    return Files.readString(PAGE);
  }

  private static Map<String, String> rows() throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    Matcher row = ROW.matcher(page());
    while (row.find()) {
      assertThat(rows.put(row.group(1), row.group(2))).as("one row of %s", row.group(1)).isNull();
    }
    return rows;
  }

  private static List<Example> examples() throws IOException {
    List<Example> found = new ArrayList<>();
    Matcher example = EXAMPLE.matcher(page());
    while (example.find()) {
      String body = example.group(4) == null ? "" : example.group(4);
      int status = Integer.parseInt(example.group(5));
      found.add(new Example(example.group(1), example.group(2), example.group(3), body, status));
    }
    return found;
  }

  /// What the daemon answers to each of these commands, which take no arguments.
  private static List<JsonNode> asked(String... commands) throws Exception {
    Process daemon =
        new ProcessBuilder(
                "qemu-storage-daemon", "--chardev", "stdio,id=c", "--monitor", "chardev=c")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<JsonNode> answers = new ArrayList<>();
    try (BufferedReader in = daemon.inputReader(StandardCharsets.UTF_8);
        Writer out = daemon.outputWriter(StandardCharsets.UTF_8)) {
      answer(in, out, "qmp_capabilities");
      for (String command : commands) {
        answers.add(answer(in, out, command));
      }
      answer(in, out, "quit");
      return answers;
    } finally {
      if (!daemon.waitFor(20, TimeUnit.SECONDS)) {
        daemon.destroyForcibly();
      }
    }
  }

  private static JsonNode answer(BufferedReader in, Writer out, String command) throws IOException {
    out.write("{\"execute\": \"" + command + "\"}\n");
    out.flush();
    JsonNode line = JSON.readTree(in.readLine());
    while (!line.has("return")) {
      line = JSON.readTree(in.readLine());
    }
    return line.path("return");
  }

  private static Set<String> names(Stream<JsonNode> things) {
    return things
        .map(thing -> thing.path("name").asString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyCommandAndEventOfTheDaemonHasItsRow() throws Exception {
    List<JsonNode> told = asked("query-commands", "query-qmp-schema");
    Set<String> known = names(told.getFirst().valueStream());
    assertThat(known).hasSizeGreaterThan(60);
    Stream<JsonNode> types = told.getLast().valueStream();
    known.addAll(names(types.filter(type -> type.path("meta-type").asString().equals("event"))));
    assertThat(rows().keySet()).containsExactlyInAnyOrderElementsOf(known);
  }

  @Test
  void everyCommandHasAnExampleOrAReasonWhyThereIsNone() throws IOException {
    Set<String> shown = examples().stream().map(Example::name).collect(Collectors.toSet());
    rows()
        .forEach(
            (name, here) -> {
              boolean event = name.equals(name.toUpperCase(Locale.ROOT));
              if (!event && !here.startsWith(NONE)) {
                assertThat(shown).as("example of %s", name).contains(name);
              }
            });
    assertThat(rows().keySet()).containsAll(shown);
  }

  @Test
  void everyExampleWorks(@TempDir Path data) throws IOException {
    try (Service service = Service.on(data)) {
      for (Example example : examples()) {
        Answer answer = send(service, example);
        assertThat(answer.status()).as("%s: %s", example, answer.body()).isEqualTo(example.status);
      }
    }
  }

  private static Answer send(Service service, Example example) {
    return switch (example.method()) {
      case "GET" -> service.get(example.path());
      case "DELETE" -> service.delete(example.path());
      case "PATCH" -> service.patch(example.path(), example.body());
      case "POST" -> service.post(example.path(), example.body());
      default ->
          service.send(
              service
                  .request(example.path())
                  .header("Content-Type", "application/json")
                  .method(example.method(), Service.body(example.body())));
    };
  }
}
