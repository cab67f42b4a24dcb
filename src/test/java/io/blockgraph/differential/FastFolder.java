package io.blockgraph.differential;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/// A folder in memory where there is one: thousands of small images come and go, and no crash of
/// the machine is to be survived.
final class FastFolder implements TempDirFactory {
  private static final Path MEMORY = Path.of("/dev/shm");

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
      throws java.io.IOException {
    return Files.isWritable(MEMORY)
        ? Files.createTempDirectory(MEMORY, "duel")
        : Files.createTempDirectory("duel");
  }
}
