package io.blockgraph.driver;

/// The files of the host that images live in, confined to the configured image roots.
public interface HostFiles {
  /// How a file is opened.
  enum Mode {
    READ_ONLY,
    READ_WRITE
  }

  /// Opens a regular file.
  ///
  /// @param path relative to an image root, or absolute beneath one
  /// @throws io.blockgraph.block.BlockException NOT_FOUND, FORBIDDEN (outside of the roots),
  ///   INVALID, IO
  HostFile open(String path, Mode mode);

  /// Makes an empty file that must not be there yet, durably, and opens it for writing.
  ///
  /// @throws io.blockgraph.block.BlockException EXISTS, FORBIDDEN, NO_SPACE, ...
  HostFile create(String path);

  /// Looks whether [#create] could make that file, as far as that can be seen without making it.
  ///
  /// @throws io.blockgraph.block.BlockException EXISTS, FORBIDDEN, INVALID, NOT_FOUND for its
  ///   directory
  void requireAbsent(String path);

  /// Removes a file, durably; nothing happens when there is none.
  void delete(String path);

  /// The one name of the file behind `path`, absolute and normalised, for comparing and showing.
  ///
  /// @throws io.blockgraph.block.BlockException FORBIDDEN, INVALID
  String canonical(String path);
}
