package io.blockgraph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// docs/mission.md tells the truth: every requirement and every row of a matrix is in it, and every
/// test it names is there.
class MissionTest {
  private static final Path PAGE = Path.of("docs/mission.md");
  private static final Path TESTS = Path.of("src/test/java/io/blockgraph");
  private static final Path GRAPH = Path.of("src/main/java/io/blockgraph/graph");
  private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+Test)\\.(\\w+)`");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| ([A-Z]+-?\\d+[a-z]?) \\|(.*)$");

  private static String page() {
    try {
      return Files.readString(PAGE);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Stream<String> numbered(String prefix, int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(i -> "%s%02d".formatted(prefix, i));
  }

  private static Set<String> wanted() {
    Stream<String> requirements =
        Stream.of(
                Stream.of("BG-01", "BG-02"),
                numbered("BG-", 10, 16),
                numbered("BG-", 20, 25),
                numbered("BG-", 30, 38),
                numbered("BG-", 40, 44),
                numbered("BG-", 50, 58))
            .flatMap(ids -> ids);
    Stream<String> sentences = IntStream.rangeClosed(0, 26).mapToObj(i -> "S" + i);
    Stream<String> replacements =
        Stream.concat(
            IntStream.rangeClosed(1, 29).mapToObj(i -> "R" + i), Stream.of("R13b", "R14b", "R18b"));
    return Stream.of(requirements, sentences, replacements)
        .flatMap(ids -> ids)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everySentenceRequirementAndReplacementHasARow() {
    Set<String> rows =
        ROW.matcher(page()).results().map(row -> row.group(1)).collect(Collectors.toSet());
    assertThat(rows).containsAll(wanted());
  }

  @Test
  void everyRowNamesATest() {
    assertThat(ROW.matcher(page()).results().toList())
        .allSatisfy(row -> assertThat(NAMED.matcher(row.group(2)).find()).as(row.group()).isTrue());
  }

  @Test
  void everyNamedTestIsThere() throws IOException {
    for (MatchResult named : NAMED.matcher(page()).results().toList()) {
      String source = source(named.group(1));
      assertThat(source).as(named.group()).containsPattern("void " + named.group(2) + "\\(");
    }
  }

  @Test
  void nobodyAsksForTheFirstNodeThatIsNoFilter() throws IOException {
    for (String decision : List.of("SnapshotRules", "ReplaceRules")) {
      assertThat(Files.readString(GRAPH.resolve(decision + ".java")))
          .as("%s decides by what the nodes are, not by where the first of a kind stands", decision)
          .doesNotContain("skipFilters", "skipImplicitFilters");
    }
  }

  private static String source(String type) throws IOException {
    try (Stream<Path> files = Files.walk(TESTS)) {
      Path file =
          files
              .filter(path -> path.getFileName().toString().equals(type + ".java"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("there is no test class " + type));
      return Files.readString(file);
    }
  }
}
