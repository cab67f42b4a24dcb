package io.blockgraph.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Collects the names of things by the sort of the check that came to a wanted condition. One
/// thread.
final class NamedBySort {
  private final Predicate<Condition> wanted;
  private final Map<String, List<String>> all = new TreeMap<>();

  NamedBySort(Predicate<Condition> wanted) {
    this.wanted = wanted;
  }

  /// Sorts one thing in; each sort names it once.
  void add(String name, List<Checked> checks) {
    checks.stream()
        .filter(check -> wanted.test(check.condition()))
        .map(check -> check.finding().sort())
        .distinct()
        .forEach(sort -> all.computeIfAbsent(sort, _ -> new ArrayList<>()).add(name));
  }

  Map<String, List<String>> all() {
    return all;
  }
}
