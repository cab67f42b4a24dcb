package io.blockgraph.app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/// The service. It starts in one process, needs no other one, and ends cleanly on SIGTERM.
@SpringBootApplication(scanBasePackages = "io.blockgraph")
public class BlockgraphApplication {

  /// Starts the service with Spring's settings, for example `--blockgraph.data-dir=./data`.
  public static void main(String[] arguments) {
    SpringApplication.run(BlockgraphApplication.class, arguments);
  }
}
