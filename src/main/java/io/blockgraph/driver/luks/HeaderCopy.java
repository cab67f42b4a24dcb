package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Header and keys of an image in memory. What is written here is remembered and then done to the
/// image in the same order: so nobody has to wait while keys are derived. One thread.
final class HeaderCopy implements BlockIo {
  private final long fileBytes;
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final byte[] before;

  private record Piece(ByteRange range, byte[] bytes) {}

  private sealed interface Step {
    record Write(long offset, byte[] bytes) implements Step {}

    record Flush() implements Step {}
  }

  private HeaderCopy(long fileBytes, byte[] before) {
    this.fileBytes = fileBytes;
    this.before = before;
  }

  /// What `file` holds now: its header, and the keys of the slots that are used, or were.
  ///
  /// @throws BlockException BAD_IMAGE naming the field
  static HeaderCopy of(BlockIo file) {
    Header header = Header.read(file);
    byte[] bytes = Header.bytes(file, 0, Header.BYTES);
    HeaderCopy copy = new HeaderCopy(file.sizeBytes(), bytes.clone());
    copy.pieces.add(new Piece(new ByteRange(0, Header.BYTES), bytes));
    for (int index : Stream.concat(header.used().stream(), header.unwiped().stream()).toList()) {
      ByteRange place = header.place(header.slots().get(index));
      byte[] key = Header.bytes(file, place.offset(), (int) place.length());
      copy.pieces.add(new Piece(place, key));
    }
    return copy;
  }

  /// How many bytes [#replay] writes.
  long writtenBytes() {
    return steps.stream()
        .mapToLong(step -> step instanceof Step.Write write ? write.bytes().length : 0)
        .sum();
  }

  /// Does to the image what was done here.
  ///
  /// @throws BlockException INVALID when its header is another by now; then nothing is written
  void replay(BlockIo file) {
    if (!Arrays.equals(before, Header.bytes(file, 0, Header.BYTES))) {
      throw new BlockException(
          Kind.INVALID, "the header of the image was changed by somebody else meanwhile");
    }
    for (Step step : steps) {
      switch (step) {
        case Step.Flush() -> file.flush();
        case Step.Write(long offset, byte[] bytes) -> write(file, offset, bytes);
      }
    }
  }

  private static void write(BlockIo file, long offset, byte[] bytes) {
    try (Arena arena = Arena.ofShared()) {
      file.write(offset, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
    }
  }

  @Override
  public void read(long offset, MemorySegment into) {
    Piece piece = pieceWith(new ByteRange(offset, into.byteSize()));
    MemorySegment.copy(
        piece.bytes(),
        (int) (offset - piece.range().offset()),
        into,
        ValueLayout.JAVA_BYTE,
        0,
        (int) into.byteSize());
  }

  private Piece pieceWith(ByteRange range) {
    return pieces.stream()
        .filter(piece -> piece.range().intersect(range).equals(range))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no key was there: " + range));
  }

  @Override
  public void write(long offset, MemorySegment from) {
    byte[] bytes = from.toArray(ValueLayout.JAVA_BYTE);
    steps.add(new Step.Write(offset, bytes));
    ByteRange range = new ByteRange(offset, bytes.length);
    boolean known = false;
    for (Piece piece : pieces) {
      if (piece.range().intersect(range).equals(range)) {
        System.arraycopy(
            bytes, 0, piece.bytes(), (int) (offset - piece.range().offset()), bytes.length);
        known = true;
      }
    }
    if (!known) {
      pieces.add(new Piece(range, bytes.clone()));
    }
  }

  @Override
  public void flush() {
    steps.add(new Step.Flush());
  }

  @Override
  public long sizeBytes() {
    return fileBytes;
  }
}
