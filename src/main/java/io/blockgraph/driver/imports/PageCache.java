package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Pieces of a read-only file, kept as far as there is room: each has one slot it may be in, and
/// the last one that was read stays there. No locks; two threads may read the same piece at once.
final class PageCache {
  private final AtomicReferenceArray<@Nullable Page> slots;

  private record Page(BlockIo file, long offset, byte[] bytes) {}

  /// @param slots how many pieces are kept
  PageCache(int slots) {
    this.slots = new AtomicReferenceArray<>(slots);
  }

  /// The piece of that place; nobody writes to it.
  byte[] get(BlockIo file, long offset, int length) {
    int slot = Math.floorMod(Long.hashCode((offset * 0x9E3779B97F4A7C15L) >>> 17), slots.length());
    Page page = slots.get(slot);
    if (page != null
        && page.offset == offset
        && page.bytes.length == length
        && page.file.equals(file)) {
      return page.bytes;
    }
    byte[] bytes = Fields.bytes(file, offset, length);
    slots.set(slot, new Page(file, offset, bytes));
    return bytes;
  }
}
