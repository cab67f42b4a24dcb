package io.blockgraph.bench.nbd;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

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
    QCOW2,
    /// Three raw images, of which two have to agree.
    QUORUM
  }

  /// An image.
  ///
  /// @param file where; of a quorum, what the names of its images begin with
  record Image(Path file, Format format) {
    private static final int CHILDREN = 3;

    /// Its files.
    List<Path> files() {
      return format == Format.QUORUM
          ? IntStream.range(0, CHILDREN)
              .mapToObj(i -> file.resolveSibling(file.getFileName() + "." + i))
              .toList()
          : List.of(file);
    }

    /// What each of its files is.
    String fileFormat() {
      return format == Format.QCOW2 ? "qcow2" : "raw";
    }
  }

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
