package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.HostFile;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The locks that the openings of one dry run would have taken: they are not there for the system
/// to see, and stand in each other's way all the same. One thread.
final class LockWishes {
  private final Map<Holder, String> identities = new LinkedHashMap<>();
  private final Set<String> released = new HashSet<>();
  private final Set<String> unchecked = new TreeSet<>();

  /// One file as it is held by openings that follow one another.
  static final class Holder {
    private final String name;
    private int openings;
    private Wish wish = new Wish(Permissions.NONE, Permissions.NONE);

    /// @param name the file's name, for messages
    Holder(String name) {
      this.name = name;
    }
  }

  /// What is used and what is not shared.
  record Wish(Permissions used, Permissions unshared) {
    /// The same, bit by bit as [HostFile#prepareLocks] has it.
    static Wish of(int used, int unshared) {
      return new Wish(new Permissions(used), new Permissions(unshared));
    }
  }

  void join(Holder holder, HostFile file) {
    holder.openings++;
    identities.put(holder, file.identity());
  }

  /// The last one out gives up the locks.
  void leave(Holder holder) {
    holder.openings--;
    if (holder.openings == 0) {
      identities.remove(holder);
    }
  }

  void put(Holder holder, Wish wish) {
    holder.wish = wish;
  }

  /// From now on it counts as closed what this service has open of a file, though its locks are
  /// still there.
  void release(String identity) {
    released.add(identity);
  }

  /// The files of which it could not be asked whether others stand in the way, by name.
  List<String> unchecked() {
    return List.copyOf(unchecked);
  }

  /// Finds out whether a holder could have these locks.
  ///
  /// @throws BlockException LOCKED, as the system would say it
  void requireFree(Holder holder, HostFile file, Wish wanted) {
    String identity = file.identity();
    if (released.contains(identity)) {
      unchecked.add(holder.name);
    } else {
      file.requireLockable(wanted.used().bits(), wanted.unshared().bits());
    }
    identities.forEach(
        (other, otherIdentity) -> {
          if (other != holder && otherIdentity.equals(identity)) {
            requireNoConflict(holder, wanted, other.wish);
          }
        });
  }

  private static void requireNoConflict(Holder holder, Wish wanted, Wish other) {
    Optional<String> unshared =
        first(wanted.used().intersect(other.unshared())).map(p -> "does not share " + p);
    Optional<String> used =
        first(wanted.unshared().intersect(other.used()))
            .map(p -> "uses " + p + ", which is not to be shared");
    unshared
        .or(() -> used)
        .ifPresent(
            why -> {
              throw new BlockException(
                  BlockException.Kind.LOCKED,
                  "'" + holder.name + "' is locked, another opening in this process " + why);
            });
  }

  private static Optional<Permission> first(Permissions permissions) {
    return permissions.toList().stream().findFirst();
  }
}
