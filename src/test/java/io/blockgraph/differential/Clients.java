package io.blockgraph.differential;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32C;

/// The clients of one side's exports, one for each, connected when it is used first.
final class Clients {
  private final Path socket;
  private final Map<String, NbdDisk> open = new HashMap<>();

  Clients(Path socket) {
    this.socket = socket;
  }

  Verdict write(Command.Write write) {
    byte[] bytes = new byte[write.length()];
    Arrays.fill(bytes, (byte) write.value());
    return verdict(disk(write.export()).write(write.offset(), bytes));
  }

  Verdict zero(Command.Zero zero) {
    return verdict(disk(zero.export()).zero(zero.offset(), zero.length()));
  }

  Verdict read(Command.Read read) {
    return verdict(disk(read.export()).read(read.offset(), read.length()));
  }

  /// All bytes of an export, by a client of their own.
  Verdict content(String export) {
    try (NbdDisk disk = NbdDisk.open(socket, export)) {
      return verdict(disk.read(0, (int) disk.sizeBytes()));
    }
  }

  void hangUp(String export) {
    NbdDisk disk = open.remove(export);
    if (disk != null) {
      disk.close();
    }
  }

  void hangUpAll() {
    open.values().forEach(NbdDisk::close);
    open.clear();
  }

  private NbdDisk disk(String export) {
    return open.computeIfAbsent(export, id -> NbdDisk.open(socket, id));
  }

  private static Verdict verdict(NbdDisk.Reply reply) {
    if (reply.error() == 0) {
      return new Verdict.Accepted(described(reply.bytes()));
    }
    Reason reason =
        switch (reply.error()) {
          case NbdDisk.HELD -> Reason.HELD;
          case 1 -> Reason.READ_ONLY;
          default -> Reason.IO;
        };
    return new Verdict.Refused(reason, "NBD error " + reply.error());
  }

  /// Length, checksum and the first byte of every 4 KiB, so that a difference can be understood.
  static String described(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    byte[] firsts = new byte[(bytes.length + 4095) / 4096];
    for (int i = 0; i < firsts.length; i++) {
      firsts[i] = bytes[i * 4096];
    }
    return bytes.length
        + " bytes, "
        + Long.toHexString(sum.getValue())
        + ", "
        + HexFormat.of().formatHex(firsts);
  }
}
