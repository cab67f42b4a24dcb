package io.blockgraph.store;

import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/// A database of its own in a folder, as the service makes it.
public final class TestDatabase implements AutoCloseable {
  private final SingleConnectionDataSource database;
  private final JdbcClient jdbc;

  /// An empty one, without tables.
  public TestDatabase(Path folder) {
    database =
        new SingleConnectionDataSource("jdbc:sqlite:" + folder.resolve("blockgraph.db"), true);
    jdbc = JdbcClient.create(database);
  }

  /// One with the tables of today.
  public static TestDatabase ofToday(Path folder) {
    TestDatabase made = new TestDatabase(folder);
    made.migrate("latest");
    return made;
  }

  /// Brings the tables to a version.
  void migrate(String version) {
    Flyway.configure()
        .dataSource(database)
        .locations("classpath:db/migration")
        .target(version)
        .load()
        .migrate();
  }

  /// What is asked of it.
  public JdbcClient jdbc() {
    return jdbc;
  }

  /// Transactions in it.
  public TransactionTemplate transactions() {
    return new TransactionTemplate(new DataSourceTransactionManager(database));
  }

  @Override
  public void close() {
    database.destroy();
  }
}
