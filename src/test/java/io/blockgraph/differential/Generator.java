package io.blockgraph.differential;

import io.blockgraph.differential.Command.Detail;
import io.blockgraph.differential.Command.Mirroring;
import io.blockgraph.differential.Command.Reopening;
import io.blockgraph.differential.Command.To;
import io.blockgraph.differential.Command.Verb;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Draws commands that mean something in the graph as it is: most of them can be done, a good part
/// cannot. The same seed draws the same commands as long as the graph becomes the same.
final class Generator implements Drawing {
  private final Random random;
  private final NodeGenerator nodes;
  private int exports;
  private int jobs;

  Generator(Random random) {
    this.random = random;
    this.nodes = new NodeGenerator(random);
  }

  @Override
  public Command next(Picture now) {
    if (now.nodes().values().stream().filter(node -> !node.name().contains("/")).count() < 3) {
      return nodes.storage(now);
    }
    Lots lots = new Lots(random);
    lots.add(26, () -> nodes.any(now));
    lots.add(10, () -> export(now));
    lots.add(4, () -> new Command.DeleteNode(nodes.name(now)));
    lots.add(10, () -> snapshot(now));
    lots.add(5, () -> new Command.SnapshotFile(nodes.name(now), nodes.fresh()));
    lots.add(8, () -> resize(now));
    lots.add(14, () -> mirror(now));
    lots.add(8, () -> reopen(now));
    List<String> overlays =
        now.nodes().values().stream()
            .map(Picture.Node::name)
            .filter(name -> now.edge(name, "backing").isPresent())
            .filter(name -> !now.driver(name).equals("mirror-top"))
            .toList();
    // While a job is pending, what the daemon has it hold still others' jobs wait for, too.
    boolean held = now.jobs().values().stream().anyMatch(job -> job.status().equals("pending"));
    if (!overlays.isEmpty()) {
      lots.add(held ? 0 : 10, () -> shorten(now, pick(overlays)));
    }
    if (!now.exports().isEmpty()) {
      lots.add(held ? 0 : 16, () -> access(now));
      lots.add(3, () -> new Command.RemoveExport(anyOf(now.exports().keySet())));
    }
    List<String> quorums =
        now.nodes().values().stream()
            .filter(node -> node.driver().equals("quorum"))
            .map(Picture.Node::name)
            .toList();
    if (!quorums.isEmpty()) {
      lots.add(6, () -> child(now, pick(quorums)));
    }
    if (!now.jobs().isEmpty()) {
      lots.add(22, () -> steer(now));
    }
    return lots.drawn();
  }

  private Command export(Picture now) {
    Access access = random.nextInt(3) == 0 ? Access.READ_ONLY : Access.WRITABLE;
    return new Command.AddExport("e" + ++exports, nodes.root(now), access);
  }

  private Command snapshot(Picture now) {
    List<String> empty =
        now.nodes().values().stream()
            .filter(node -> node.driver().equals("qcow2"))
            .map(Picture.Node::name)
            .filter(name -> now.parentsOf(name).findAny().isEmpty())
            .filter(name -> now.edge(name, "backing").isEmpty())
            .toList();
    String overlay = empty.isEmpty() || random.nextInt(6) == 0 ? nodes.name(now) : pick(empty);
    return new Command.Snapshot(nodes.root(now), overlay);
  }

  private Command resize(Picture now) {
    long size = pick(List.of(Sizes.LONG, Sizes.LONG, Sizes.SHORT, Sizes.DISK, 3 * Sizes.CLUSTER));
    return new Command.Resize(nodes.name(now), size);
  }

  private Command mirror(Picture now) {
    String source = nodes.root(now);
    long size = now.node(source).map(Picture.Node::size).orElse(0L);
    List<String> free =
        now.nodes().values().stream()
            .filter(node -> node.size() == size && !node.name().equals(source))
            .map(Picture.Node::name)
            .filter(name -> now.parentsOf(name).findAny().isEmpty())
            .toList();
    String drawn = free.isEmpty() || random.nextInt(8) == 0 ? nodes.name(now) : pick(free);
    // The daemon ends itself when zeroes are written to a blkverify.
    String target = holdsBlkverify(now, drawn) ? source : drawn;
    Mirroring how =
        new Mirroring(
            pick(List.of("full", "full", "full", "top", "none")), replaces(now, source), List.of());
    List<Detail> some =
        List.of(Detail.WRITE_BLOCKING, Detail.MANUAL_FINALIZE, Detail.GRANULARITY_512);
    for (Detail detail : some) {
      how = random.nextInt(6) == 0 ? how.with(detail) : how;
    }
    how = random.nextInt(5) > 0 ? how.with(Detail.ACCEPT_PARTIAL) : how;
    return new Command.StartMirror("j" + ++jobs, source, target, how);
  }

  private Command shorten(Picture now, String upper) {
    List<String> below = new Chain(now).from(upper);
    String lower = random.nextInt(8) == 0 ? nodes.name(now) : pick(below.subList(1, below.size()));
    String job = "j" + ++jobs;
    return switch (isWrittenBelow(now, upper) ? 5 : random.nextInt(6)) {
      case 0 -> new Command.Stream(job, upper, Optional.empty());
      case 1 -> new Command.Stream(job, upper, Optional.of(new To(To.Side.BOTTOM, lower)));
      case 2 -> new Command.Stream(job, upper, Optional.of(new To(To.Side.BASE, lower)));
      default -> new Command.Commit(job, upper, lower);
    };
  }

  /// The daemon refuses a stream then, and never lets go of the disk.
  private static boolean isWrittenBelow(Picture now, String node) {
    return now.subtree(node).stream()
        .filter(name -> !name.equals(node))
        .flatMap(now::parentsOf)
        .filter(edge -> edge.kind() != Picture.Kind.NODE)
        .anyMatch(edge -> edge.grant().taken().contains("write"));
  }

  private Optional<String> replaces(Picture now, String source) {
    List<String> below =
        now.subtree(source).stream()
            .filter(name -> !name.equals(source) && !name.contains("/"))
            .toList();
    return switch (random.nextInt(10)) {
      case 0 -> Optional.of(nodes.name(now));
      case 1, 2, 3, 4 -> below.isEmpty() ? Optional.empty() : Optional.of(pick(below));
      default -> Optional.empty();
    };
  }

  private Command child(Picture now, String quorum) {
    String parent = random.nextInt(12) == 0 ? nodes.name(now) : quorum;
    return random.nextBoolean()
        ? new Command.AddChild(parent, nodes.root(now))
        : new Command.RemoveChild(parent, "children." + random.nextInt(4));
  }

  private Command steer(Picture now) {
    String job = anyOf(now.jobs().keySet());
    List<Verb> likely =
        switch (now.jobs().get(job).status()) {
          case "ready" ->
              List.of(Verb.COMPLETE, Verb.COMPLETE, Verb.COMPLETE, Verb.KEEP_COPY, Verb.PAUSE);
          case "standby", "paused" -> List.of(Verb.RESUME, Verb.RESUME, Verb.COMPLETE, Verb.CANCEL);
          case "running" -> List.of(Verb.PAUSE, Verb.CANCEL);
          case "pending" -> List.of(Verb.FINALIZE, Verb.FINALIZE, Verb.CANCEL);
          default -> List.of(Verb.DISMISS);
        };
    return new Command.Steer(
        job, random.nextInt(6) == 0 ? pick(List.of(Verb.values())) : pick(likely));
  }

  private Command reopen(Picture now) {
    String node = nodes.name(now);
    Reopening change =
        switch (random.nextInt(6)) {
          case 0, 1 -> new Reopening.ToAccess(Access.READ_ONLY);
          case 2 -> new Reopening.ToAccess(Access.WRITABLE);
          case 3 -> new Reopening.ToBacking(Optional.of(nodes.name(now)));
          case 4 -> new Reopening.ToBacking(Optional.empty());
          default -> new Reopening.ToFile(nodes.name(now));
        };
    return new Command.Reopen(node, change);
  }

  private Command access(Picture now) {
    String export = anyOf(now.exports().keySet());
    int length = pick(List.of(4096, 16384, 65536));
    long offset = random.nextInt((int) (Sizes.DISK / 4096)) * 4096L;
    return switch (random.nextInt(8)) {
      case 0, 1 -> new Command.Read(export, offset, length);
      case 2 ->
          holdsBlkverify(now, now.exports().get(export))
              ? new Command.Read(export, offset, length)
              : new Command.Zero(export, offset, length);
      default -> new Command.Write(export, offset, length, 0xe0 + random.nextInt(16));
    };
  }

  private static boolean holdsBlkverify(Picture now, String node) {
    return now.subtree(node).stream().anyMatch(name -> now.driver(name).equals("blkverify"));
  }

  private <T> T pick(List<T> list) {
    return Lots.pick(random, list);
  }

  private String anyOf(java.util.Collection<String> names) {
    return Lots.anyOf(random, names);
  }
}
