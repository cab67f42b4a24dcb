package io.blockgraph.block;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/// A disk whose image can keep snapshots of the disk in itself.
///
/// Snapshots are told apart by their id. Names are as the image has them: a stranger may have used
/// one twice.
public interface InternalSnapshots {
  /// The snapshots, in the order of the image. Any thread, at any time.
  ///
  /// @throws BlockException BAD_IMAGE
  List<InternalSnapshot> snapshots();

  /// The snapshot of this name; where there is none, the one with this id.
  ///
  /// @throws BlockException INVALID when there is none, or several have the name
  default InternalSnapshot snapshotNamed(String nameOrId) {
    List<InternalSnapshot> named =
        snapshots().stream().filter(s -> s.name().equals(nameOrId)).toList();
    if (named.isEmpty()) {
      named = snapshots().stream().filter(s -> s.id().equals(nameOrId)).toList();
    }
    if (named.size() != 1) {
      String ids = named.stream().map(InternalSnapshot::id).collect(Collectors.joining(", "));
      throw new BlockException(
          BlockException.Kind.INVALID,
          named.isEmpty()
              ? "the image has no internal snapshot '" + nameOrId + "'"
              : named.size()
                  + " internal snapshots are named '"
                  + nameOrId
                  + "'; name one by its id: "
                  + ids);
    }
    return named.getFirst();
  }

  /// Makes a change; durable when this returns. At every moment, also after a crash, the image
  /// holds what it held before or what it holds afterwards, whole.
  ///
  /// The caller has made sure that no request is under way.
  ///
  /// @throws BlockException UNSUPPORTED or INVALID, as [#requirePossible]; otherwise what went
  ///   wrong below, and then the image holds what it held before, or takes no more writes until it
  ///   is opened anew
  void change(SnapshotChange change);

  /// Finds out whether a change can be made at all, and changes nothing.
  ///
  /// @throws BlockException UNSUPPORTED when this image cannot; INVALID when there is no such
  ///   snapshot, or the name does not fit
  void requirePossible(SnapshotChange change);

  /// The disk as it was when a snapshot was taken, to be read only. It stays what it is whatever is
  /// written to the disk; the snapshot must not be deleted while it is used.
  ///
  /// @throws BlockException INVALID when there is no such snapshot; UNSUPPORTED, BAD_IMAGE
  BlockIo snapshot(String id);

  /// A change of the snapshots of an image.
  sealed interface SnapshotChange {}

  /// The disk as it is now is kept under a name.
  record Take(String name, Instant at) implements SnapshotChange {}

  /// The disk holds again what it held when a snapshot was taken, and has the length it had then.
  record Apply(String id) implements SnapshotChange {}

  /// A snapshot goes, and the space only it used.
  record Delete(String id) implements SnapshotChange {}
}
