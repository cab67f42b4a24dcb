package io.blockgraph.bench.nbd;

import java.util.Locale;

/// What clients ask for.
///
/// @param kind what each request is
/// @param sizeBytes bytes of a request
/// @param depth requests that each connection keeps under way
/// @param connections clients
/// @param diskBytes how much of the disk is asked for
record NbdLoad(Kind kind, int sizeBytes, int depth, int connections, long diskBytes) {
  /// What each request is.
  enum Kind {
    /// Places by chance.
    RANDOM_READ,
    RANDOM_WRITE,
    /// One after another, each connection in a part of its own.
    SEQUENTIAL_READ,
    SEQUENTIAL_WRITE,
    /// The first write of a cluster of 64 KiB that was never written, each cluster once, places by
    /// chance; ends when there are no more.
    ALLOCATING_WRITE;

    boolean writes() {
      return this != RANDOM_READ && this != SEQUENTIAL_READ;
    }
  }

  String inWords() {
    String size = sizeBytes >= 1 << 20 ? (sizeBytes >> 20) + " MiB" : (sizeBytes >> 10) + " KiB";
    String what = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    String clients = connections == 1 ? "" : " x " + connections + " connections";
    return size + " " + what + ", depth " + depth + clients;
  }

  /// As arguments of [NbdClients].
  String[] arguments() {
    return new String[] {kind.name(), "" + sizeBytes, "" + depth, "" + connections, "" + diskBytes};
  }

  static NbdLoad of(String[] arguments) {
    return new NbdLoad(
        Kind.valueOf(arguments[0]),
        Integer.parseInt(arguments[1]),
        Integer.parseInt(arguments[2]),
        Integer.parseInt(arguments[3]),
        Long.parseLong(arguments[4]));
  }
}
