package io.blockgraph.driver.file;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.NodeSpec;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// An open file. A change between read-only and writable opens the file once more, under the same
/// locks.
final class FileNode implements Node {
  private final FileState state;
  private final String canonical;
  private final BlockIo disk;

  private FileNode(FileState state, String canonical, BlockIo disk) {
    this.state = state;
    this.canonical = canonical;
    this.disk = disk;
  }

  /// @param files where the file is looked for
  /// @param disk what is made of the open file
  static FileNode open(Opening opening, HostFiles files, Function<FileState, BlockIo> disk) {
    NodeSpec spec = opening.spec();
    String filename = spec.options().text("filename").orElseThrow();
    HostFile file = files.open(filename, mode(spec));
    try {
      FileLocks.of(spec, opening.grant()).prepare(file).commit();
      FileState state = new FileState(spec.name(), opening.services().events(), file);
      return new FileNode(state, files.canonical(filename), disk.apply(state));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static HostFiles.Mode mode(NodeSpec spec) {
    return spec.readOnly() ? HostFiles.Mode.READ_ONLY : HostFiles.Mode.READ_WRITE;
  }

  @Override
  public BlockIo bind(Children children) {
    return disk;
  }

  @Override
  public Prepared prepare(NodeChange change) {
    requireSameFile(change);
    HostFiles.Mode next = mode(change.after());
    HostFile file = state.file();
    Optional<HostFile> reopened =
        next == mode(change.before()) ? Optional.empty() : Optional.of(file.reopen(next));
    try {
      return new Change(file, reopened, FileLocks.of(change.after(), change.to()).prepare(file));
    } catch (RuntimeException e) {
      reopened.ifPresent(HostFile::close);
      throw e;
    }
  }

  @Override
  public void rehearse(NodeChange change) {
    requireSameFile(change);
    HostFiles.Mode next = mode(change.after());
    if (next != mode(change.before())) {
      state.file().reopen(next).close();
    }
    FileLocks.of(change.after(), change.to()).requireFree(state.file());
  }

  private static void requireSameFile(NodeChange change) {
    if (!change
        .before()
        .options()
        .text("filename")
        .equals(change.after().options().text("filename"))) {
      throw new BlockException(
          Kind.INVALID,
          "node '"
              + change.after().name()
              + "': the option 'filename' of an open node cannot change");
    }
  }

  /// A change of locks and perhaps of the descriptor.
  private final class Change implements Prepared {
    private final HostFile before;
    private final Optional<HostFile> reopened;
    private final Prepared locks;
    private boolean ended;

    Change(HostFile before, Optional<HostFile> reopened, Prepared locks) {
      this.before = before;
      this.reopened = reopened;
      this.locks = locks;
    }

    @Override
    public void commit() {
      if (!ended) {
        ended = true;
        locks.commit();
        state.use(reopened.orElse(before));
        reopened.ifPresent(_ -> before.close());
      }
    }

    @Override
    public void abort() {
      if (!ended) {
        ended = true;
        locks.abort();
        reopened.ifPresent(HostFile::close);
      }
    }
  }

  @Override
  public Map<String, Object> facts() {
    return Map.of(
        "path", canonical, "identity", state.file().identity(), "flushFailed", state.flushFailed());
  }

  @Override
  public void close(Children children) {
    state.file().close();
  }
}
