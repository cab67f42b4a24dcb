package io.blockgraph.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/// What a health contributor shows: everything that is not good, at most [#MOST] of each sort, and
/// how many are left out.
///
/// @param trouble what is degraded or failed
/// @param unknown what is not known
record Trouble(List<Entry> trouble, List<Entry> unknown) {
  static final int MOST = 50;

  /// Works, with less safety than it should. No group of health takes it for a failure.
  static final Status DEGRADED = new Status("DEGRADED");

  /// One check that is not good, of the thing `name`.
  ///
  /// @param kind node, export or job
  /// @param reachedBy the users that reach a node in trouble
  record Entry(String kind, String name, Checked.View finding, List<String> reachedBy) {}

  /// Sorts `checks` of one thing in.
  static final class Collected {
    private final List<Entry> trouble = new ArrayList<>();
    private final List<Entry> unknown = new ArrayList<>();

    void add(String kind, String name, List<Checked> checks, List<String> reachedBy) {
      for (Checked check : checks) {
        Entry entry = new Entry(kind, name, check.view(), reachedBy);
        if (check.condition().isTrouble()) {
          trouble.add(entry);
        } else if (check.condition() == Condition.UNKNOWN) {
          unknown.add(entry);
        }
      }
    }

    Trouble all() {
      return new Trouble(trouble, unknown);
    }
  }

  /// Adds status and details to `health`.
  void in(Health.Builder health) {
    health.status(!trouble.isEmpty() ? DEGRADED : unknown.isEmpty() ? Status.UP : Status.UNKNOWN);
    health.withDetail("trouble", few(trouble));
    health.withDetail("unknown", few(unknown));
    long leftOut =
        Stream.of(trouble, unknown).mapToLong(all -> Math.max(0, all.size() - MOST)).sum();
    if (leftOut > 0) {
      health.withDetail("leftOut", leftOut);
    }
  }

  private static List<Entry> few(List<Entry> all) {
    return all.stream().limit(MOST).toList();
  }
}
