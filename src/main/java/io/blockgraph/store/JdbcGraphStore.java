package io.blockgraph.store;

import io.blockgraph.engine.Author;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.GraphStore;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/// The graph in a database. Each method is one transaction, durable when it returns (the database
/// must be set up so: SQLite with `synchronous=FULL`).
public final class JdbcGraphStore implements GraphStore {
  private final JdbcClient jdbc;
  private final Durably durably;
  private final Clock clock;
  private final JdbcGraphHistory history;

  /// A store in the database of `jdbc`, whose schema is there.
  ///
  /// @param history where changes are written down
  public JdbcGraphStore(
      JdbcClient jdbc, TransactionTemplate transactions, Clock clock, JdbcGraphHistory history) {
    this.jdbc = jdbc;
    this.durably = new Durably(transactions);
    this.clock = clock;
    this.history = history;
  }

  @Override
  public Stored load() {
    return durably.make(
        "load the graph",
        () ->
            new Stored(
                history.last(),
                jdbc.sql("select spec from graph_node order by position, name")
                    .query((row, _) -> SpecJson.node(row.getString("spec")))
                    .list(),
                jdbc.sql("select spec from graph_user order by position, id")
                    .query((row, _) -> SpecJson.user(row.getString("spec")))
                    .list(),
                undecided()));
  }

  private List<UndecidedFile> undecided() {
    return jdbc.sql("select intent, path, identity from intent_file order by intent, path")
        .query(
            (row, _) ->
                new UndecidedFile(
                    row.getLong("intent"),
                    row.getString("path"),
                    Optional.ofNullable(row.getString("identity"))))
        .list();
  }

  @Override
  public long intend(String what, List<String> paths) {
    return durably.make(
        "announce a change",
        () -> {
          long id =
              jdbc.sql("select coalesce(max(id), 0) + 1 from intent").query(Long.class).single();
          jdbc.sql("insert into intent (id, what) values (?, ?)").params(id, what).update();
          for (String path : paths) {
            jdbc.sql("insert into intent_file (intent, path) values (?, ?)")
                .params(id, path)
                .update();
          }
          return id;
        });
  }

  @Override
  public void created(long intent, String path, String identity) {
    durably.make(
        "note a new file",
        () ->
            jdbc.sql("update intent_file set identity = ? where intent = ? and path = ?")
                .params(identity, intent, path)
                .update());
  }

  @Override
  public void lengthening(long intent, NodeName node, long bytes) {
    durably.make(
        "note a length",
        () ->
            jdbc.sql("insert into intent_length (intent, node, bytes) values (?, ?, ?)")
                .params(intent, node.value(), bytes)
                .update());
  }

  @Override
  public List<OldLength> oldLengths() {
    return durably.make(
        "recall lengths",
        () ->
            jdbc.sql("select intent, node, bytes from intent_length order by intent, node")
                .query(
                    (row, _) ->
                        new OldLength(
                            row.getLong("intent"),
                            new NodeName(row.getString("node")),
                            row.getLong("bytes")))
                .list());
  }

  @Override
  public void settleLengths(Set<NodeName> nodes) {
    durably.make(
        "settle lengths",
        () -> {
          for (NodeName node : nodes) {
            jdbc.sql("delete from intent_length where node = ?").params(node.value()).update();
          }
          return jdbc.sql(
                  "delete from intent where not exists"
                      + " (select 1 from intent_length where intent = id)"
                      + " and not exists (select 1 from intent_file where intent = id)")
              .update();
        });
  }

  @Override
  public void decide(Decision decision) {
    durably.make(
        "remember revision " + decision.after().revision(),
        () -> {
          GraphDiff diff = decision.diff();
          List<String> moved = moved(diff);
          Undo undo = new Undo(jdbc);
          touched(diff).forEach(node -> undo.keep(Undo.Rows.NODES, node));
          touchedUsers(diff, moved).forEach(id -> undo.keep(Undo.Rows.USERS, id));
          diff.nodesRemoved().forEach(node -> delete(Undo.Rows.NODES, node.name().value()));
          diff.usersRemoved().forEach(user -> delete(Undo.Rows.USERS, user.id().value()));
          diff.nodesAdded().forEach(this::insert);
          diff.nodesChanged().forEach(this::update);
          diff.usersAdded().forEach(this::insert);
          moved.forEach(id -> updateUser(decision.after(), id));
          history.write(
              new JdbcGraphHistory.Note(
                  decision.after().revision(),
                  decision.who(),
                  decision.what(),
                  DiffJson.of(diff),
                  undo.json()));
          decision.intent().ifPresent(this::forget);
          return true;
        });
  }

  private static Stream<String> touched(GraphDiff diff) {
    return Stream.of(diff.nodesRemoved(), diff.nodesAdded(), diff.nodesChanged())
        .flatMap(List::stream)
        .map(node -> node.name().value());
  }

  private static Stream<String> touchedUsers(GraphDiff diff, List<String> moved) {
    return Stream.concat(
        Stream.concat(diff.usersRemoved().stream(), diff.usersAdded().stream())
            .filter(user -> user.kind() != User.Kind.COMMAND)
            .map(user -> user.id().value()),
        moved.stream());
  }

  /// Users of whom something else is remembered. An export that followed its node to another one is
  /// remembered there.
  private static List<String> moved(GraphDiff diff) {
    return Stream.concat(
            diff.usersChanged().stream().map(user -> user.id().value()),
            diff.edgesChanged().stream()
                .map(change -> change.after().parent())
                .filter(Parent.OfUser.class::isInstance)
                .map(Parent::id))
        .distinct()
        .toList();
  }

  @Override
  public void rewrite(GraphState after, String what) {
    durably.make(
        "remember revision " + after.revision(),
        () -> {
          Undo undo = new Undo(jdbc);
          Map<String, String> nodes = new LinkedHashMap<>();
          after.topology().nodes().forEach(n -> nodes.put(n.name().value(), SpecJson.of(n)));
          Map<String, String> users = new LinkedHashMap<>();
          after.topology().users().stream()
              .filter(user -> user.kind() != User.Kind.COMMAND)
              .forEach(user -> users.put(user.id().value(), SpecJson.of(user)));
          rewrite(Undo.Rows.NODES, nodes, undo);
          rewrite(Undo.Rows.USERS, users, undo);
          history.write(
              new JdbcGraphHistory.Note(after.revision(), Author.SERVICE, what, "{}", undo.json()));
          return true;
        });
  }

  /// Lets the rows be `wanted`; those that are the same stay where they are.
  private void rewrite(Undo.Rows rows, Map<String, String> wanted, Undo undo) {
    Map<String, Undo.Row> now = Undo.all(jdbc, rows);
    for (String gone : now.keySet()) {
      if (!wanted.containsKey(gone)) {
        undo.keep(rows, gone);
        delete(rows, gone);
      }
    }
    wanted.forEach(
        (key, spec) -> {
          Undo.Row row = now.get(key);
          if (row == null) {
            undo.keep(rows, key);
            insert(rows, key, spec);
          } else if (!row.spec().equals(Optional.of(spec))) {
            undo.keep(rows, key);
            update(rows, key, spec);
          }
        });
  }

  @Override
  public void abandon(long intent) {
    durably.make(
        "forget a change",
        () -> {
          forget(intent);
          return true;
        });
  }

  @Override
  public void probe() {
    durably.make(
        "write a mark",
        () -> jdbc.sql("update store_mark set written_at = ?").param(now()).update());
  }

  private void forget(long intent) {
    jdbc.sql("delete from intent_length where intent = ?").params(intent).update();
    jdbc.sql("delete from intent_file where intent = ?").params(intent).update();
    jdbc.sql("delete from intent where id = ?").params(intent).update();
  }

  private String now() {
    return clock.instant().toString();
  }

  private void insert(NodeSpec node) {
    insert(Undo.Rows.NODES, node.name().value(), SpecJson.of(node));
  }

  private void update(NodeSpec node) {
    update(Undo.Rows.NODES, node.name().value(), SpecJson.of(node));
  }

  private void insert(User user) {
    if (user.kind() != User.Kind.COMMAND) {
      insert(Undo.Rows.USERS, user.id().value(), SpecJson.of(user));
    }
  }

  /// Updates nothing for one who is not remembered.
  private void updateUser(GraphState after, String id) {
    after
        .topology()
        .user(new UserId(id))
        .ifPresent(user -> update(Undo.Rows.USERS, id, SpecJson.of(user)));
  }

  private void insert(Undo.Rows rows, String key, String spec) {
    long position =
        jdbc.sql("select coalesce(max(position), 0) + 1 from " + rows.table)
            .query(Long.class)
            .single();
    jdbc.sql("insert into " + rows.table + " (" + rows.key + ", position, spec) values (?, ?, ?)")
        .params(key, position, spec)
        .update();
  }

  private void update(Undo.Rows rows, String key, String spec) {
    jdbc.sql("update " + rows.table + " set spec = ? where " + rows.key + " = ?")
        .params(spec, key)
        .update();
  }

  private void delete(Undo.Rows rows, String key) {
    jdbc.sql("delete from " + rows.table + " where " + rows.key + " = ?").params(key).update();
  }
}
