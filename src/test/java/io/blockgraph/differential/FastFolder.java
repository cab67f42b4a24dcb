package io.blockgraph.differential;

import io.blockgraph.os.MemoryDirectories;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/// A folder in memory where there is room.
final class FastFolder implements TempDirFactory {
  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
      throws java.io.IOException {
    return MemoryDirectories.create("duel");
  }
}
