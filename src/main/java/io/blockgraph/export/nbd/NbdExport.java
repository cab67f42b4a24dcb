package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockIo;
import io.blockgraph.nbd.Wire;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A disk offered to clients.
///
/// The disk is asked for its capabilities by pattern: `Zeroable`, `Discardable` and `Extents` are
/// used where they are there. One that is there and answers UNSUPPORTED is replaced by what is
/// always right: zeroes are written, a discard does nothing, everything is data. The disk must stay
/// usable until [NbdServer#remove] has returned.
///
/// @param name the name clients ask for
/// @param description a text for people, at most 4,096 bytes; may be empty
/// @param disk what is served; its size may change while it is
/// @param access what clients may do
/// @param maxConnections so many clients may use it at once; at least 1
/// @param contexts what BLOCK_STATUS can tell, base:allocation first
public record NbdExport(
    ExportName name,
    String description,
    BlockIo disk,
    Access access,
    int maxConnections,
    List<StatusContext> contexts) {
  /// What clients may do.
  public enum Access {
    /// Reads only; every command that would write gets EPERM.
    READ_ONLY,
    /// Reads and writes.
    WRITABLE
  }

  /// The number of clients when nobody says otherwise.
  public static final int DEFAULT_CONNECTIONS = 100;

  /// @throws IllegalArgumentException for a description that is too long or no connections
  public NbdExport {
    contexts = List.copyOf(contexts);
    if (description.getBytes(StandardCharsets.UTF_8).length > Wire.STRING_BYTES) {
      throw new IllegalArgumentException("the description of export '" + name + "' is too long");
    }
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "export '" + name + "' needs at least one connection, not " + maxConnections);
    }
  }

  /// An export that tells nothing but what reads as zeroes.
  public NbdExport(
      ExportName name, String description, BlockIo disk, Access access, int maxConnections) {
    this(name, description, disk, access, maxConnections, List.of(new StatusContext.Allocation()));
  }

  /// An export without description for the usual number of clients.
  public static NbdExport of(String name, BlockIo disk, Access access) {
    return new NbdExport(new ExportName(name), "", disk, access, DEFAULT_CONNECTIONS);
  }

  boolean isWritable() {
    return access == Access.WRITABLE;
  }
}
