package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/// A unix socket that is bound, and the file that leads to it.
///
/// The socket is bound inside a private folder, gets mode 0600 there and is then moved to its
/// place: nobody else can connect at any moment, whatever the umask is.
///
/// @param path where the file is
/// @param server the bound socket
/// @param identity which file it is: at its place there may be another one by the time it is
///   removed
record UnixSocketFile(Path path, ServerSocketChannel server, Object identity) {
  /// Binds a socket and puts its file at `path`, in place of a stale socket file if there is one.
  ///
  /// @throws BlockException EXISTS when somebody listens there or the file is not a socket
  static UnixSocketFile bind(Path path, int backlog) throws IOException {
    Path place = path.toAbsolutePath();
    requireFreeOrStale(place);
    Path folder =
        Files.createTempDirectory(
            Objects.requireNonNull(place.getParent()),
            ".n",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    Path bound = folder.resolve("s");
    try {
      server.bind(UnixDomainSocketAddress.of(bound), backlog);
      Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-------"));
      Object identity = identity(bound);
      Files.move(bound, place, StandardCopyOption.ATOMIC_MOVE);
      return new UnixSocketFile(place, server, identity);
    } catch (IOException e) {
      server.close();
      Files.deleteIfExists(bound);
      throw e;
    } finally {
      Files.delete(folder);
    }
  }

  private static void requireFreeOrStale(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    BasicFileAttributes file =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!file.isOther()) {
      throw new BlockException(
          BlockException.Kind.EXISTS, "'" + path + "' is there and is not a socket");
    }
    if (somebodyListens(path)) {
      throw new BlockException(
          BlockException.Kind.EXISTS, "another server listens at '" + path + "'");
    }
  }

  private static boolean somebodyListens(Path path) {
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return probe.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  private static Object identity(Path path) throws IOException {
    return Objects.requireNonNull(
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey());
  }

  /// Removes the file if it is still this socket's.
  void remove() {
    try {
      if (identity(path).equals(identity)) {
        Files.delete(path);
      }
    } catch (NoSuchFileException e) {
      // Somebody tidied up before us.
      assert !server.isOpen();
    } catch (IOException e) {
      throw new BlockException(
          BlockException.Kind.IO, "cannot remove the socket file '" + path + "'", e);
    }
  }
}
