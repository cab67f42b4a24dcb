package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import java.util.HashMap;
import java.util.Map;

/// The host's files as a dry run sees them: there to be looked at, with those that it would make in
/// memory beside them. One thread.
final class RehearsedFiles implements HostFiles {
  private final HostFiles real;
  private final LockWishes wishes;
  private final Map<String, FileToBe> toBe = new HashMap<>();

  RehearsedFiles(HostFiles real, LockWishes wishes) {
    this.real = real;
    this.wishes = wishes;
  }

  /// Makes a file of a change in memory.
  ///
  /// @throws BlockException when it could not be made, or its content not be written
  void make(FileCreation creation) {
    String path = real.canonical(creation.path());
    requireAbsent(path);
    FileToBe file = new FileToBe(path);
    creation.content().writeTo(file);
    toBe.put(path, file);
  }

  @Override
  public HostFile open(String path, Mode mode) {
    String name = real.canonical(path);
    FileToBe file = toBe.get(name);
    return file == null
        ? new RehearsedFile(real.open(path, mode), wishes, new LockWishes.Holder(name))
        : file;
  }

  @Override
  public void requireAbsent(String path) {
    if (toBe.containsKey(real.canonical(path))) {
      throw new BlockException(
          BlockException.Kind.EXISTS, "'" + path + "' cannot be created, it is made before");
    }
    real.requireAbsent(path);
  }

  @Override
  public HostFile create(String path) {
    throw new IllegalStateException("a dry run was about to make '" + path + "'");
  }

  @Override
  public void delete(String path) {
    throw new IllegalStateException("a dry run was about to delete '" + path + "'");
  }

  @Override
  public String canonical(String path) {
    return real.canonical(path);
  }
}
