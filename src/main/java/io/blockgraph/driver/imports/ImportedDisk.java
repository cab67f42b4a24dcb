package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// An imported image over its files, as one binding of the graph sees it. Immutable; no locks.
final class ImportedDisk implements BlockIo, Extents {
  /// About so many entries of tables are looked at for one answer about extents.
  private static final long MAX_COST = 1L << 20;

  private final ImportedImage image;
  private final List<BlockIo> files;

  ImportedDisk(ImportedImage image, List<BlockIo> files) {
    this.image = image;
    this.files = files;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    long length = into.byteSize();
    ByteRange.requireWithin(offset, length, image.sizeBytes());
    long done = 0;
    while (done < length) {
      Span span = image.find(files, offset + done, length - done);
      readRun(span, offset + done, into.asSlice(done, span.bytes()));
      done += span.bytes();
    }
  }

  private void readRun(Span span, long offset, MemorySegment into) {
    switch (span.kind()) {
      case HOLE -> into.fill((byte) 0);
      case DATA -> readPadded(files.get(span.source()), span.hostOffset(), into);
      case COMPRESSED -> image.readCompressed(files, span, offset, into);
    }
  }

  /// Only a format whose last unit may be cut short lets a run reach behind the end of its file.
  private static void readPadded(BlockIo file, long offset, MemorySegment into) {
    long present = Math.clamp(file.sizeBytes() - offset, 0, into.byteSize());
    file.read(offset, into.asSlice(0, present));
    into.asSlice(present).fill((byte) 0);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), image.sizeBytes());
    if (from.byteSize() > 0) {
      throw ImportNode.readOnly("the disk");
    }
  }

  /// Nothing was written.
  @Override
  public void flush() {}

  @Override
  public long sizeBytes() {
    return image.sizeBytes();
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    range.within(image.sizeBytes());
    List<Extent> found = new ArrayList<>();
    long at = range.offset();
    long cost = 0;
    while (at < range.end() && cost < MAX_COST) {
      Span span = found(at, range.end() - at);
      cost += image.cost(span);
      Extent next = extent(at, span);
      if (!found.isEmpty() && continues(found.getLast(), next)) {
        found.add(joined(found.removeLast(), next));
      } else if (found.size() < MAX_PER_CALL) {
        found.add(next);
      } else {
        break;
      }
      at = next.range().end();
    }
    return found;
  }

  /// What is at a place; where the tables contradict themselves it is data, and reading it fails.
  private Span found(long at, long most) {
    try {
      return image.find(files, at, most);
    } catch (BlockException e) {
      if (e.kind() != BlockException.Kind.CORRUPT) {
        throw e;
      }
      return Span.broken(Math.min(most, image.unitBytes() - at % image.unitBytes()));
    }
  }

  private Extent extent(long at, Span span) {
    ByteRange range = new ByteRange(at, span.bytes());
    return switch (span.kind()) {
      case HOLE -> Extent.hole(range);
      case COMPRESSED -> new Extent(range, Extent.Kind.COMPRESSED, 0, OptionalLong.empty());
      case DATA ->
          files.size() == 1
              ? new Extent(range, Extent.Kind.DATA, 0, OptionalLong.of(span.hostOffset()))
              : Extent.data(range);
    };
  }

  private static boolean continues(Extent before, Extent next) {
    if (before.kind() != next.kind()) {
      return false;
    }
    OptionalLong host = before.hostOffset();
    return host.isPresent()
        ? next.hostOffset().equals(OptionalLong.of(host.getAsLong() + before.range().length()))
        : next.hostOffset().isEmpty();
  }

  private static Extent joined(Extent before, Extent next) {
    ByteRange range = ByteRange.between(before.range().offset(), next.range().end());
    return new Extent(range, before.kind(), before.depth(), before.hostOffset());
  }
}
