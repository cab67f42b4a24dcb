package io.blockgraph.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.GraphHistory.Entry;
import io.blockgraph.engine.GraphHistory.Past;
import io.blockgraph.engine.GraphStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The history in a database of its own: how long it is, and one from before there was any.
final class JdbcGraphHistoryTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final HistoryLimits LIMITS = new HistoryLimits(5, Duration.ofDays(30));

  /// A row as services before the history wrote it.
  private static final String DISK =
      """
      {"name":"disk","driver":"null","access":"READ_WRITE","origin":"NAMED","options":{"size":4096},"children":[]}\
      """;

  @TempDir Path folder;
  private TestDatabase database;
  private JdbcClient jdbc;
  private Instant now = BEGIN;
  private final InstantSource instants = () -> now;

  @BeforeEach
  void open() {
    database = new TestDatabase(folder);
    jdbc = database.jdbc();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private JdbcGraphHistory history() {
    return new JdbcGraphHistory(jdbc, database.transactions(), clock(), LIMITS);
  }

  private Clock clock() {
    return instants.withZone(ZoneOffset.UTC);
  }

  /// A change a day, from `first` to `last`.
  private void changes(JdbcGraphHistory history, long first, long last) {
    for (long revision = first; revision <= last; revision++) {
      now = now.plus(Duration.ofDays(1));
      String none = new Undo(jdbc).json();
      history.write(new JdbcGraphHistory.Note(revision, "ada", "change " + revision, "{}", none));
    }
  }

  private static List<Long> kept(JdbcGraphHistory history) {
    return history.changes(Long.MAX_VALUE, 100).stream().map(Entry::revision).toList();
  }

  private static List<Long> down(long from, long to) {
    return LongStream.iterate(from, n -> n >= to, n -> n - 1).boxed().toList();
  }

  @Test
  void keepsSoManyChanges() {
    database.migrate("latest");
    JdbcGraphHistory history = history();
    changes(history, 1, 8);
    assertThat(kept(history)).isEqualTo(down(8, 4));
    assertThat(history.change(3)).isEmpty();
    assertThat(history.at(2)).isEmpty();
    assertThat(history.at(3)).map(Past::revision).contains(3L);
  }

  @Test
  void keepsNoChangeThatIsTooOldButTheLast() {
    database.migrate("latest");
    JdbcGraphHistory history = history();
    changes(history, 1, 3);
    now = now.plus(Duration.ofDays(29));
    changes(history, 4, 4);
    assertThat(kept(history)).isEqualTo(down(4, 3));
    now = now.plus(Duration.ofDays(400));
    assertThat(kept(history)).as("nothing goes but with a change").isEqualTo(down(4, 3));
    changes(history, 5, 5);
    assertThat(kept(history)).isEqualTo(down(5, 5));
  }

  @Test
  void aStoreFromBeforeTheHistoryGoesOnWithItsNodesAndItsNumber() {
    database.migrate("3");
    jdbc.sql("insert into graph_node (name, position, spec) values ('disk', 1, ?)")
        .param(DISK)
        .update();
    for (long revision = 1; revision <= 3; revision++) {
      jdbc.sql(
              "insert into graph_revision (number, decided_at, what, diff) values (?, ?, 'old',"
                  + " '{}')")
          .params(revision, BEGIN.toString())
          .update();
    }
    database.migrate("latest");

    JdbcGraphHistory history = history();
    GraphStore.Stored stored =
        new JdbcGraphStore(jdbc, database.transactions(), clock(), history).load();
    assertThat(stored.revision()).isEqualTo(3);
    assertThat(stored.nodes()).map(node -> node.name().value()).containsExactly("disk");
    assertThat(history.changes(Long.MAX_VALUE, 100))
        .allSatisfy(old -> assertThat(old.who()).isEmpty())
        .map(Entry::revision)
        .isEqualTo(down(3, 1));
    assertThat(history.at(3)).map(past -> past.nodes().size()).contains(1);
    assertThat(history.at(2)).as("nobody knows what led there").isEmpty();

    changes(history, 4, 4);
    assertThat(history.at(3)).isPresent();
    assertThat(history.at(2)).isEmpty();
  }
}
