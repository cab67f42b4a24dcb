package io.blockgraph.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// docs/qemu-differences.md and the code know the same differences.
class DifferencesPageTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (D\\d+) \\|");

  @Test
  void everyIntendedDifferenceHasItsRow() throws IOException {
    String page = Files.readString(Path.of("docs", "qemu-differences.md"));
    List<String> rows = ROW.matcher(page).results().map(row -> row.group(1)).toList();
    List<String> known =
        Arrays.stream(IntendedDifference.values()).map(IntendedDifference::name).toList();
    assertThat(rows).containsExactlyInAnyOrderElementsOf(known);
  }
}
