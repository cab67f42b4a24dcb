package io.blockgraph.export.nbd;

import io.blockgraph.engine.IoFigures;
import java.time.Instant;
import java.util.Optional;

/// What is known of a connected client, as of one moment.
///
/// @param id the server's number for the connection, never used twice
/// @param peer where it comes from: `127.0.0.1:40312`, `unix`
/// @param connectedSince when its connection was accepted
/// @param tls what was agreed on under TLS; none in plain
/// @param export the export it uses; none while it negotiates
/// @param traffic what it has moved
/// @param figures the same by the word of the command, with times
/// @param lastError the last request that failed, in words with the reason; it can name nodes and
///   files of the host
public record NbdClient(
    Id id,
    String peer,
    Instant connectedSince,
    Optional<TlsSession> tls,
    Optional<ExportName> export,
    Traffic traffic,
    IoFigures figures,
    Optional<String> lastError) {
  /// The number of a connection.
  ///
  /// @param value counts from 1
  public record Id(long value) implements Comparable<Id> {
    @Override
    public int compareTo(Id other) {
      return Long.compare(value, other.value);
    }
  }

  /// Requests that were answered without error, and their bytes.
  ///
  /// @param reads READ requests
  /// @param readBytes bytes they returned
  /// @param writes WRITE requests
  /// @param writtenBytes bytes they wrote
  /// @param others FLUSH, TRIM, WRITE_ZEROES and BLOCK_STATUS requests
  /// @param failures requests that got an error
  public record Traffic(
      long reads, long readBytes, long writes, long writtenBytes, long others, long failures) {}
}
