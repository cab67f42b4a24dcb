package io.blockgraph.export.nbd;

import io.blockgraph.block.ByteRange;
import io.blockgraph.nbd.ProtocolBroken;
import io.blockgraph.nbd.Wire;
import java.lang.foreign.MemorySegment;

/// A request as it came over the wire; nothing in it has been judged.
///
/// @param flags command flags
/// @param command what is asked
/// @param cookie the client's own mark, given back with the reply
/// @param offset first byte; negative stands for 2^63 and above
/// @param length how many bytes, of the disk or of a payload that follows; 0 to 2^32-1 in a compact
///   request, negative stands for 2^63 and above in an extended one
record Request(int flags, Command command, long cookie, long offset, long length) {
  /// The request whose header stands in `header`, or what follows from a wrong magic.
  ///
  /// @throws ProtocolBroken when the magic is wrong: the two sides have lost each other
  static Request parse(Framing framing, MemorySegment header) throws ProtocolBroken {
    boolean extended = framing == Framing.EXTENDED;
    int magic = header.get(Wire.U32, 0);
    if (magic != (extended ? Wire.EXTENDED_REQUEST_MAGIC : Wire.REQUEST_MAGIC)) {
      throw new ProtocolBroken("request magic is 0x" + Integer.toHexString(magic));
    }
    return new Request(
        Short.toUnsignedInt(header.get(Wire.U16, 4)),
        Command.of(Short.toUnsignedInt(header.get(Wire.U16, 6))),
        header.get(Wire.U64, 8),
        header.get(Wire.U64, 16),
        extended ? header.get(Wire.U64, 24) : Integer.toUnsignedLong(header.get(Wire.U32, 24)));
  }

  /// The same request about `effectBytes` of the disk.
  Request about(long effectBytes) {
    return new Request(flags, command, cookie, offset, effectBytes);
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /// Whether all of it lies on a disk of `sizeBytes`.
  boolean isWithin(long sizeBytes) {
    return offset >= 0 && length >= 0 && offset <= sizeBytes - length;
  }

  /// The bytes it is about; only for a request that is within its disk.
  ByteRange range() {
    return new ByteRange(offset, length);
  }
}
