package io.blockgraph.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Finds what differs.
final class Comparison {
  private Comparison() {}

  /// What differs between two pictures.
  static List<Difference> of(Picture daemon, Picture ours) {
    List<Difference> found = new ArrayList<>();
    compare(daemon.nodes(), ours.nodes(), Difference.Nodes::new, found);
    compare(daemon.edges(), ours.edges(), Difference.Edges::new, found);
    compare(daemon.jobs(), ours.jobs(), Difference.Jobs::new, found);
    compare(daemon.exports(), ours.exports(), Difference.Exports::new, found);
    compare(daemon.bitmaps(), ours.bitmaps(), Difference.Bitmaps::new, found);
    return found;
  }

  /// What differs between two answers; bytes that were read matter only if `bytes`.
  static List<Difference> of(Verdict daemon, Verdict ours, Bytes bytes) {
    boolean same =
        switch (daemon) {
          case Verdict.Accepted(String seen) ->
              ours instanceof Verdict.Accepted(String saw)
                  && (bytes == Bytes.IGNORED || seen.equals(saw));
          case Verdict.Refused refused ->
              ours instanceof Verdict.Refused also
                  && refused.reason() == also.reason()
                  && refused.reason() != Reason.UNKNOWN;
        };
    return same ? List.of() : List.of(new Difference.Answers(daemon, ours));
  }

  /// Whether bytes are compared.
  enum Bytes {
    COMPARED,
    /// They are what they happened to be when a copy was stopped.
    IGNORED
  }

  private interface Maker<T> {
    Difference make(String name, Optional<T> daemon, Optional<T> ours);
  }

  private static <T> void compare(
      Map<String, T> daemon, Map<String, T> ours, Maker<T> maker, List<Difference> found) {
    Set<String> names = new TreeSet<>(daemon.keySet());
    names.addAll(ours.keySet());
    for (String name : names) {
      Optional<T> one = Optional.ofNullable(daemon.get(name));
      Optional<T> other = Optional.ofNullable(ours.get(name));
      if (!one.equals(other)) {
        found.add(maker.make(name, one, other));
      }
    }
  }
}
