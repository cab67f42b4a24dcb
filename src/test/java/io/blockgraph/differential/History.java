package io.blockgraph.differential;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What of a sequence is still to be known later. One thread.
final class History {
  private static final Set<String> FILTERS =
      Set.of("throttle", "copy-on-read", "blkdebug", "blkverify", "mirror-top");

  private final Set<String> made = new HashSet<>();
  private final Set<String> undefined = new HashSet<>();
  private final Set<String> topOnly = new HashSet<>();
  private final Set<String> writtenLate = new HashSet<>();
  private final Set<String> inParts = new HashSet<>();
  private final Set<String> bypassed = new HashSet<>();
  private final Set<String> stored = new HashSet<>();
  private final Set<String> pastShort = new HashSet<>();
  private final Set<String> spared = new HashSet<>();
  private final Map<String, Command.StartMirror> mirrors = new HashMap<>();

  /// The overlays that snapshots have made in new files.
  Set<String> made() {
    return made;
  }

  /// What a job was started for.
  Optional<Command.StartMirror> mirror(String job) {
    return Optional.ofNullable(mirrors.get(job));
  }

  /// Whether a node shows bytes that are what they happened to be when a copy was stopped.
  boolean isUndefined(Picture now, String node) {
    return now.subtree(node).stream().anyMatch(undefined::contains);
  }

  /// Whether a node shows what the top of a source without backing disk was copied to.
  boolean isTopOnly(Picture now, String node) {
    return now.subtree(node).stream().anyMatch(topOnly::contains);
  }

  /// Whether a node shows what a job was about to finish when its source was written to.
  boolean isWrittenLate(Picture now, String node) {
    return now.subtree(node).stream().anyMatch(writtenLate::contains);
  }

  /// Whether a node shows a copy into which clients' writes went at once, of a source that was not
  /// copied whole.
  boolean isWrittenInParts(Picture now, String node) {
    return now.subtree(node).stream().anyMatch(inParts::contains);
  }

  /// Whether a node shows a copy that a write may be missing from, because the daemon's job did not
  /// see it: it copies at once what comes through its filter, and the export was below.
  boolean isBypassed(Picture now, String node) {
    return now.subtree(node).stream().anyMatch(bypassed::contains);
  }

  /// Whether a node shows what was streamed past a disk that ends before it.
  boolean isPastShort(Picture now, String node) {
    return now.subtree(node).stream().anyMatch(pastShort::contains);
  }

  /// Whether a node shows what a backup of what is overwritten was copied to, whose disk got an
  /// overlay meanwhile.
  boolean isSpared(Picture now, String node) {
    return now.subtree(node).stream().anyMatch(spared::contains);
  }

  /// A command was done, and before that it looked like this.
  void goneFrom(Picture before, Command command) {
    if (command instanceof Command.Stream stream && new Chain(before).skipsShort(stream)) {
      pastShort.add(stream.node());
    }
    if (command instanceof Command.Commit(_, String top, String base) && isPastShort(before, top)) {
      pastShort.addAll(before.subtree(base));
    }
  }

  /// An export was written to, and then it looked like this on both sides.
  void written(String export, Picture daemon, Picture ours) {
    String below = daemon.exports().getOrDefault(export, "");
    String above = ours.exports().getOrDefault(export, below);
    mirrors.values().stream()
        .filter(mirror -> mirror.how().has(Command.Detail.WRITE_BLOCKING))
        .filter(mirror -> ours.subtree(above).contains(Jobs.filter(mirror.job())))
        .filter(mirror -> !daemon.subtree(below).contains(Jobs.filter(mirror.job())))
        .forEach(mirror -> bypassed.addAll(ours.subtree(mirror.target())));
  }

  /// A command was asked; one that failed may have left something, too.
  void tried(Command command) {
    if (command instanceof Command.Task(_, Command.Direct start, _)) {
      storedOver(start.qmp());
    }
  }

  /// A command was done, and then it looked like this.
  void done(Command command, Picture now) {
    switch (command) {
      case Command.SnapshotFile(_, String name) -> made.add(name);
      case Command.Direct(Command.Qmp qmp, _) -> madeBy(qmp);
      case Command.Work(_, Command.Direct(Command.Qmp qmp, _)) -> {
        madeBy(qmp);
        copied(qmp, now);
      }
      case Command.StartMirror mirror -> started(mirror, now);
      case Command.Steer(String job, Command.Verb verb) when verb == Command.Verb.CANCEL ->
          undefined.addAll(now.subtree(mirrors.get(job).target()));
      case Command.Life life -> {
        undefined.addAll(life.blurred());
        copied(life.begin().qmp(), now);
        spare(life, now);
      }
      case Command.Write _, Command.Zero _ -> written(now);
      default -> {}
    }
  }

  private void spare(Command.Life life, Picture now) {
    boolean overlaid = life.meanwhile().stream().anyMatch(Command.Snapshot.class::isInstance);
    if (overlaid && "none".equals(life.begin().qmp().arguments().get("sync"))) {
      spared.addAll(now.subtree(life.begin().qmp().arguments().get("target").toString()));
    }
  }

  private void storedOver(Command.Qmp qmp) {
    if (qmp.arguments().get("options") instanceof Map<?, ?> options
        && options.get("file") instanceof String node) {
      stored.add(node);
    }
  }

  private void madeBy(Command.Qmp qmp) {
    if (qmp.command().equals("blockdev-snapshot-sync")) {
      made.add(qmp.arguments().get("snapshot-node-name").toString());
    }
    if (qmp.arguments().get("actions") instanceof List<?> actions) {
      for (Object action : actions) {
        Map<?, ?> one = (Map<?, ?>) action;
        if (one.get("type").equals("blockdev-snapshot-sync")) {
          made.add(((Map<?, ?>) one.get("data")).get("snapshot-node-name").toString());
        }
      }
    }
  }

  /// Backups, also those of a transaction, are over.
  private void copied(Command.Qmp qmp, Picture now) {
    new DirectFacts(qmp, now)
        .backups()
        .forEach(one -> copied(one.sync(), one.source(), now.subtree(one.target()), now));
  }

  private void copied(String sync, String source, Set<String> target, Picture now) {
    boolean bare = sync.equals("top") && hasNoBacking(now, source);
    if (bare || isTopOnly(now, source)) {
      topOnly.addAll(target);
    }
  }

  /// Whether a node holds an image that was made there: how long that is, is each side's own.
  boolean isStorage(String node) {
    return stored.contains(node);
  }

  private void started(Command.StartMirror mirror, Picture now) {
    mirrors.put(mirror.job(), mirror);
    if (isUndefined(now, mirror.source())) {
      undefined.addAll(now.subtree(mirror.target()));
    }
    if (isPastShort(now, mirror.source())) {
      pastShort.addAll(now.subtree(mirror.target()));
    }
    boolean whole = mirror.how().sync().equals("full");
    boolean atOnce = mirror.how().has(Command.Detail.WRITE_BLOCKING);
    if ((!whole && atOnce) || isWrittenInParts(now, mirror.source())) {
      inParts.addAll(now.subtree(mirror.target()));
    }
    copied(mirror.how().sync(), mirror.source(), now.subtree(mirror.target()), now);
  }

  private void written(Picture now) {
    mirrors.values().stream()
        .filter(mirror -> now.jobs().containsKey(mirror.job()))
        .filter(mirror -> now.jobs().get(mirror.job()).status().equals("pending"))
        .forEach(mirror -> writtenLate.addAll(now.subtree(mirror.target())));
  }

  private static boolean hasNoBacking(Picture now, String node) {
    return FILTERS.contains(now.driver(node))
        ? now.childrenOf(node)
            .filter(edge -> edge.name().equals("file") || edge.name().equals("raw"))
            .allMatch(edge -> hasNoBacking(now, edge.child()))
        : now.edge(node, "backing").isEmpty();
  }

  /// Jobs that have failed leave behind what they had copied.
  void look(Picture now) {
    now.jobs()
        .forEach(
            (job, state) -> {
              if (state.failed()) {
                undefined.addAll(now.subtree(mirrors.get(job).target()));
              }
            });
  }
}
