package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.nbd.ProtocolBroken;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/// Takes replies apart. Nothing in them is believed: a reply must answer a request that waits, its
/// lengths must be those that were asked for, and a read must come whole. One thread.
final class Receiver {
  private static final int ERROR_BYTES = 6;
  private static final int MOST_ERROR_BYTES = ERROR_BYTES + Wire.STRING_BYTES + Long.BYTES;

  private final Inlet in;
  private final ExportInfo info;
  private final Pending pending;
  private final Answered answered;

  /// Who is told that a request has been answered.
  interface Answered {
    void answered(Exchange exchange);
  }

  Receiver(Inlet in, Link link, Answered answered) {
    this.in = in;
    this.info = link.info;
    this.pending = link.pending;
    this.answered = answered;
  }

  /// Waits for one reply, or one chunk of one.
  void receiveOne() throws IOException {
    int magic = in.i32();
    if (magic == Wire.SIMPLE_REPLY_MAGIC) {
      simple();
    } else if (magic == Wire.STRUCTURED_REPLY_MAGIC && info.structured()) {
      chunk();
    } else {
      throw new ProtocolBroken("a reply that begins with 0x" + Integer.toHexString(magic));
    }
  }

  private void simple() throws IOException {
    int error = in.i32();
    long cookie = in.i64();
    Exchange exchange = pending.get(cookie);
    int command = exchange.command.number();
    if (error != 0) {
      exchange.refuse(refusal(exchange, error, ""));
    } else if (command == Wire.COMMAND_BLOCK_STATUS
        || (command == Wire.COMMAND_READ && info.structured())) {
      throw new ProtocolBroken("a simple reply where chunks were agreed on");
    } else if (command == Wire.COMMAND_READ) {
      in.into(exchange.memory.asByteBuffer());
    }
    end(cookie, exchange);
  }

  private void end(long cookie, Exchange exchange) {
    pending.remove(cookie);
    answered.answered(exchange);
  }

  private void chunk() throws IOException {
    int flags = in.u16();
    int type = in.u16();
    long cookie = in.i64();
    long length = in.u32();
    Exchange exchange = pending.get(cookie);
    boolean last = (flags & Wire.CHUNK_DONE) != 0;
    if ((type & Wire.CHUNK_IS_ERROR) != 0) {
      error(exchange, length);
    } else {
      content(exchange, type, length);
    }
    if (last) {
      requireWhole(exchange);
      end(cookie, exchange);
    } else if (type == Wire.CHUNK_NONE) {
      throw new ProtocolBroken("an empty chunk that is not the last");
    }
  }

  private void content(Exchange exchange, int type, long length) throws IOException {
    int command = exchange.command.number();
    if (type == Wire.CHUNK_NONE && length == 0) {
      return;
    }
    if (type == Wire.CHUNK_OFFSET_DATA && command == Wire.COMMAND_READ && length > Long.BYTES) {
      ByteRange piece = piece(exchange, in.i64(), length - Long.BYTES);
      in.into(exchange.memory.asSlice(piece.offset(), piece.length()).asByteBuffer());
    } else if (type == Wire.CHUNK_OFFSET_HOLE && command == Wire.COMMAND_READ && length == 12) {
      ByteRange piece = piece(exchange, in.i64(), in.u32());
      exchange.memory.asSlice(piece.offset(), piece.length()).fill((byte) 0);
    } else if (type == Wire.CHUNK_BLOCK_STATUS && command == Wire.COMMAND_BLOCK_STATUS) {
      status(exchange, length);
    } else {
      throw new ProtocolBroken("a chunk of type " + type + " and " + length + " bytes");
    }
  }

  /// A piece of a read by its place within the read.
  private static ByteRange piece(Exchange exchange, long offset, long length)
      throws ProtocolBroken {
    long at = offset - exchange.range.offset();
    if (at < 0 || length <= 0 || at > exchange.range.length() - length) {
      throw new ProtocolBroken(
          length + " bytes at " + offset + " in reply to a read of " + exchange.range);
    }
    if (!exchange.coverage.add(at, length)) {
      throw new ProtocolBroken("the same bytes twice in reply to a read, or too many pieces");
    }
    return new ByteRange(at, length);
  }

  private void status(Exchange exchange, long length) throws IOException {
    if (length < 12 || length % 8 != 4 || length > Limits.STATUS_PAYLOAD_BYTES) {
      throw new ProtocolBroken("a list of extents of " + length + " bytes");
    }
    int context = in.i32();
    if (info.allocation().isEmpty()
        || context != info.allocation().getAsInt()
        || !exchange.extents.isEmpty()) {
      throw new ProtocolBroken("extents of a context that was not asked for");
    }
    long at = exchange.range.offset();
    for (long i = 0; i < length / 8; i++) {
      long bytes = in.u32();
      int state = in.i32();
      if (bytes == 0) {
        throw new ProtocolBroken("an extent without bytes");
      }
      long end = Math.min(exchange.range.end(), at + bytes);
      if (end > at && exchange.extents.size() < Extents.MAX_PER_CALL) {
        exchange.extents.add(
            new Extent(ByteRange.between(at, end), kind(state), 0, OptionalLong.empty()));
      }
      at = end;
    }
  }

  private static Extent.Kind kind(int state) {
    return switch (state & (Wire.STATE_HOLE | Wire.STATE_ZERO)) {
      case Wire.STATE_HOLE | Wire.STATE_ZERO -> Extent.Kind.HOLE;
      case Wire.STATE_ZERO -> Extent.Kind.ZERO;
      default -> Extent.Kind.DATA;
    };
  }

  private void error(Exchange exchange, long length) throws IOException {
    if (length < ERROR_BYTES || length > MOST_ERROR_BYTES) {
      throw new ProtocolBroken("an error of " + length + " bytes");
    }
    int error = in.i32();
    int words = in.u16();
    if (words > length - ERROR_BYTES || error == 0) {
      throw new ProtocolBroken("an error that is none");
    }
    String said = new String(in.bytes(words), StandardCharsets.UTF_8);
    in.skip(length - ERROR_BYTES - words);
    exchange.refuse(refusal(exchange, error, said));
  }

  private static void requireWhole(Exchange exchange) throws ProtocolBroken {
    if (exchange.said() instanceof Exchange.Outcome.Done) {
      boolean whole =
          switch (exchange.command.number()) {
            case Wire.COMMAND_READ -> exchange.coverage.isWhole(exchange.range.length());
            case Wire.COMMAND_BLOCK_STATUS -> !exchange.extents.isEmpty();
            default -> true;
          };
      if (!whole) {
        throw new ProtocolBroken("a reply that ends before all was said");
      }
    }
  }

  private static BlockException refusal(Exchange exchange, int error, String said) {
    ServerError named = ServerError.of(error);
    String words = said.isBlank() ? "" : ": " + Harmless.text(said);
    return new BlockException(
        kind(named, exchange.command), "the server answers " + named.inWords(error) + words);
  }

  private static Kind kind(ServerError error, Exchange.Command command) {
    boolean fast = command.has(Wire.FAST_ZERO);
    if (command.number() == Wire.COMMAND_FLUSH) {
      return Kind.FLUSH_FAILED;
    }
    return switch (error) {
      case EPERM -> Kind.READ_ONLY;
      case ENOSPC -> Kind.NO_SPACE;
      case ENOTSUP, EINVAL -> fast ? Kind.UNSUPPORTED : Kind.IO;
      case EIO, ENOMEM, EOVERFLOW, ESHUTDOWN, UNKNOWN -> Kind.IO;
    };
  }
}
