package io.blockgraph.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/// Makes the data directory and its default image root before the log and the database want to be
/// in there. An image root that the operator named is not made: a misspelt one is to be noticed.
final class DataDirectory
    implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

  /// After the configuration is read, before the log file is opened.
  @Override
  public int getOrder() {
    return LoggingApplicationListener.DEFAULT_ORDER - 1;
  }

  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    ConfigurableEnvironment environment = event.getEnvironment();
    Path directory = Path.of(environment.getRequiredProperty("blockgraph.data-dir"));
    String defaultRoot = directory + "/images";
    make(directory);
    if (environment.getRequiredProperty("blockgraph.image-roots").equals(defaultRoot)) {
      make(Path.of(defaultRoot));
    }
  }

  private static void make(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the directory '" + directory + "'", e);
    }
  }
}
