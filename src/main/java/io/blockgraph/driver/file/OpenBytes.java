package io.blockgraph.driver.file;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Writeback;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.HostFile;
import java.lang.foreign.MemorySegment;

/// The bytes of what is open, be it a file or a device: all that a device can do.
class OpenBytes implements BlockIo, Zeroable, Discardable, Writeback {
  private final FileState state;

  OpenBytes(FileState state) {
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
    } finally {
      state.changed();
    }
  }

  @Override
  public void flush() {
    try {
      state.sync();
    } catch (BlockException e) {
      throw state.told(e, "flush", 0, state.sizeBytes());
    }
  }

  @Override
  public void startWriteback() {
    state.file().startWriteback();
  }

  @Override
  public long sizeBytes() {
    return state.sizeBytes();
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
    } finally {
      state.changed();
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
    } finally {
      state.changed();
    }
  }
}
