package io.blockgraph.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Remembers since when each finding has been in its condition. Any thread; held for no I/O.
final class Memory {
  private Map<Key, Since> known = Map.of();

  /// What is looked at.
  ///
  /// @param name a node, an export or a job
  private record Key(String name, String check) {}

  private record Since(Condition condition, Instant at) {}

  /// All findings of one look, by the name of what was looked at; whatever is not among them is
  /// forgotten.
  synchronized Map<String, List<Checked>> dated(Map<String, List<Finding>> found, Instant now) {
    Map<Key, Since> next = new HashMap<>();
    Map<String, List<Checked>> dated = new HashMap<>();
    found.forEach(
        (name, findings) -> {
          List<Checked> checks = new ArrayList<>();
          for (Finding finding : findings) {
            Key key = new Key(name, finding.check());
            Since since = since(key, finding.condition(), now);
            next.put(key, since);
            checks.add(new Checked(finding, since.at(), now));
          }
          dated.put(name, checks);
        });
    known = next;
    return dated;
  }

  private Since since(Key key, Condition condition, Instant now) {
    Since before = known.get(key);
    return before != null && before.condition() == condition ? before : new Since(condition, now);
  }
}
