package io.blockgraph.differential;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;
import java.util.HexFormat;
import tools.jackson.databind.JsonNode;

/// The bits of a bitmap as the daemon has them in memory: words of 64 bits, one at least.
///
/// @param bits one for each part of the disk
/// @param parts how many parts the disk has
record Marks(BitSet bits, int parts) {
  /// @param extents what is dirty and what is not, from the beginning of the disk to its end
  static Marks of(JsonNode extents, long granularity) {
    BitSet bits = new BitSet();
    long end = 0;
    for (JsonNode extent : extents) {
      long from = extent.path("offset").asLong();
      end = from + extent.path("length").asLong();
      if (extent.path("dirty").asBoolean()) {
        bits.set((int) (from / granularity), (int) ((end + granularity - 1) / granularity));
      }
    }
    return new Marks(bits, (int) ((end + granularity - 1) / granularity));
  }

  /// As the daemon tells it.
  String sha256() {
    int words = Math.max(1, (parts + 63) / 64);
    ByteBuffer bytes = ByteBuffer.allocate(words * 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(bits.toLongArray());
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
