package io.blockgraph.differential;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One thing that is asked of both sides. A list of them is a script that can be run again.
sealed interface Command {
  /// Adds a node.
  record AddNode(String name, Blueprint blueprint) implements Command {}

  /// Removes a node.
  record DeleteNode(String node) implements Command {}

  /// Puts an overlay that is there on a node.
  record Snapshot(String node, String overlay) implements Command {}

  /// Makes an overlay `name` and puts it on a node.
  record SnapshotFile(String node, String name) implements Command {}

  /// Keeps a disk as it is in its image.
  record TakeInternal(String node, String name) implements Command {}

  /// Lets a snapshot of an image go.
  record DeleteInternal(String node, String name) implements Command {}

  /// Changes the length of a node; data at the end may go.
  record Resize(String node, long size) implements Command {}

  /// Serves a node over NBD.
  record AddExport(String id, String node, Access access) implements Command {}

  /// Ends an export with its clients.
  record RemoveExport(String id) implements Command {}

  /// Starts to copy a node.
  record StartMirror(String job, String source, String target, Mirroring how) implements Command {}

  /// Brings up into a node what the disks below it hold, and waits for the end.
  ///
  /// @param end the lowest disk that is brought up, or the one above which it ends; empty for all
  record Stream(String job, String node, Optional<To> end) implements Command {}

  /// How far down a stream goes.
  record To(Side side, String node) {
    /// Whether the node stays below, or is brought up as the last one.
    enum Side {
      BASE,
      BOTTOM
    }
  }

  /// Brings down into the base what the disks from the top on hold, completes it where somebody has
  /// to, and waits for the end.
  record Commit(String job, String top, String base) implements Command {}

  /// Asks something of a job.
  record Steer(String job, Verb verb) implements Command {}

  /// Adds a child to a quorum.
  record AddChild(String quorum, String node) implements Command {}

  /// Takes a child from a quorum, by the name of its edge.
  record RemoveChild(String quorum, String child) implements Command {}

  /// Changes a node that is open.
  record Reopen(String node, Reopening change) implements Command {}

  /// Changes several nodes that are open, all or none.
  record ReopenAll(List<Reopen> changes) implements Command {
    public ReopenAll {
      changes = List.copyOf(changes);
    }
  }

  /// Writes into the image of a node what backs it, as it stands.
  record NameBacking(String node, String file) implements Command {}

  /// Writes one byte value over a range, through an export.
  record Write(String export, long offset, int length, int value) implements Command {}

  /// Makes a range read as zeroes, through an export.
  record Zero(String export, long offset, int length) implements Command {}

  /// Reads a range through an export.
  record Read(String export, long offset, int length) implements Command {}

  /// One request to each side, of which nothing has to be kept in mind.
  record Direct(Qmp qmp, Http http) implements Command {}

  /// A request that starts a job; it is completed where somebody has to, and seen to its end.
  record Work(String job, Direct start) implements Command {}

  /// A job from its start until it is gone, and what is asked meanwhile: of the job, and by
  /// clients. Compared are the answers and where the job stood after each.
  ///
  /// @param begin starts it; it stays until it is dismissed
  /// @param blurred nodes that hold afterwards what they happened to be given
  record Life(String job, Direct begin, List<Command> meanwhile, List<String> blurred)
      implements Command {
    public Life {
      meanwhile = List.copyOf(meanwhile);
      blurred = List.copyOf(blurred);
    }
  }

  /// A request that starts a job which is no block job; it is seen to its end. Compared is what it
  /// has made.
  ///
  /// @param file the file that is looked at then, in the folder of a side
  record Task(String job, Direct start, String file) implements Command {}

  /// A request that starts several jobs, which stay until they are dismissed; all are seen to their
  /// ends, and these are compared.
  record Group(List<String> jobs, Direct start) implements Command {
    public Group {
      jobs = List.copyOf(jobs);
    }
  }

  /// Things that are asked while somebody listens. Compared are the answers and what is told
  /// unasked.
  record Heard(List<Command> commands) implements Command {
    public Heard {
      commands = List.copyOf(commands);
    }
  }

  /// A file of a side in a request to the daemon, which is given its path.
  record FileName(String name) {}

  /// A request to the daemon.
  record Qmp(String command, Map<String, Object> arguments) {
    public Qmp {
      arguments = Map.copyOf(arguments);
    }
  }

  /// A request to Blockgraph.
  record Http(String method, String path, Map<String, Object> body) {
    public Http {
      body = Map.copyOf(body);
    }
  }

  /// How a node is copied.
  ///
  /// @param sync full, top or none
  /// @param replaces the node whose place the copy takes, if not the source's
  /// @param details what is not as by default
  record Mirroring(String sync, Optional<String> replaces, List<Detail> details) {
    public Mirroring {
      details = List.copyOf(details);
    }

    public static Mirroring full() {
      return new Mirroring("full", Optional.empty(), List.of());
    }

    public static Mirroring full(String replaces) {
      return new Mirroring("full", Optional.of(replaces), List.of());
    }

    public static Mirroring sync(String sync, Detail... details) {
      return new Mirroring(sync, Optional.empty(), List.of(details));
    }

    Mirroring with(Detail detail) {
      return new Mirroring(
          sync,
          replaces,
          java.util.stream.Stream.concat(details.stream(), java.util.stream.Stream.of(detail))
              .toList());
    }

    boolean has(Detail detail) {
      return details.contains(detail);
    }
  }

  /// What a copy may have besides.
  enum Detail {
    /// Clients' writes are answered when they are on both disks.
    WRITE_BLOCKING,
    /// Waits to be finalized.
    MANUAL_FINALIZE,
    /// So slow that it is never ready.
    CRAWLING,
    /// Says that a copy of only a part is meant; QEMU does not ask.
    ACCEPT_PARTIAL,
    /// Remembers writes by 300 bytes, which cannot be.
    GRANULARITY_300,
    /// Remembers writes by 3000 bytes, which cannot be.
    GRANULARITY_3000,
    /// Remembers writes by 512 bytes.
    GRANULARITY_512
  }

  /// What can be asked of a job.
  enum Verb {
    COMPLETE,
    CANCEL,
    KEEP_COPY,
    PAUSE,
    RESUME,
    FINALIZE,
    DISMISS;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// What shall be different about a node.
  sealed interface Reopening {
    /// Whether it may be written.
    record ToAccess(Access access) implements Reopening {}

    /// Its backing disk, or that it has none.
    record ToBacking(Optional<String> node) implements Reopening {}

    /// What it stands on.
    record ToFile(String node) implements Reopening {}
  }
}
