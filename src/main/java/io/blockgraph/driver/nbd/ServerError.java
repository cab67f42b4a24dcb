package io.blockgraph.driver.nbd;

/// The errors that a server may answer with.
enum ServerError {
  EPERM(1),
  EIO(5),
  ENOMEM(12),
  EINVAL(22),
  ENOSPC(28),
  EOVERFLOW(75),
  ENOTSUP(95),
  ESHUTDOWN(108),
  UNKNOWN(0);

  private final int number;

  ServerError(int number) {
    this.number = number;
  }

  static ServerError of(int number) {
    for (ServerError error : values()) {
      if (error.number == number && error != UNKNOWN) {
        return error;
      }
    }
    return UNKNOWN;
  }

  /// The name, or the number as it came where it has none.
  String inWords(int came) {
    return this == UNKNOWN ? "error " + Integer.toUnsignedString(came) : name();
  }
}
