package io.blockgraph.os;

import io.blockgraph.block.BlockException;
import io.blockgraph.os.PathCalls.How;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntToLongFunction;

/// One directory beneath which images live, held open. Names are looked up by openat2 so that the
/// kernel itself refuses `..`, absolute paths and symbolic links, in every component and whatever
/// anyone renames meanwhile.
///
/// Results are descriptors or `-errno`; [ImageRoots] makes messages of them.
final class ImageRoot implements AutoCloseable {
  private static final long CLOSE_DEADLINE_MS = 10_000;
  private static final int ATTEMPTS = 16;
  private static final int FILE_MODE = 0640;

  private final Path path;
  private final Path realPath;
  private final Descriptor directory;

  private ImageRoot(Path path, Path realPath, int fd) {
    this.path = path;
    this.realPath = realPath;
    this.directory = new Descriptor(fd, path.toString());
  }

  /// Opens a configured directory; links on the way to it are the operator's choice and followed.
  ///
  /// @throws BlockException NOT_FOUND, FORBIDDEN; UNSUPPORTED when the kernel has no openat2 (it
  ///   came with Linux 5.6)
  static ImageRoot open(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    long fd =
        PathCalls.openat2(
            PathCalls.CURRENT_DIRECTORY,
            absolute.toString(),
            How.existing(PathCalls.O_PATH | PathCalls.O_DIRECTORY, PathCalls.RESOLVE_ANYWHERE));
    if (fd < 0) {
      throw new BlockException(Errno.kindOf(fd), cannotOpen(absolute, fd));
    }
    return new ImageRoot(absolute, realPathOf(absolute), (int) fd);
  }

  private static String cannotOpen(Path directory, long result) {
    if (Errno.ENOSYS.is(result) || Errno.EPERM.is(result)) {
      return "this kernel (or its sandbox) does not offer openat2, without which image root '"
          + directory
          + "' cannot be kept closed; Linux 5.6 or newer is needed";
    }
    return "image root '"
        + directory
        + "' cannot be opened, openat2 failed with "
        + Errno.nameOf(result);
  }

  private static Path realPathOf(Path absolute) {
    try {
      return absolute.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The directory as it was configured, made absolute.
  Path path() {
    return path;
  }

  /// What `absolute` is called beneath this root, if it lies there by its letters.
  Optional<String> relative(String absolute) {
    return relativeTo(path, absolute).or(() -> relativeTo(realPath, absolute));
  }

  private static Optional<String> relativeTo(Path root, String absolute) {
    String prefix = root.endsWith("/") ? "/" : root + "/";
    if (!absolute.startsWith(prefix)) {
      return Optional.empty();
    }
    String rest = absolute.substring(prefix.length()).replaceFirst("^/+", "");
    return Optional.of(rest.isEmpty() ? "." : rest);
  }

  /// The absolute name of what is called `relative` beneath this root.
  String nameOf(String relative) {
    return path.resolve(relative).normalize().toString();
  }

  /// Opens what exists, never waiting for the other end of a pipe.
  long open(String relative, int flags) {
    return beneath(
        relative,
        How.existing(
            flags | PathCalls.O_NONBLOCK | PathCalls.O_NOCTTY, PathCalls.RESOLVE_CONFINED));
  }

  /// Looks whether there is anything of that name, without opening what it is.
  long locate(String relative) {
    return beneath(relative, How.existing(PathCalls.O_PATH, PathCalls.RESOLVE_CONFINED));
  }

  /// Makes a file that is not there yet and opens it for reading and writing.
  long create(String relative) {
    int flags = PathCalls.O_RDWR | PathCalls.O_CREAT | PathCalls.O_EXCL | PathCalls.O_CLOEXEC;
    return beneath(relative, new How(flags, FILE_MODE, PathCalls.RESOLVE_CONFINED));
  }

  /// Does something with the directory that holds `relative`, open for reading; `-errno` when that
  /// cannot be opened.
  long inParentOf(String relative, IntToLongFunction action) {
    int slash = relative.lastIndexOf('/');
    long parent =
        open(
            slash < 0 ? "." : relative.substring(0, slash),
            PathCalls.O_RDONLY | PathCalls.O_DIRECTORY);
    if (parent < 0) {
      return parent;
    }
    try {
      return action.applyAsLong((int) parent);
    } finally {
      FileCalls.close((int) parent);
    }
  }

  /// A look-up that a rename disturbs is answered with EAGAIN and tried again, not for ever.
  private long beneath(String relative, How how) {
    int user = directory.enter();
    try {
      long result = PathCalls.openat2(directory.number(), relative, how);
      for (int i = 1; i < ATTEMPTS && (Errno.EAGAIN.is(result) || Errno.EINTR.is(result)); i++) {
        result = PathCalls.openat2(directory.number(), relative, how);
      }
      return result;
    } finally {
      directory.exit(user);
    }
  }

  @Override
  public void close() {
    directory.close(CLOSE_DEADLINE_MS);
  }
}
