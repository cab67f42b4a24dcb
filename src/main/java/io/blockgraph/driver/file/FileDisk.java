package io.blockgraph.driver.file;

import io.blockgraph.block.Allocated;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CopyOffload;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.HostFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The bytes of an open file. It does not grow by writing, only by [#resize].
final class FileDisk extends OpenBytes
    implements Resizable, Extents, Allocated, CopyOffload, CopyOffload.Storage {
  private final FileState state;

  FileDisk(FileState state) {
    super(state);
    this.state = state;
  }

  @Override
  public Optional<Place> place(ByteRange range) {
    return Optional.of(new Place(this, range.within(state.sizeBytes()).offset()));
  }

  @Override
  public boolean take(long offset, Place source, long length) {
    ByteRange.requireWithin(offset, length, state.sizeBytes());
    try {
      return source.storage() instanceof FileDisk other
          && other
              .state
              .file()
              .cloneTo(state.file(), new ByteRange(source.offset(), length), offset);
    } catch (BlockException e) {
      throw state.told(e, "write", offset, length);
    } finally {
      state.changed();
    }
  }

  @Override
  public long allocatedBytes() {
    return state.file().allocatedBytes();
  }

  @Override
  public void resize(long sizeBytes) {
    if (sizeBytes < 0) {
      throw new BlockException(Kind.INVALID, "a file cannot have " + sizeBytes + " bytes");
    }
    try {
      state.resize(sizeBytes);
    } catch (BlockException e) {
      throw state.told(e, "resize", sizeBytes, 0);
    }
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    range.within(state.sizeBytes());
    HostFile file = state.file();
    List<Extent> found = new ArrayList<>();
    long at = range.offset();
    while (at < range.end() && found.size() < MAX_PER_CALL) {
      long data = Math.min(file.seekData(at), range.end());
      long end = data > at ? data : Math.min(file.seekHole(at), range.end());
      if (end <= at) {
        // The file was cut or changed between the two questions: what is left is told as data,
        // which is always true.
        end = range.end();
        data = at;
      }
      ByteRange part = ByteRange.between(at, end);
      found.add(
          data > at
              ? Extent.hole(part)
              : new Extent(part, Extent.Kind.DATA, 0, OptionalLong.of(at)));
      at = end;
    }
    return found;
  }
}
