package io.blockgraph.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What rows a change is going to write had before it: what leads back.
///
/// It costs what the change touches. One use, within the transaction of the change.
final class Undo {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_LONG_FOR_INTS).build();

  private final JdbcClient jdbc;
  private final Map<Rows, Map<String, Row>> old = new LinkedHashMap<>();

  Undo(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /// The two kinds of rows a graph has.
  enum Rows {
    NODES("graph_node", "name"),
    USERS("graph_user", "id");

    final String table;
    final String key;

    Rows(String table, String key) {
      this.table = table;
      this.key = key;
    }
  }

  /// A row as it was.
  ///
  /// @param key name or id
  /// @param position its place among the others
  /// @param spec empty when there was none
  record Row(String key, long position, Optional<String> spec) {
    static Row none(String key) {
      return new Row(key, 0, Optional.empty());
    }
  }

  /// Reads a row before it is written for the first time; later calls do nothing.
  void keep(Rows rows, String key) {
    old.computeIfAbsent(rows, _ -> new LinkedHashMap<>())
        .computeIfAbsent(
            key,
            name ->
                jdbc.sql("select position, spec from " + rows.table + " where " + rows.key + " = ?")
                    .param(name)
                    .query(
                        (row, _) ->
                            new Row(
                                name, row.getLong("position"), Optional.of(row.getString("spec"))))
                    .optional()
                    .orElseGet(() -> Row.none(name)));
  }

  /// What was kept, as the history keeps it.
  String json() {
    Map<String, List<StoredRow>> plain = new LinkedHashMap<>();
    for (Rows rows : Rows.values()) {
      plain.put(
          rows.table,
          old.getOrDefault(rows, Map.of()).values().stream()
              .map(r -> new StoredRow(r.key(), r.position(), r.spec().orElse("")))
              .toList());
    }
    return JSON.writeValueAsString(plain);
  }

  private record StoredRow(String key, long position, String spec) {}

  private record StoredRows(List<StoredRow> graph_node, List<StoredRow> graph_user) {
    List<StoredRow> of(Rows rows) {
      return switch (rows) {
        case NODES -> graph_node;
        case USERS -> graph_user;
      };
    }
  }

  /// Lets `rows` be as they were before the change that kept `json`.
  static void apply(String json, Rows rows, Map<String, Row> now) {
    for (StoredRow row : JSON.readValue(json, StoredRows.class).of(rows)) {
      if (row.spec().isEmpty()) {
        now.remove(row.key());
      } else {
        now.put(row.key(), new Row(row.key(), row.position(), Optional.of(row.spec())));
      }
    }
  }

  /// All rows there are.
  static Map<String, Row> all(JdbcClient jdbc, Rows rows) {
    Map<String, Row> all = new LinkedHashMap<>();
    jdbc.sql("select " + rows.key + " as key, position, spec from " + rows.table)
        .query(
            (row, _) ->
                new Row(
                    row.getString("key"),
                    row.getLong("position"),
                    Optional.of(row.getString("spec"))))
        .list()
        .forEach(row -> all.put(row.key(), row));
    return all;
  }
}
