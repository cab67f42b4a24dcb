package io.blockgraph.engine;

import io.blockgraph.driver.HostFile;

/// A file that a change makes, and removes again when the change is given up or a crash leaves it
/// undecided.
///
/// @param path where, as a caller names it
/// @param content fills the new, empty file
public record FileCreation(String path, Content content) {
  /// Fills a new file.
  public interface Content {
    /// Writes what belongs into `file`; the engine makes it durable and closes it.
    ///
    /// @throws io.blockgraph.block.BlockException then the change is given up
    void writeTo(HostFile file);
  }
}
