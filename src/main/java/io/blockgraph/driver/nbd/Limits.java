package io.blockgraph.driver.nbd;

import java.util.concurrent.TimeUnit;

/// What bounds a client whatever a server does.
final class Limits {
  /// So many requests are under way over one connection; more wait here.
  static final int IN_FLIGHT = 64;

  /// A read or write is split so that no part is longer.
  static final int PAYLOAD_BYTES = 4 << 20;

  /// A zeroing or discard is split so that no part is longer: a server may have to write it.
  static final long ZERO_BYTES = 128L << 20;

  /// Extents are asked for so much at a time.
  static final long STATUS_BYTES = 1L << 30;

  /// A server's reply to an option is no longer.
  static final int OPTION_REPLY_BYTES = 64 << 10;

  /// So many replies come at most for one option.
  static final int OPTION_REPLIES = 64;

  /// A server's list of extents is no longer: a million of them.
  static final int STATUS_PAYLOAD_BYTES = 4 + 8 * (1 << 20);

  /// An attempt to connect, with all that is negotiated, takes no longer.
  static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(10);

  /// Between attempts to connect; it doubles with each that fails.
  static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /// Taking leave of the server takes no longer.
  static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private Limits() {}
}
