package io.blockgraph.driver;

import io.blockgraph.block.BlockIo;
import io.blockgraph.graph.Options;
import java.util.List;
import java.util.Map;

/// A driver whose images can also be made without a node.
public interface ImageFormat extends ReadableFormat {
  /// What can be said when an image is made.
  OptionSpec createOptions();

  /// Makes an image in an empty file.
  ///
  /// @param file a growable disk over the new file
  /// @param options validated against [#createOptions]
  /// @throws io.blockgraph.block.BlockException INVALID naming the option, or what went wrong below
  void create(BlockIo file, Options options);

  /// Looks whether [#create] would take these options; nothing is made.
  ///
  /// @throws io.blockgraph.block.BlockException INVALID naming the option
  default void requirePossible(Options options) {}

  /// What a check found.
  ///
  /// @param corruptions contradictions that endanger data
  /// @param leaks clusters that are counted and not used
  /// @param checkErrors places that could not be checked
  /// @param findings the first of them, in sentences
  /// @param figures sizes and counts, by name
  record CheckReport(
      long corruptions,
      long leaks,
      long checkErrors,
      List<String> findings,
      Map<String, Long> figures) {
    /// Whether nothing at all was found.
    public boolean isClean() {
      return corruptions == 0 && leaks == 0 && checkErrors == 0;
    }
  }
}
