package io.blockgraph.store;

import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobStore;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/// Jobs in a database; as durable as [JdbcGraphStore].
public final class JdbcJobStore implements JobStore {
  private final JdbcClient jdbc;
  private final TransactionTemplate transactions;

  /// A store in the database of `jdbc`, whose schema is there.
  public JdbcJobStore(JdbcClient jdbc, TransactionTemplate transactions) {
    this.jdbc = jdbc;
    this.transactions = transactions;
  }

  @Override
  public void save(JobRecord job) {
    transactions.executeWithoutResult(
        _ -> {
          int updated =
              jdbc.sql("update job set status = ?, record = ? where id = ?")
                  .params(job.status().word(), JobJson.of(job), job.id().value())
                  .update();
          if (updated == 0) {
            long position =
                jdbc.sql("select coalesce(max(position), 0) + 1 from job")
                    .query(Long.class)
                    .single();
            jdbc.sql("insert into job (id, position, status, record) values (?, ?, ?, ?)")
                .params(job.id().value(), position, job.status().word(), JobJson.of(job))
                .update();
          }
        });
  }

  @Override
  public void forget(JobId id) {
    jdbc.sql("delete from job where id = ?").params(id.value()).update();
  }

  @Override
  public List<JobRecord> load() {
    return jdbc.sql("select record from job order by position")
        .query((row, _) -> JobJson.job(row.getString("record")))
        .list();
  }
}
