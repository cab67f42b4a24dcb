package io.blockgraph.os;

import static java.util.stream.Collectors.joining;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.os.OpenFile.Access;
import io.blockgraph.os.PathCalls.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// The directories the operator has set aside for images, and the only way to open a file by its
/// name.
///
/// A path is relative, then it is looked for beneath each root in the order of configuration (and
/// made beneath the first one); or absolute, then it must lie beneath a root by its letters.
/// Nothing in it is decoded or normalised. The kernel refuses `..`, symbolic links and everything
/// else that would leave the root (openat2 with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS,
/// RESOLVE_NO_MAGICLINKS), also against somebody who swaps files for links meanwhile. Which file a
/// relative path meant should be remembered by [OpenFile#name], which is absolute.
///
/// Thread-safe. Failures are [BlockException]s: FORBIDDEN for what leaves the roots, INVALID for a
/// bad name and for what is no regular file, NOT_FOUND, EXISTS.
public final class ImageRoots implements AutoCloseable {
  /// Whether block devices beneath a root may be opened.
  public enum Devices {
    /// Regular files only.
    REFUSED,
    /// Regular files and block devices.
    ALLOWED,
    /// Block devices and nothing else; one is opened for writing only when it is not in use as a
    /// whole, as by a mounted file system.
    ONLY
  }

  private static final long NOT_MEANT = 0;
  private static final long REMOVED = 1;

  private final List<ImageRoot> roots;
  private final Devices devices;

  private ImageRoots(List<ImageRoot> roots, Devices devices) {
    this.roots = roots;
    this.devices = devices;
  }

  /// Opens the configured directories, at least one.
  ///
  /// @throws BlockException NOT_FOUND or FORBIDDEN for a directory that cannot be opened,
  ///   UNSUPPORTED when the kernel is too old
  public static ImageRoots open(List<Path> directories, Devices devices) {
    if (directories.isEmpty()) {
      throw new BlockException(Kind.INVALID, "no image root is configured");
    }
    List<ImageRoot> opened = new ArrayList<>();
    try {
      directories.forEach(directory -> opened.add(ImageRoot.open(directory)));
    } catch (RuntimeException e) {
      opened.forEach(ImageRoot::close);
      throw e;
    }
    return new ImageRoots(List.copyOf(opened), devices);
  }

  /// The configured directories, absolute.
  public List<Path> directories() {
    return roots.stream().map(ImageRoot::path).toList();
  }

  /// Opens an image that exists.
  public OpenFile open(String path, Access access) {
    int flags =
        switch (access) {
          case READ_ONLY -> PathCalls.O_RDONLY;
          case READ_WRITE -> PathCalls.O_RDWR | (devices == Devices.ONLY ? PathCalls.O_EXCL : 0);
        };
    Found found = find(path, place -> place.root.open(place.relative, flags));
    return accept(found, access);
  }

  /// Makes an empty image and its name durable and opens it for reading and writing. The directory
  /// it lies in must exist.
  public OpenFile create(String path) {
    Place place = places(path).getFirst();
    long fd = place.root.create(place.relative);
    if (fd < 0) {
      throw failed("cannot be created", path, fd);
    }
    OpenFile file = accept(new Found(place, (int) fd), Access.READ_WRITE);
    long synced = syncParent(place);
    if (synced < 0) {
      throw undone(file, failed("cannot be made durable in its directory", path, synced));
    }
    return file;
  }

  private BlockException undone(OpenFile made, BlockException why) {
    try {
      made.close();
      delete(made.name(), made.identity());
    } catch (BlockException e) {
      why.addSuppressed(e);
    }
    return why;
  }

  /// Looks whether [#create] could make a file of that name, as far as that can be seen without
  /// making it.
  ///
  /// @throws BlockException EXISTS, FORBIDDEN, INVALID, NOT_FOUND for its directory
  public void requireAbsent(String path) {
    Place place = places(path).getFirst();
    long looked = place.root.inParentOf(place.relative, parent -> requireAbsent(parent, place));
    if (looked < 0) {
      throw failed("cannot be created", path, looked);
    }
  }

  private static long requireAbsent(int parent, Place place) {
    long asked = PathCalls.statusIn(parent, place.lastName());
    if (asked >= 0) {
      return Errno.EEXIST.result();
    }
    return Errno.ENOENT.is(asked) ? 0 : asked;
  }

  /// The one absolute name that a path stands for now: beneath the first root that has such a file,
  /// else where [#create] would make it. For showing and comparing; two names may still be links to
  /// one file, see [OpenFile#identity].
  public String nameOf(String path) {
    List<Place> places = places(path);
    return places.stream().filter(ImageRoots::isThere).findFirst().orElse(places.getFirst()).name();
  }

  /// Whether there is something of that name, of whatever kind.
  public boolean exists(String path) {
    try {
      FileCalls.close(find(path, place -> place.root.locate(place.relative)).fd);
      return true;
    } catch (BlockException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /// Removes the name of a file, durably, if it still is the file that was meant; an open file
  /// lives on without a name.
  ///
  /// @return false when there is no such name, or another file has it by now
  public boolean delete(String path, FileIdentity meant) {
    return delete(path, Optional.of(meant));
  }

  /// Removes the name of a regular file, durably, whichever it is.
  ///
  /// @return false when there is no such name
  public boolean delete(String path) {
    return delete(path, Optional.empty());
  }

  /// What lies in a directory beneath the first root that has it (`.` for the root itself), in no
  /// order, without `.` and `..`; names that [#open] would not take are left out.
  ///
  /// @throws BlockException INVALID when there are more than `limit` entries
  public List<DirectoryEntry> list(String directory, int limit) {
    Found found =
        find(
            directory,
            place -> place.root.open(place.relative, PathCalls.O_RDONLY | PathCalls.O_DIRECTORY));
    try {
      return DirectoryEntry.readAll(found.fd, ImagePath.quoted(directory), limit);
    } finally {
      FileCalls.close(found.fd);
    }
  }

  /// Closes the directories; files opened from them stay open.
  @Override
  public void close() {
    roots.forEach(ImageRoot::close);
  }

  /// A name beneath a root.
  private record Place(ImageRoot root, String relative) {
    String name() {
      return root.nameOf(relative);
    }

    String lastName() {
      return relative.substring(relative.lastIndexOf('/') + 1);
    }
  }

  /// A descriptor and where it was opened.
  private record Found(Place place, int fd) {}

  private Found find(String path, ToLongFunction<Place> open) {
    long result = 0;
    for (Place place : places(path)) {
      result = open.applyAsLong(place);
      if (result >= 0) {
        return new Found(place, (int) result);
      }
      if (Errno.kindOf(result) != Kind.NOT_FOUND) {
        break;
      }
    }
    throw failed("cannot be opened", path, result);
  }

  private static boolean isThere(Place place) {
    long fd = place.root.locate(place.relative);
    if (fd >= 0) {
      FileCalls.close((int) fd);
    }
    return fd >= 0;
  }

  /// Where `path` may be, in order; never empty.
  private List<Place> places(String path) {
    ImagePath image = new ImagePath(path);
    if (image.stepsUp()) {
      throw outside(path);
    }
    if (!image.isAbsolute()) {
      return roots.stream().map(root -> new Place(root, path)).toList();
    }
    List<Place> places = new ArrayList<>();
    for (ImageRoot root : roots) {
      root.relative(path).ifPresent(relative -> places.add(new Place(root, relative)));
    }
    if (places.isEmpty()) {
      throw outside(path);
    }
    return places;
  }

  private OpenFile accept(Found found, Access access) {
    String name = found.place.name();
    try {
      long asked = PathCalls.statusOf(found.fd);
      if (asked < 0) {
        throw failed("cannot be examined", name, asked);
      }
      Status status = Status.lastOfThisThread();
      if (!accepts(status)) {
        String wanted = devices == Devices.ONLY ? "no block device" : "no regular file";
        throw new BlockException(
            Kind.INVALID,
            "image path " + ImagePath.quoted(name) + " is " + status.what() + ", " + wanted);
      }
      blocking(found.fd);
      return new OpenFile(found.fd, name, access, status.identity());
    } catch (RuntimeException e) {
      FileCalls.close(found.fd);
      throw e;
    }
  }

  private boolean accepts(Status status) {
    return switch (devices) {
      case REFUSED -> status.isRegular();
      case ALLOWED -> status.isRegular() || status.isBlockDevice();
      case ONLY -> status.isBlockDevice();
    };
  }

  /// Once it is known to be no pipe, the file is used as any other: some file systems answer EAGAIN
  /// otherwise.
  private static void blocking(int fd) {
    long flags = FileCalls.fcntl(fd, FileCalls.GET_FLAGS, 0);
    FileCalls.fcntl(fd, FileCalls.SET_FLAGS, flags & ~PathCalls.O_NONBLOCK);
  }

  private boolean delete(String path, Optional<FileIdentity> meant) {
    for (Place place : places(path)) {
      long result = place.root.inParentOf(place.relative, parent -> unlink(parent, place, meant));
      if (result >= 0) {
        return result == REMOVED;
      }
      if (Errno.kindOf(result) != Kind.NOT_FOUND) {
        throw failed("cannot be deleted", path, result);
      }
    }
    return false;
  }

  private static long unlink(int parent, Place place, Optional<FileIdentity> meant) {
    String name = place.lastName();
    long asked = PathCalls.statusIn(parent, name);
    if (asked < 0) {
      return asked;
    }
    Status status = Status.lastOfThisThread();
    if (meant.isPresent() && !meant.get().equals(status.identity())) {
      return NOT_MEANT;
    }
    if (!status.isRegular()) {
      throw new BlockException(
          Kind.INVALID,
          "image path "
              + ImagePath.quoted(place.relative)
              + " is "
              + status.what()
              + ", no regular file");
    }
    long removed = PathCalls.unlinkat(parent, name);
    return removed < 0 ? removed : synced(parent, REMOVED);
  }

  private static long syncParent(Place place) {
    return place.root.inParentOf(place.relative, parent -> synced(parent, 0));
  }

  /// A file system that cannot sync a directory says EINVAL; its names are as durable as it makes
  /// them.
  private static long synced(int directory, long otherwise) {
    long result = FileCalls.fsync(directory);
    return result < 0 && !Errno.EINVAL.is(result) ? result : otherwise;
  }

  private BlockException failed(String what, String path, long result) {
    Kind kind = Errno.kindOf(result);
    if (Errno.ELOOP.is(result) || Errno.EXDEV.is(result)) {
      return outside(path);
    }
    String roots = kind == Kind.NOT_FOUND ? " beneath " + rootNames() : "";
    return new BlockException(
        kind,
        "image path "
            + ImagePath.quoted(path)
            + " "
            + what
            + roots
            + ", the system says "
            + Errno.nameOf(result));
  }

  private BlockException outside(String path) {
    return new BlockException(
        Kind.FORBIDDEN,
        "image path "
            + ImagePath.quoted(path)
            + " leaves the image roots or passes a symbolic link; the roots are "
            + rootNames());
  }

  private String rootNames() {
    return roots.stream().map(root -> "'" + root.path() + "'").collect(joining(", "));
  }
}
