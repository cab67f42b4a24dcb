package io.blockgraph.bench.nbd;

import java.io.IOException;
import java.nio.file.Path;

/// One that serves an image to NBD clients.
interface Server {
  /// Its name in the table.
  String name();

  /// Whether it can serve this image.
  default boolean can(Format format) {
    return true;
  }

  /// Serves an image until what is returned is closed.
  Serving serve(Image image, Transport transport) throws IOException, InterruptedException;

  /// The format of an image.
  enum Format {
    RAW,
    QCOW2
  }

  /// An image and how long its disk is.
  record Image(Path file, Format format) {}

  /// What clients connect to.
  enum Transport {
    UNIX,
    TCP
  }

  /// A served image.
  interface Serving extends AutoCloseable {
    /// Where, as [NbdClients] takes it.
    String address();

    /// The name clients ask for.
    String export();

    /// The process that does the work, to see what it costs.
    long pid();

    @Override
    void close() throws IOException, InterruptedException;
  }
}
