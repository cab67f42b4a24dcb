package io.blockgraph.engine;

import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.graph.NodeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The files one change makes: announced, made, and removed again when the change is given up.
final class NewFiles {
  private final HostFiles files;
  private final GraphStore store;
  private final List<String> made = new ArrayList<>();
  private Optional<Long> intent = Optional.empty();

  NewFiles(HostFiles files, GraphStore store) {
    this.files = files;
    this.store = store;
  }

  Optional<Long> intent() {
    return intent;
  }

  /// Makes the files of `change`.
  ///
  /// @throws io.blockgraph.block.BlockException naming the file
  void make(Change change) {
    make(change, Map.of());
  }

  /// Makes the files of `change`, and has remembered how long disks were before it.
  ///
  /// @throws io.blockgraph.block.BlockException naming the file
  void make(Change change, Map<NodeName, Long> oldLengths) {
    if (change.files().isEmpty() && oldLengths.isEmpty()) {
      return;
    }
    List<String> paths =
        change.files().stream().map(creation -> files.canonical(creation.path())).toList();
    long number = store.intend(change.what(), paths);
    intent = Optional.of(number);
    oldLengths.forEach((node, bytes) -> store.lengthening(number, node, bytes));
    for (int i = 0; i < paths.size(); i++) {
      make(number, paths.get(i), change.files().get(i));
    }
  }

  private void make(long number, String path, FileCreation creation) {
    try (HostFile file = files.create(path)) {
      made.add(path);
      store.created(number, path, file.identity());
      creation.content().writeTo(file);
      file.sync();
    }
  }

  /// Keeps the files though no change of the graph goes with them.
  void keep() {
    intent.ifPresent(store::abandon);
  }

  /// Takes everything back.
  void remove() {
    made.forEach(files::delete);
    intent.ifPresent(store::abandon);
  }
}
