package io.blockgraph.histories;

import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;

/// The files of the host in one [Life]. Any thread.
record MortalFiles(Life life, HostFiles files) implements HostFiles {
  @Override
  public HostFile open(String path, Mode mode) {
    return life.living(() -> life.adopt(files.open(path, mode)));
  }

  @Override
  public HostFile create(String path) {
    return life.living(() -> life.adopt(files.create(path)));
  }

  @Override
  public void requireAbsent(String path) {
    files.requireAbsent(path);
  }

  @Override
  public void delete(String path) {
    Object unused =
        life.living(
            () -> {
              files.delete(path);
              return path;
            });
  }

  @Override
  public String canonical(String path) {
    return files.canonical(path);
  }
}
