package io.blockgraph.export.nbd;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// The exports that are offered now, by name. Any thread may call.
final class Exports {
  private final ConcurrentSkipListMap<String, ServedExport> byName = new ConcurrentSkipListMap<>();

  /// Offers one more; false when the name is taken.
  boolean add(NbdExport export) {
    return byName.putIfAbsent(export.name().value(), new ServedExport(export)) == null;
  }

  /// No longer offers it; who uses it goes on until told otherwise.
  Optional<ServedExport> take(ExportName name) {
    return Optional.ofNullable(byName.remove(name.value()));
  }

  /// The export a client means by `name`, which is whatever the client sent.
  Optional<ServedExport> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /// All of them, by name.
  List<NbdExport> all() {
    return served().stream().map(ServedExport::offer).toList();
  }

  /// All of them as they are served, by name.
  List<ServedExport> served() {
    return List.copyOf(byName.values());
  }
}
