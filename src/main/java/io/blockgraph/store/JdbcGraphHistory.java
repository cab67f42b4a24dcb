package io.blockgraph.store;

import io.blockgraph.engine.GraphHistory;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/// The history in the database of the graph: one row a change, with what leads back from it. The
/// graph of an earlier revision is the one that is there, with all later changes taken back.
public final class JdbcGraphHistory implements GraphHistory {
  /// So many rows go with one change at most, so that a lower limit does not hold one up.
  private static final int MOST_FORGOTTEN = 100;

  private static final String RECALL = "recall the history";

  private final JdbcClient jdbc;
  private final Durably durably;
  private final Clock clock;
  private final HistoryLimits limits;

  /// The history in the database of `jdbc`, whose schema is there.
  public JdbcGraphHistory(
      JdbcClient jdbc, TransactionTemplate transactions, Clock clock, HistoryLimits limits) {
    this.jdbc = jdbc;
    this.durably = new Durably(transactions);
    this.clock = clock;
    this.limits = limits;
  }

  /// A change as it is written down.
  record Note(long revision, String who, String what, String diff, String undo) {}

  /// Writes a change down, within the transaction that makes it.
  void write(Note note) {
    jdbc.sql(
            "insert into graph_revision (number, decided_at, who, what, diff, undo)"
                + " values (?, ?, ?, ?, ?, ?)")
        .params(
            note.revision(),
            clock.instant().toString(),
            note.who(),
            note.what(),
            note.diff(),
            note.undo())
        .update();
    forget(note.revision());
  }

  /// Reads no further than to the first row that stays: most changes forget nothing.
  private void forget(long last) {
    Instant oldest = clock.instant().minus(limits.age());
    Optional<Long> gone;
    try (Stream<Map.Entry<Long, Instant>> rows =
        jdbc
            .sql("select number, decided_at from graph_revision order by number limit ?")
            .param(MOST_FORGOTTEN)
            .query((row, _) -> Map.entry(row.getLong("number"), time(row)))
            .stream()) {
      gone =
          rows.takeWhile(
                  row ->
                      row.getKey() < last
                          && (row.getKey() <= last - limits.revisions()
                              || row.getValue().isBefore(oldest)))
              .map(Map.Entry::getKey)
              .max(Comparator.naturalOrder());
    }
    gone.ifPresent(
        number -> jdbc.sql("delete from graph_revision where number <= ?").param(number).update());
  }

  private static Instant time(ResultSet row) throws SQLException {
    return Instant.parse(row.getString("decided_at"));
  }

  private static Entry entry(ResultSet row, int index) throws SQLException {
    @Nullable String who = row.getString("who");
    return new Entry(
        row.getLong("number"), time(row), Optional.ofNullable(who), row.getString("what"));
  }

  @Override
  public List<Entry> changes(long before, int most) {
    return durably.make(
        RECALL,
        () ->
            jdbc.sql(
                    "select number, decided_at, who, what from graph_revision"
                        + " where number < ? order by number desc limit ?")
                .params(before, most)
                .query(JdbcGraphHistory::entry)
                .list());
  }

  @Override
  public Optional<Entry> change(long revision) {
    return durably.make(
        RECALL,
        () ->
            jdbc.sql("select number, decided_at, who, what from graph_revision where number = ?")
                .param(revision)
                .query(JdbcGraphHistory::entry)
                .optional());
  }

  @Override
  public Optional<Past> at(long revision) {
    return durably.make(RECALL, () -> undos(revision).map(undos -> past(revision, undos)));
  }

  /// The revision that was made last, 0 when there is none; within a transaction.
  long last() {
    return jdbc.sql("select coalesce(max(number), 0) from graph_revision")
        .query(Long.class)
        .single();
  }

  /// What leads back to `revision`, the newest first; empty when something is missing.
  private Optional<List<String>> undos(long revision) {
    long last = last();
    List<String> undos =
        jdbc.sql(
                "select undo from graph_revision where number > ? and undo is not null"
                    + " order by number desc")
            .param(revision)
            .query((row, _) -> row.getString("undo"))
            .list();
    boolean complete = revision >= 0 && revision <= last && undos.size() == last - revision;
    return complete ? Optional.of(undos) : Optional.empty();
  }

  private Past past(long revision, List<String> undos) {
    return new Past(
        revision,
        rows(Undo.Rows.NODES, undos, SpecJson::node),
        rows(Undo.Rows.USERS, undos, SpecJson::user));
  }

  private <T> List<T> rows(Undo.Rows rows, List<String> undos, Function<String, T> read) {
    Map<String, Undo.Row> now = Undo.all(jdbc, rows);
    undos.forEach(undo -> Undo.apply(undo, rows, now));
    return now.values().stream()
        .sorted(Comparator.comparingLong(Undo.Row::position).thenComparing(Undo.Row::key))
        .map(row -> read.apply(row.spec().orElseThrow()))
        .toList();
  }
}
