package io.blockgraph.differential;

import io.blockgraph.differential.Command.Direct;
import io.blockgraph.differential.Command.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Draws what is asked of bitmaps and of backups by them, also of several at once, while clients
/// write.
final class PastGenerator implements Drawing {
  private static final List<String> SYNCS =
      List.of("full", "full", "top", "incremental", "incremental", "bitmap", "bitmap", "bitmap");
  private static final List<String> MODES = List.of("on-success", "on-success", "never", "always");

  private final Random random;
  private final BitmapGenerator bitmaps;
  private final List<Command> first;
  private int asked;
  private int exports;

  PastGenerator(Random random) {
    this.random = random;
    this.bitmaps = new BitmapGenerator(random);
    this.first = first();
  }

  private List<Command> first() {
    return List.of(
        Sequence.qcow2("base", Template.QCOW2_A),
        Sequence.overlay("disk", pick(List.of(Template.QCOW2_HALF, Template.QCOW2_EMPTY)), "base"),
        Sequence.qcow2("other", random.nextInt(4) == 0 ? Template.QCOW2_LONG : Template.QCOW2_A),
        Sequence.writer("e", "disk"),
        Sequence.writer("o", "other"),
        Sequence.qcow2("copy", Template.QCOW2_EMPTY),
        random.nextBoolean()
            ? Sequence.raw("second", Template.RAW_B)
            : Sequence.overlay("second", Template.QCOW2_EMPTY, "base"),
        Sequence.qcow2("over", Template.QCOW2_EMPTY),
        Asks.addBitmap("disk", "a"),
        Asks.addBitmap("other", "a"));
  }

  @Override
  public int begins() {
    return first.size();
  }

  @Override
  public Command next(Picture now) {
    if (asked < first.size()) {
      return first.get(asked++);
    }
    return new Lots(random)
        .add(30, () -> bitmaps.any(now))
        .add(now.exports().isEmpty() ? 0 : 24, () -> access(now))
        .add(16, () -> new Command.Work("j", backup(now)))
        .add(12, () -> together(now))
        .add(10, () -> pending(now))
        .add(6, () -> pointInTime(now))
        .add(3, () -> new Command.Snapshot(shown(now), "over"))
        .add(now.exports().isEmpty() ? 0 : 3, () -> new Command.RemoveExport(export(now)))
        .add(4, () -> served(now))
        .add(4, () -> reborn(now))
        .add(2, () -> new Command.Resize(pick(List.of("other", "copy")), resized()))
        .drawn();
  }

  // ---- clients

  private Command access(Picture now) {
    int length = pick(List.of(512, 4096, 65536));
    long offset = random.nextInt((int) ((Sizes.DISK - length) / 512) + 1) * 512L;
    String export = export(now);
    return switch (random.nextInt(8)) {
      case 0 -> new Command.Read(export, 0, (int) Sizes.DISK);
      case 1 -> new Command.Zero(export, offset, length);
      default -> new Command.Write(export, offset, length, 0xe0 + random.nextInt(16));
    };
  }

  private String export(Picture now) {
    return Lots.anyOf(random, now.exports().keySet());
  }

  private Command served(Picture now) {
    String node = anyNode(now);
    String id = "x" + ++exports;
    return random.nextBoolean()
        ? Asks.exportBitmap(id, node, Access.WRITABLE, bitmaps.name(now, node))
        : Sequence.writer(id, random.nextBoolean() ? "disk" : "other");
  }

  private long resized() {
    return pick(List.of(Sizes.DISK, Sizes.LONG, Sizes.SHORT));
  }

  /// A node goes and comes again with its image, when nobody uses it.
  private Command reborn(Picture now) {
    for (Command command : first) {
      if (command instanceof Command.AddNode add && now.node(add.name()).isEmpty()) {
        return command;
      }
    }
    List<String> free =
        List.of("disk", "other", "copy", "second", "over").stream()
            .filter(name -> now.parentsOf(name).findAny().isEmpty())
            .toList();
    return new Command.DeleteNode(free.isEmpty() ? "disk" : pick(free));
  }

  // ---- backups

  private Direct backup(Picture now) {
    String source = random.nextInt(10) == 0 ? anyNode(now) : pick(List.of("disk", "other"));
    BackupAsks how = BackupAsks.sync(pick(SYNCS));
    if (how.sync().length() > 4 || random.nextInt(3) == 0) {
      how = random.nextInt(12) == 0 ? how : how.by(bitmaps.name(now, source));
    }
    boolean mode = how.bitmap().isPresent() ? random.nextInt(12) > 0 : random.nextInt(12) == 0;
    how = mode ? how.mode(pick(MODES)) : how;
    return how.start("j", source, target(now, source));
  }

  private String target(Picture now, String source) {
    long size = now.node(source).map(Picture.Node::size).orElse(0L);
    List<String> free =
        now.nodes().values().stream()
            .filter(node -> node.size() == size && !node.name().equals(source))
            .map(Picture.Node::name)
            .filter(name -> now.parentsOf(name).findAny().isEmpty())
            .filter(name -> !name.equals("over"))
            .toList();
    return free.isEmpty() || random.nextInt(10) == 0 ? anyNode(now) : pick(free);
  }

  /// A backup that has its copy and waits to be finalized, what is asked meanwhile, and its end.
  private Command pending(Picture now) {
    List<Command> meanwhile = meanwhile(now);
    meanwhile.add(Sequence.steer(random.nextInt(3) > 0 ? Verb.FINALIZE : Verb.CANCEL));
    return new Command.Life("j", Asks.waiting(backup(now)), meanwhile, List.of());
  }

  private Command pointInTime(Picture now) {
    String source = pick(List.of("disk", "other"));
    Direct start = BackupAsks.sync("none").start("j", source, target(now, source));
    List<Command> meanwhile = meanwhile(now);
    meanwhile.add(Sequence.steer(Verb.CANCEL));
    return new Command.Life("j", Asks.staying(start), meanwhile, List.of());
  }

  private List<Command> meanwhile(Picture now) {
    List<Command> commands = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      boolean asks = now.exports().isEmpty() || random.nextBoolean();
      commands.add(asks ? comparable(bitmaps.any(now), now) : access(now));
    }
    return commands;
  }

  /// What differs within the story of a job is not recognized: what is refused here only (D43), and
  /// what has two faults, of which each side would tell another (D1), are not asked.
  private static Command comparable(Direct ask, Picture now) {
    DirectFacts facts = new DirectFacts(ask.qmp(), now);
    boolean merges = ask.qmp().command().endsWith("-merge");
    return facts.changesWhatIsStored()
            || facts.isWrongTwice()
            || (merges && facts.namesWhatIsMissing())
        ? Asks.clearBitmap(ask.qmp().arguments().get("node").toString(), "none")
        : ask;
  }

  // ---- several at once

  private Command together(Picture now) {
    List<Direct> actions = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    Optional<Direct> backup =
        random.nextInt(3) == 0
            ? Optional.of(backup(now)).filter(one -> isComplete(one.qmp()))
            : Optional.empty();
    for (int i = 0; i < count; i++) {
      actions.add(bitmaps.any(now));
    }
    if (random.nextInt(5) == 0) {
      actions.add(random.nextInt(actions.size() + 1), Asks.snapshot(shown(now), "over"));
    }
    backup.ifPresent(
        one -> {
          actions.removeIf(action -> endsTheDaemon(action.qmp(), one.qmp()));
          actions.add(random.nextInt(actions.size() + 1), one);
        });
    Direct all = Asks.together(BitmapGenerator.together(now, actions).toArray(Direct[]::new));
    return backup.isPresent() ? new Command.Work("j", all) : all;
  }

  /// Whether the daemon ends itself when it has to take back both.
  private static boolean endsTheDaemon(Command.Qmp action, Command.Qmp backup) {
    boolean rewrites = action.command().endsWith("-clear") || action.command().endsWith("-merge");
    return rewrites && "always".equals(backup.arguments().get("bitmap-mode"));
  }

  /// Whether the daemon takes it without a mode for its bitmap.
  private static boolean isComplete(Command.Qmp qmp) {
    return !qmp.arguments().containsKey("bitmap") || qmp.arguments().containsKey("bitmap-mode");
  }

  /// A disk that an overlay of the usual length fits on.
  private String shown(Picture now) {
    boolean fits = now.node("other").filter(node -> node.size() == Sizes.DISK).isPresent();
    return fits && random.nextBoolean() ? "other" : "disk";
  }

  private String anyNode(Picture now) {
    List<String> all =
        now.nodes().keySet().stream().filter(name -> !name.contains("/")).sorted().toList();
    return random.nextInt(40) == 0 || all.isEmpty() ? "nobody" : pick(all);
  }

  private <T> T pick(List<T> list) {
    return Lots.pick(random, list);
  }
}
