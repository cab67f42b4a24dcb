package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.nbd.Wire;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The disk of a server, as requests over a [Line]. Long requests are made in parts, one after
/// another.
final class NbdDisk implements BlockIo, Zeroable, Discardable, Extents {
  private static final MemorySegment NOTHING = MemorySegment.NULL;

  private final Line line;
  private final ExportInfo info;
  private final FlushLedger ledger;
  private final Telling telling;

  /// With which flag each change is sent, so that it is durable when it is acknowledged.
  private final int durably;

  private volatile boolean readOnly;

  NbdDisk(Line line, ExportInfo info, FlushLedger ledger, Telling telling, int durably) {
    this.line = line;
    this.info = info;
    this.ledger = ledger;
    this.telling = telling;
    this.durably = durably;
  }

  /// Whether writes are refused here.
  void readOnly(boolean refused) {
    readOnly = refused;
  }

  @Override
  public long sizeBytes() {
    return info.sizeBytes();
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), info.sizeBytes());
    if (into.isAccessibleBy(Line.SOMEBODY_ELSE)) {
      readParts(offset, into);
    } else {
      readThroughScratch(offset, into);
    }
  }

  private void readParts(long offset, MemorySegment into) {
    for (long done = 0; done < into.byteSize(); ) {
      long part = Math.min(info.mostPayloadBytes(), into.byteSize() - done);
      send("read", Wire.COMMAND_READ, 0, into.asSlice(done, part), offset + done, part);
      done += part;
    }
  }

  /// The receiver must be able to reach the memory, and that of a confined arena it cannot.
  private void readThroughScratch(long offset, MemorySegment into) {
    long step = Math.min(1 << 20, info.mostPayloadBytes());
    try (ScratchBuffers.Lease lease =
        ScratchBuffers.shared(Math.min(step, into.byteSize())).borrow()) {
      for (long done = 0; done < into.byteSize(); ) {
        MemorySegment part = lease.first(Math.min(step, into.byteSize() - done));
        readParts(offset + done, part);
        MemorySegment.copy(part, 0, into, done, part.byteSize());
        done += part.byteSize();
      }
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), info.sizeBytes());
    requireWritable();
    for (long done = 0; done < from.byteSize(); ) {
      long part = Math.min(info.mostPayloadBytes(), from.byteSize() - done);
      send("write", Wire.COMMAND_WRITE, durably, from.asSlice(done, part), offset + done, part);
      done += part;
    }
  }

  /// A server without flush keeps what it acknowledges.
  @Override
  public void flush() {
    ledger.requireHope();
    if (!info.can(Wire.SEND_FLUSH)) {
      return;
    }
    Exchange.Command command = new Exchange.Command(Wire.COMMAND_FLUSH, 0);
    Exchange flush = new Exchange(command, new ByteRange(0, 0), NOTHING, System.nanoTime());
    try {
      line.submit(flush);
    } catch (BlockException e) {
      if (e.kind() == Kind.FLUSH_FAILED) {
        ledger.fail(String.valueOf(e.getMessage()));
      }
      throw telling.told(e, "flush", flush.range);
    }
    ledger.requireHope();
    ledger.flushed(flush.acknowledgedBefore);
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    range.within(info.sizeBytes());
    requireWritable();
    boolean fast = mode == Mode.FAST_ONLY;
    if (fast && !info.can(Wire.SEND_FAST_ZERO)) {
      throw new BlockException(Kind.UNSUPPORTED, "the server has no fast way to zero a range");
    }
    if (!info.can(Wire.SEND_WRITE_ZEROES)) {
      Zeroes.write(this, range);
      return;
    }
    int flags =
        durably | (fast ? Wire.FAST_ZERO : 0) | (mode == Mode.KEEP_ALLOCATED ? Wire.NO_HOLE : 0);
    sendParts("write-zeroes", new Exchange.Command(Wire.COMMAND_WRITE_ZEROES, flags), range);
  }

  @Override
  public void discard(ByteRange range) {
    range.within(info.sizeBytes());
    requireWritable();
    if (info.can(Wire.SEND_TRIM)) {
      sendParts("discard", new Exchange.Command(Wire.COMMAND_TRIM, durably), range);
    }
  }

  private void sendParts(String operation, Exchange.Command command, ByteRange range) {
    for (long at = range.offset(); at < range.end(); ) {
      long part = Math.min(Limits.ZERO_BYTES, range.end() - at);
      send(operation, command.number(), command.flags(), NOTHING, at, part);
      at += part;
    }
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    range.within(info.sizeBytes());
    if (range.isEmpty()) {
      return List.of();
    }
    if (info.allocation().isEmpty()) {
      return List.of(Extent.data(range));
    }
    long length = Math.min(Limits.STATUS_BYTES, range.length());
    return send("block-status", Wire.COMMAND_BLOCK_STATUS, 0, NOTHING, range.offset(), length)
        .extents;
  }

  private void requireWritable() {
    if (readOnly) {
      throw new BlockException(Kind.READ_ONLY, "the node is read-only, or what its server exports");
    }
  }

  private Exchange send(
      String operation, int command, int flags, MemorySegment memory, long offset, long length) {
    ByteRange range = new ByteRange(offset, length);
    Exchange exchange =
        new Exchange(new Exchange.Command(command, flags), range, memory, System.nanoTime());
    try {
      line.submit(exchange);
      return exchange;
    } catch (BlockException e) {
      throw telling.told(e, operation, range);
    }
  }
}
