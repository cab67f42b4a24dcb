package io.blockgraph.export.nbd;

/// What a client can ask for in the transmission phase.
enum Command {
  READ,
  WRITE,
  DISC,
  FLUSH,
  TRIM,
  CACHE,
  WRITE_ZEROES,
  BLOCK_STATUS,
  /// Any number the protocol does not name, or names and we do not offer.
  UNKNOWN;

  private static final Command[] BY_NUMBER = values();

  /// The command with that number on the wire.
  static Command of(int number) {
    return number < UNKNOWN.ordinal() ? BY_NUMBER[number] : UNKNOWN;
  }

  /// Whether it is about so many bytes as it names.
  boolean movesBytes() {
    return this == READ || writes();
  }

  /// Whether it changes the disk.
  boolean writes() {
    return this == WRITE || this == TRIM || this == WRITE_ZEROES;
  }
}
