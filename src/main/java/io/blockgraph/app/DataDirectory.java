package io.blockgraph.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/// Makes the data directory and its default image root before any bean, and so before the database,
/// wants to be in there. An image root that the operator named is not made: a misspelt one is to be
/// noticed.
@Component
final class DataDirectory implements BeanFactoryPostProcessor {

  @Override
  public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
    Environment environment = beans.getBean(Environment.class);
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
