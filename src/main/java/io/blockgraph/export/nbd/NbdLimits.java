package io.blockgraph.export.nbd;

import io.blockgraph.block.StackSize;

/// Every bound and deadline of the NBD server.
///
/// @param negotiation what a client may do before it is served
/// @param transfer what it may do then
/// @param removalMs how long the removal of an export waits for requests under way before it cuts
///   connections
/// @param stack what the threads need that ask the disks of exports
public record NbdLimits(
    Negotiation negotiation, Transfer transfer, long removalMs, StackSize stack) {
  /// The bounds of the handshake.
  ///
  /// @param deadlineMs all of it must be over by then, counted from the accept
  /// @param options so many options are answered in a session; one more closes the connection
  /// @param optionBytes data of one option; more closes the connection (meta context options:
  ///   TOO_BIG up to 16 times that)
  /// @param queries meta context queries in one option; more are TOO_BIG
  /// @param connections so many may negotiate at once; one more and the one that has waited longest
  ///   is closed
  public record Negotiation(
      long deadlineMs, int options, int optionBytes, int queries, int connections) {}

  /// The bounds of the transmission phase.
  ///
  /// @param payloadBytes the largest READ or WRITE that is served
  /// @param consumedBytes a larger WRITE is read to its end and refused up to here; beyond, the
  ///   connection is closed
  /// @param bufferBytes size of each of a connection's two buffers, received and to be sent; also
  ///   the largest piece in which a request is served
  /// @param largePayloadsBytes what all connections together may hold for WRITEs larger than a
  ///   buffer; when it is used up, such a WRITE is served piece by piece while it arrives
  /// @param extents the most extents one BLOCK_STATUS reply holds
  public record Transfer(
      long payloadBytes,
      long consumedBytes,
      int bufferBytes,
      long largePayloadsBytes,
      int extents) {
    /// @throws IllegalArgumentException when a buffer cannot hold the largest BLOCK_STATUS reply,
    ///   or numbers contradict
    public Transfer {
      if (bufferBytes < 64 << 10 || extents < 1 || extents > bufferBytes / 16) {
        throw new IllegalArgumentException(
            bufferBytes + " bytes of buffer do not go with " + extents + " extents");
      }
      if (payloadBytes < 32 << 20 || consumedBytes < payloadBytes) {
        throw new IllegalArgumentException(
            "payloads: served up to " + payloadBytes + ", consumed up to " + consumedBytes);
      }
    }
  }

  /// The figures the service runs with.
  public static final NbdLimits DEFAULT =
      new NbdLimits(
          new Negotiation(10_000, 64, 64 << 10, 1024, 1024),
          new Transfer(32 << 20, 64 << 20, 1 << 20, 256 << 20, 4096),
          5_000);

  /// These bounds with the stacks of [StackSize#DEFAULT].
  public NbdLimits(Negotiation negotiation, Transfer transfer, long removalMs) {
    this(negotiation, transfer, removalMs, StackSize.DEFAULT);
  }

  /// The same with other stacks.
  public NbdLimits withStack(StackSize other) {
    return new NbdLimits(negotiation, transfer, removalMs, other);
  }
}
