package io.blockgraph.store;

import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.GraphStore;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/// The graph in a database. Each method is one transaction, durable when it returns (the database
/// must be set up so: SQLite with `synchronous=FULL`).
public final class JdbcGraphStore implements GraphStore {
  private final JdbcClient jdbc;
  private final TransactionTemplate transactions;
  private final Clock clock;

  /// A store in the database of `jdbc`, whose schema is there.
  public JdbcGraphStore(JdbcClient jdbc, TransactionTemplate transactions, Clock clock) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.clock = clock;
  }

  @Override
  public Stored load() {
    return durably(
        "load the graph",
        () ->
            new Stored(
                lastRevision(),
                jdbc.sql("select spec from graph_node order by position, name")
                    .query((row, _) -> SpecJson.node(row.getString("spec")))
                    .list(),
                jdbc.sql("select spec from graph_user order by position, id")
                    .query((row, _) -> SpecJson.user(row.getString("spec")))
                    .list(),
                undecided()));
  }

  private long lastRevision() {
    return jdbc.sql("select coalesce(max(number), 0) from graph_revision")
        .query(Long.class)
        .single();
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
    return durably(
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
    durably(
        "note a new file",
        () ->
            jdbc.sql("update intent_file set identity = ? where intent = ? and path = ?")
                .params(identity, intent, path)
                .update());
  }

  @Override
  public void lengthening(long intent, NodeName node, long bytes) {
    durably(
        "note a length",
        () ->
            jdbc.sql("insert into intent_length (intent, node, bytes) values (?, ?, ?)")
                .params(intent, node.value(), bytes)
                .update());
  }

  @Override
  public List<OldLength> oldLengths() {
    return durably(
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
  public void decide(Decision decision) {
    durably(
        "remember revision " + decision.after().revision(),
        () -> {
          GraphDiff diff = decision.diff();
          diff.nodesRemoved().forEach(node -> delete("graph_node", "name", node.name().value()));
          diff.usersRemoved().forEach(user -> delete("graph_user", "id", user.id().value()));
          diff.nodesAdded().forEach(this::insert);
          diff.nodesChanged().forEach(this::update);
          diff.usersAdded().forEach(this::insert);
          Stream.concat(
                  diff.usersChanged().stream().map(user -> user.id().value()),
                  diff.edgesChanged().stream().map(change -> change.after().parent().id()))
              .distinct()
              .forEach(id -> updateUser(decision.after(), id));
          note(decision.after().revision(), decision.what(), DiffJson.of(diff));
          decision.intent().ifPresent(this::forget);
          return true;
        });
  }

  @Override
  public void rewrite(GraphState after, String what) {
    durably(
        "remember revision " + after.revision(),
        () -> {
          jdbc.sql("delete from graph_node").update();
          jdbc.sql("delete from graph_user").update();
          after.topology().nodes().forEach(this::insert);
          after.topology().users().forEach(this::insert);
          note(after.revision(), what, "{}");
          return true;
        });
  }

  @Override
  public void abandon(long intent) {
    durably(
        "forget a change",
        () -> {
          forget(intent);
          return true;
        });
  }

  @Override
  public void probe() {
    durably(
        "write a mark",
        () -> jdbc.sql("update store_mark set written_at = ?").param(now()).update());
  }

  private void forget(long intent) {
    jdbc.sql("delete from intent_length where intent = ?").params(intent).update();
    jdbc.sql("delete from intent_file where intent = ?").params(intent).update();
    jdbc.sql("delete from intent where id = ?").params(intent).update();
  }

  private void note(long revision, String what, String diff) {
    jdbc.sql("insert into graph_revision (number, decided_at, what, diff) values (?, ?, ?, ?)")
        .params(revision, now(), what, diff)
        .update();
  }

  private String now() {
    return clock.instant().toString();
  }

  private void insert(NodeSpec node) {
    jdbc.sql("insert into graph_node (name, position, spec) values (?, ?, ?)")
        .params(node.name().value(), nextPosition("graph_node"), SpecJson.of(node))
        .update();
  }

  private void update(NodeSpec node) {
    jdbc.sql("update graph_node set spec = ? where name = ?")
        .params(SpecJson.of(node), node.name().value())
        .update();
  }

  private void insert(User user) {
    if (user.kind() == User.Kind.COMMAND) {
      return;
    }
    jdbc.sql("insert into graph_user (id, position, spec) values (?, ?, ?)")
        .params(user.id().value(), nextPosition("graph_user"), SpecJson.of(user))
        .update();
  }

  /// An export that followed its node to another one is remembered there; ids of nodes update
  /// nothing.
  private void updateUser(GraphState after, String id) {
    if (!NodeName.isWellFormed(id)) {
      return;
    }
    after
        .topology()
        .user(new UserId(id))
        .ifPresent(
            user ->
                jdbc.sql("update graph_user set spec = ? where id = ?")
                    .params(SpecJson.of(user), id)
                    .update());
  }

  private long nextPosition(String table) {
    return jdbc.sql("select coalesce(max(position), 0) + 1 from " + table)
        .query(Long.class)
        .single();
  }

  private void delete(String table, String column, String value) {
    jdbc.sql("delete from " + table + " where " + column + " = ?").params(value).update();
  }

  private <T> T durably(String what, Supplier<T> work) {
    try {
      T result = transactions.execute(_ -> work.get());
      if (result == null) {
        throw new IllegalStateException("no answer from the store while it was to " + what);
      }
      return result;
    } catch (DataAccessException | TransactionException e) {
      throw new StoreException("the state store could not " + what + ": " + e.getMessage(), e);
    }
  }
}
