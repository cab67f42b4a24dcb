package io.blockgraph.driver.http;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.http.Windows.Window;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// A resource as a disk. Short reads take what lies behind them along.
final class HttpDisk implements BlockIo {
  private static final int MOST_BYTES = 4 << 20;

  private final Resource resource;
  private final int readahead;
  private final Telling telling;
  private final Windows windows = new Windows();

  HttpDisk(Resource resource, int readahead, Telling telling) {
    this.resource = resource;
    this.readahead = readahead;
    this.telling = telling;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    for (long done = 0; done < into.byteSize(); ) {
      int part = (int) Math.min(MOST_BYTES, into.byteSize() - done);
      Window window = window(offset + done, part);
      int from = (int) (offset + done - window.offset());
      MemorySegment.copy(window.bytes(), from, into, ValueLayout.JAVA_BYTE, done, part);
      done += part;
    }
  }

  private Window window(long offset, int length) {
    Optional<Window> kept = windows.find(offset, length);
    if (kept.isPresent()) {
      return kept.get();
    }
    int ask = (int) Math.min(Math.max(length, readahead), sizeBytes() - offset);
    try {
      Window window = new Window(offset, resource.get(offset, ask));
      if (length < ask) {
        windows.keep(window);
      }
      return window;
    } catch (BlockException e) {
      throw telling.told(e, offset, length);
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    if (from.byteSize() > 0) {
      throw new BlockException(Kind.READ_ONLY, "a disk of a web server cannot be written");
    }
  }

  /// Nothing is ever written.
  @Override
  public void flush() {}

  @Override
  public long sizeBytes() {
    return resource.version().sizeBytes();
  }
}
