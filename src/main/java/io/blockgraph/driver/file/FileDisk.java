package io.blockgraph.driver.file;

import io.blockgraph.block.Allocated;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CopyOffload;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Writeback;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.HostFile;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The bytes of an open file. It does not grow by writing, only by [#resize].
final class FileDisk
    implements BlockIo,
        Zeroable,
        Discardable,
        Resizable,
        Extents,
        Allocated,
        Writeback,
        CopyOffload,
        CopyOffload.Storage {
  private final FileState state;

  FileDisk(FileState state) {
    this.state = state;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    long length = into.byteSize();
    ByteRange.requireWithin(offset, length, state.sizeBytes());
    try {
      long got = state.file().read(offset, into);
      if (got < length) {
        // Somebody without locks cut the file: what is gone reads as zeroes, as behind any end.
        into.asSlice(got).fill((byte) 0);
      }
    } catch (BlockException e) {
      throw state.told(e, "read", offset, length);
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), state.sizeBytes());
    try {
      state.file().write(offset, from);
    } catch (BlockException e) {
      throw state.told(e, "write", offset, from.byteSize());
    }
  }

  @Override
  public void flush() {
    try {
      state.file().sync();
    } catch (BlockException e) {
      throw state.told(e, "flush", 0, state.sizeBytes());
    }
  }

  @Override
  public void startWriteback() {
    state.file().startWriteback();
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
    }
  }

  @Override
  public long sizeBytes() {
    return state.sizeBytes();
  }

  @Override
  public long allocatedBytes() {
    return state.file().allocatedBytes();
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    range.within(state.sizeBytes());
    if (range.isEmpty()) {
      return;
    }
    try {
      if (zeroedByFileSystem(range, mode)) {
        return;
      }
    } catch (BlockException e) {
      throw state.told(e, "write-zeroes", range.offset(), range.length());
    }
    if (mode == Mode.FAST_ONLY) {
      throw new BlockException(Kind.UNSUPPORTED, "the file system has no fast way to zero a range");
    }
    Zeroes.write(this, range);
  }

  private boolean zeroedByFileSystem(ByteRange range, Mode mode) {
    HostFile file = state.file();
    return switch (mode) {
      case KEEP_ALLOCATED -> file.zeroRange(range);
      case MAY_UNMAP, OPAQUE, FAST_ONLY -> file.punchHole(range) || file.zeroRange(range);
    };
  }

  @Override
  public void discard(ByteRange range) {
    range.within(state.sizeBytes());
    if (range.isEmpty()) {
      return;
    }
    try {
      boolean unused = state.file().punchHole(range);
    } catch (BlockException e) {
      throw state.told(e, "discard", range.offset(), range.length());
    }
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
