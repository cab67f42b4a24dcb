package io.blockgraph.store.files;

import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.os.ImageRoots;
import io.blockgraph.os.OpenFile;

/// The files beneath the configured image roots. Thread-safe.
public final class OsHostFiles implements HostFiles {
  private final ImageRoots roots;

  /// Files beneath `roots`, which stay open as long as this is used.
  public OsHostFiles(ImageRoots roots) {
    this.roots = roots;
  }

  @Override
  public HostFile open(String path, Mode mode) {
    return adopt(roots.open(path, access(mode)));
  }

  @Override
  public HostFile create(String path) {
    return adopt(roots.create(path));
  }

  @Override
  public void requireAbsent(String path) {
    roots.requireAbsent(path);
  }

  private HostFile adopt(OpenFile file) {
    return new OsHostFile(roots, file, new SharedLocks());
  }

  @Override
  public void delete(String path) {
    boolean unused = roots.delete(path);
  }

  @Override
  public String canonical(String path) {
    return roots.nameOf(path);
  }

  static OpenFile.Access access(Mode mode) {
    return switch (mode) {
      case READ_ONLY -> OpenFile.Access.READ_ONLY;
      case READ_WRITE -> OpenFile.Access.READ_WRITE;
    };
  }
}
