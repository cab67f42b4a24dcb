package io.blockgraph.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.GraphStore;
import io.blockgraph.graph.NodeName;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/// What a database of its own remembers of changes that were never decided.
final class JdbcGraphStoreTest {
  private static final NodeName A = new NodeName("a");
  private static final NodeName B = new NodeName("b");

  @TempDir Path folder;
  private TestDatabase database;
  private JdbcClient jdbc;
  private GraphStore store;

  @BeforeEach
  void open() {
    database = TestDatabase.ofToday(folder);
    jdbc = database.jdbc();
    TransactionTemplate transactions = database.transactions();
    Clock clock = Clock.systemUTC();
    store =
        new JdbcGraphStore(
            jdbc,
            transactions,
            clock,
            new JdbcGraphHistory(
                jdbc, transactions, clock, new HistoryLimits(5, Duration.ofDays(30))));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private int intents() {
    return jdbc.sql("select count(*) from intent").query(Integer.class).single();
  }

  @Test
  void forgetsTheLengthsOfOneNodeAndKeepsThoseOfOthers() {
    long both = store.intend("both longer", List.of());
    store.lengthening(both, A, 4096);
    store.lengthening(both, B, 8192);
    store.lengthening(store.intend("a longer", List.of()), A, 12288);
    store.settleLengths(Set.of(A));
    assertThat(store.oldLengths()).containsExactly(new GraphStore.OldLength(both, B, 8192));
    assertThat(intents()).as("a change that nothing is left of is forgotten").isEqualTo(1);
    store.settleLengths(Set.of(B));
    assertThat(intents()).isZero();
  }

  @Test
  void keepsChangesThatHaveFilesToRemove() {
    long intent = store.intend("image", List.of("/images/new.qcow2"));
    store.lengthening(intent, A, 4096);
    store.settleLengths(Set.of(A));
    assertThat(store.load().undecided())
        .extracting(GraphStore.UndecidedFile::intent)
        .containsExactly(intent);
  }
}
