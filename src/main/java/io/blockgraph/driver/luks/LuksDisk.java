package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.driver.Amendable;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.graph.Options;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The data of an image, encrypted below and plain above.
///
/// Sectors are encrypted whole, so a write of a part of one reads it first; meanwhile nobody else
/// may write the rest of it, nor read it half written.
final class LuksDisk implements BlockIo, Amendable {
  private static final int CHUNK_BYTES = 256 << 10;
  private static final ScratchBuffers SCRATCH = ScratchBuffers.shared(CHUNK_BYTES);

  private final BlockIo file;
  private final long payload;
  private final RangeLocks locks;
  private final LuksNode node;

  LuksDisk(BlockIo file, LuksNode node) {
    this.file = file;
    this.payload = node.payload();
    this.locks = node.locks();
    this.node = node;
  }

  @Override
  public Amendment amendment(Options options) {
    return node.amendment(options);
  }

  /// Header and keys, as they are now.
  HeaderCopy headerCopy() {
    return HeaderCopy.of(file);
  }

  /// Makes a change of keys.
  void amend(LuksNode.Key opened, HeaderCopy copy) {
    node.amend(file, opened, copy);
  }

  /// A part of a sector at the end of the file is no sector.
  @Override
  public long sizeBytes() {
    long bytes = Math.max(0, file.sizeBytes() - payload);
    return bytes - bytes % Xts.SECTOR_BYTES;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    ByteRange wanted = new ByteRange(offset, into.byteSize());
    ByteRange whole = whole(wanted);
    try (RangeLocks.Held unused = locks.share(whole)) {
      for (long at = whole.offset(); at < whole.end(); at += CHUNK_BYTES) {
        byte[] plain = plain(at, (int) Math.min(CHUNK_BYTES, whole.end() - at));
        ByteRange part = new ByteRange(at, plain.length).intersect(wanted);
        MemorySegment.copy(
            plain,
            (int) (part.offset() - at),
            into,
            ValueLayout.JAVA_BYTE,
            part.offset() - offset,
            (int) part.length());
      }
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    ByteRange given = new ByteRange(offset, from.byteSize());
    ByteRange whole = whole(given);
    if (given.isEmpty()) {
      return;
    }
    boolean exact = whole.equals(given);
    try (RangeLocks.Held unused = exact ? locks.share(whole) : locks.exclude(whole)) {
      for (long at = whole.offset(); at < whole.end(); at += CHUNK_BYTES) {
        ByteRange chunk = new ByteRange(at, Math.min(CHUNK_BYTES, whole.end() - at));
        ByteRange part = chunk.intersect(given);
        byte[] bytes = part.equals(chunk) ? new byte[(int) chunk.length()] : edges(chunk, part);
        MemorySegment.copy(
            from,
            ValueLayout.JAVA_BYTE,
            part.offset() - offset,
            bytes,
            (int) (part.offset() - at),
            (int) part.length());
        store(at, bytes);
      }
    }
  }

  /// What a chunk holds in the sectors that `part` covers only partly.
  private byte[] edges(ByteRange chunk, ByteRange part) {
    byte[] bytes = new byte[(int) chunk.length()];
    int last = bytes.length - Xts.SECTOR_BYTES;
    if (part.offset() > chunk.offset()) {
      System.arraycopy(plain(chunk.offset(), Xts.SECTOR_BYTES), 0, bytes, 0, Xts.SECTOR_BYTES);
    }
    if (part.end() < chunk.end()) {
      byte[] end = plain(chunk.offset() + last, Xts.SECTOR_BYTES);
      System.arraycopy(end, 0, bytes, last, Xts.SECTOR_BYTES);
    }
    return bytes;
  }

  private static ByteRange whole(ByteRange range) {
    long start = range.offset() - range.offset() % Xts.SECTOR_BYTES;
    return ByteRange.between(
        start, Math.ceilDiv(range.end(), (long) Xts.SECTOR_BYTES) * Xts.SECTOR_BYTES);
  }

  private byte[] plain(long at, int length) {
    byte[] bytes = new byte[length];
    try (ScratchBuffers.Lease lease = SCRATCH.borrow()) {
      MemorySegment encrypted = lease.first(length);
      file.read(payload + at, encrypted);
      MemorySegment.copy(encrypted, ValueLayout.JAVA_BYTE, 0, bytes, 0, length);
    }
    node.cipher().decrypt(bytes, length, at / Xts.SECTOR_BYTES);
    return bytes;
  }

  private void store(long at, byte[] bytes) {
    node.cipher().encrypt(bytes, bytes.length, at / Xts.SECTOR_BYTES);
    try (ScratchBuffers.Lease lease = SCRATCH.borrow()) {
      MemorySegment encrypted = lease.first(bytes.length);
      MemorySegment.copy(bytes, 0, encrypted, ValueLayout.JAVA_BYTE, 0, bytes.length);
      file.write(payload + at, encrypted);
    }
  }

  @Override
  public void flush() {
    file.flush();
  }
}
