package io.blockgraph.export.nbd;

import io.blockgraph.nbd.ProtocolBroken;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The first words of a connection, by which each side says how it means to negotiate.
///
/// @param fixedNewstyle whether the client understands replies to options
/// @param noZeroes whether it can do without the zeroes after EXPORT_NAME
record Greeting(boolean fixedNewstyle, boolean noZeroes) {
  private static final int KNOWN_CLIENT_FLAGS = Wire.FLAG_FIXED_NEWSTYLE | Wire.FLAG_NO_ZEROES;

  /// Greets the client, and hears its flags.
  static Greeting exchange(HandshakeChannel channel) throws IOException {
    ByteBuffer greeting = ByteBuffer.allocate(18);
    greeting.putLong(Wire.NBD_MAGIC).putLong(Wire.OPTION_MAGIC);
    greeting.putShort((short) (Wire.FLAG_FIXED_NEWSTYLE | Wire.FLAG_NO_ZEROES));
    channel.put(greeting.flip());
    int flags = channel.read(Integer.BYTES).getInt();
    if ((flags & ~KNOWN_CLIENT_FLAGS) != 0) {
      throw new ProtocolBroken("client flags 0x" + Integer.toHexString(flags));
    }
    return new Greeting(
        (flags & Wire.FLAG_FIXED_NEWSTYLE) != 0, (flags & Wire.FLAG_NO_ZEROES) != 0);
  }
}
