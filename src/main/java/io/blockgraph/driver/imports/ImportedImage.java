package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/// What an image says about where the bytes of its disk are. Holds bounded caches of its tables and
/// no file; those are given with each call, in the driver's order. Any thread.
interface ImportedImage {
  /// So many units are looked at for one run, whatever the tables say.
  int MAX_RUN_UNITS = 1024;

  /// The length of the disk.
  long sizeBytes();

  /// The unit in which the format places bytes.
  long unitBytes();

  /// What is at `offset`, as far as it goes on in the same way, at most `most` bytes. Looks at no
  /// more than [#MAX_RUN_UNITS] table entries.
  ///
  /// @throws io.blockgraph.block.BlockException CORRUPT naming the table entry that points nowhere
  Span find(List<BlockIo> files, long offset, long most);

  /// How many entries were looked at to find `span`, at most. To make a refusal takes as long as to
  /// look at many.
  default long cost(Span span) {
    return span.isBroken()
        ? MAX_RUN_UNITS
        : Math.min(MAX_RUN_UNITS, 1 + span.bytes() / unitBytes());
  }

  /// Reads out of the compressed unit that `span` told of; `offset` is a place of the disk, and
  /// `into` no longer than the span.
  default void readCompressed(List<BlockIo> files, Span span, long offset, MemorySegment into) {
    throw new IllegalStateException("the format has no compressed units");
  }

  /// What the image says of itself, as plain values.
  Map<String, Object> facts();
}
