package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The keys in the used slots of an image as they were read: who tries a password on them asks no
/// disk. A slot that could not be read fails when it is tried, as the disk would. Any thread.
final class UsedSlots implements BlockIo {
  private final long fileBytes;
  private final List<Piece> pieces;

  private record Piece(ByteRange range, byte[] bytes, @Nullable BlockException failure) {
    static Piece of(BlockIo file, ByteRange range) {
      try {
        byte[] bytes = Header.bytes(file, range.offset(), Math.toIntExact(range.length()));
        return new Piece(range, bytes, null);
      } catch (BlockException e) {
        return new Piece(range, new byte[0], e);
      }
    }

    boolean isSame(Piece other) {
      return range.equals(other.range)
          && failure == null
          && other.failure == null
          && Arrays.equals(bytes, other.bytes);
    }
  }

  private UsedSlots(long fileBytes, List<Piece> pieces) {
    this.fileBytes = fileBytes;
    this.pieces = pieces;
  }

  /// What `file` holds in the slots that `header` says are used.
  static UsedSlots of(BlockIo file, Header header) {
    List<Piece> pieces =
        header.used().stream()
            .map(index -> Piece.of(file, header.place(header.slots().get(index))))
            .toList();
    return new UsedSlots(file.sizeBytes(), pieces);
  }

  /// Whether both hold the same keys, as far as they could be read at all.
  boolean areSame(UsedSlots other) {
    boolean same = pieces.size() == other.pieces.size();
    for (int i = 0; same && i < pieces.size(); i++) {
      same = pieces.get(i).isSame(other.pieces.get(i));
    }
    return same;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange range = new ByteRange(offset, into.byteSize());
    Piece piece =
        pieces.stream()
            .filter(it -> it.range().intersect(range).equals(range))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no key was there: " + range));
    if (piece.failure() != null) {
      throw piece.failure();
    }
    MemorySegment.copy(
        piece.bytes(),
        Math.toIntExact(offset - piece.range().offset()),
        into,
        ValueLayout.JAVA_BYTE,
        0,
        Math.toIntExact(into.byteSize()));
  }

  @Override
  public void write(long offset, MemorySegment from) {
    throw new IllegalStateException("keys that were read are not written");
  }

  @Override
  public void flush() {
    // Nothing was written.
  }

  @Override
  public long sizeBytes() {
    return fileBytes;
  }
}
