package io.blockgraph.app;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Says why a second service on the same data directory does not start: the first one holds the
/// database for itself.
final class DirectoryInUse extends AbstractFailureAnalyzer<SQLiteException> {
  private final Environment environment;

  DirectoryInUse(Environment environment) {
    this.environment = environment;
  }

  @Override
  protected @Nullable FailureAnalysis analyze(Throwable failure, SQLiteException cause) {
    if (cause.getResultCode() != SQLiteErrorCode.SQLITE_BUSY) {
      return null;
    }
    String directory = environment.getProperty("blockgraph.data-dir", "./data");
    return new FailureAnalysis(
        "The data directory '" + directory + "' is in use by another Blockgraph service.",
        "End that service, or give this one a directory of its own: --blockgraph.data-dir=DIR",
        failure);
  }
}
