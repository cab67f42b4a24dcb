package io.blockgraph.histories;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/// What has happened in one history, for whoever has to find out why it ended badly, and how often
/// what has happened in all of them.
final class Diary {
  private static final Map<String, LongAdder> TALLY = new ConcurrentSkipListMap<>();

  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
  private String step = "";

  /// The next lines belong to this step.
  void step(String name) {
    step = name;
  }

  /// Something was asked, and this came of it.
  void told(String what, Told told) {
    say(what + ": " + told);
    count(what.substring(0, what.indexOf(' ')) + " " + told.kind());
  }

  void say(String what) {
    lines.add(step + what);
  }

  /// Counts it over all histories.
  void count(String what) {
    count(what, 1);
  }

  /// The same, so many times.
  void count(String what, long times) {
    TALLY.computeIfAbsent(what, _ -> new LongAdder()).add(times);
  }

  /// Everything, a line each.
  String text() {
    return String.join(System.lineSeparator(), List.copyOf(lines));
  }

  /// How often what has happened so far, in all histories.
  static Map<String, Long> tally() {
    Map<String, Long> now = new TreeMap<>();
    TALLY.forEach((what, times) -> now.put(what, times.sum()));
    return now;
  }

  /// What happened too seldom in `count` histories to prove anything; empty when nothing did. A
  /// service that refused everything would lose no byte either.
  static List<String> tooSeldom(long count) {
    Map<String, Long> least =
        Map.ofEntries(
            Map.entry("requests", 20 * count),
            Map.entry("snapshot DONE", count / 2),
            Map.entry("internal DONE", count / 3),
            Map.entry("resize DONE", count / 5),
            Map.entry("mirror DONE", count / 3),
            Map.entry("COMPLETE DONE", count / 6),
            Map.entry("KEEP DONE", count / 15),
            Map.entry("repair DONE", count / 20),
            Map.entry("child-of DONE", count / 100),
            Map.entry("amended DONE", count / 15),
            Map.entry("amend KILLED", count / 120),
            Map.entry("reserve SEEN", count / 15),
            Map.entry("given back DONE", count / 30),
            Map.entry("given back JOB_CANCELLED", count / 60),
            Map.entry("keys changed DONE", count / 100),
            Map.entry("kill in change DONE", count / 50),
            Map.entry("kill in change UNDONE", count / 30),
            Map.entry("look DONE", count / 8),
            Map.entry("reopen DONE", count / 20),
            Map.entry("backup by bitmap", count / 10),
            Map.entry("kill DONE", count / 4),
            Map.entry("killed job", count / 20),
            Map.entry("together DONE", count / 8),
            Map.entry("hand-over DONE", count / 10),
            Map.entry("create MADE", count / 15),
            Map.entry("past DONE", count / 8),
            Map.entry("group-filter DONE", count / 15),
            Map.entry("bitmap seen ENABLED", count / 8),
            Map.entry("bitmap seen DISABLED", count / 30),
            Map.entry("kept Live", count / 2),
            Map.entry("kept Still", count / 2));
    Map<String, Long> now = tally();
    return least.entrySet().stream()
        .filter(wanted -> now.getOrDefault(wanted.getKey(), 0L) <= wanted.getValue())
        .map(wanted -> wanted.getKey() + ": not more than " + wanted.getValue())
        .toList();
  }
}
