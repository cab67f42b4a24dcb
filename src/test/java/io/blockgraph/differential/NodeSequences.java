package io.blockgraph.differential;

import static io.blockgraph.differential.IntendedDifference.D2;
import static io.blockgraph.differential.IntendedDifference.D22;
import static io.blockgraph.differential.IntendedDifference.D23;
import static io.blockgraph.differential.IntendedDifference.D26;
import static io.blockgraph.differential.IntendedDifference.D29;
import static io.blockgraph.differential.IntendedDifference.D33;

import io.blockgraph.differential.Command.AddChild;
import io.blockgraph.differential.Command.DeleteNode;
import io.blockgraph.differential.Command.NameBacking;
import io.blockgraph.differential.Command.RemoveChild;
import io.blockgraph.differential.Command.Reopen;
import io.blockgraph.differential.Command.ReopenAll;
import io.blockgraph.differential.Command.Reopening;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Nodes and exports that come, change and go.
final class NodeSequences {
  private static final Command DISK = Sequence.qcow2("disk", Template.QCOW2_A);
  private static final Command OTHER = Sequence.qcow2("other", Template.QCOW2_A);
  private static final Command THIRD = Sequence.qcow2("third", Template.QCOW2_A);
  private static final Command QUORUM = Sequence.quorum("q", 2, "disk", "other");

  private NodeSequences() {}

  static List<Sequence> all() {
    return Stream.of(adding(), exports(), reopening(), together(), naming(), children())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Sequence> adding() {
    return List.of(
        Sequence.of("a name that is taken", DISK, Sequence.nothing("disk")),
        Sequence.of("over a node that is not there", Sequence.throttle("t", "nobody")),
        Sequence.of(
                "delete from the top down",
                new DeleteNode("disk"),
                new DeleteNode("above"),
                new DeleteNode("disk"),
                new DeleteNode("disk"))
            .after(DISK, Sequence.throttle("above", "disk")),
        Sequence.of(
            "the same image twice",
            DISK,
            Sequence.add("again", ((Command.AddNode) DISK).blueprint())),
        Sequence.of("children of different length", Sequence.quorum("q", 1, "disk", "long"))
            .after(DISK, Sequence.qcow2("long", Template.QCOW2_LONG)),
        Sequence.of("a threshold that cannot be reached", Sequence.quorum("q", 3, "disk", "other"))
            .after(DISK, OTHER),
        Sequence.of("a filter that writes over a read-only disk", Sequence.copyOnRead("c", "disk"))
            .after(Sequence.readOnlyQcow2("disk", Template.QCOW2_A)),
        Sequence.of("a part behind the end", Sequence.window("part", "disk", Sizes.LONG))
            .after(DISK));
  }

  private static List<Sequence> exports() {
    return List.of(
        Sequence.of("two writers", Sequence.writer("e", "disk"), Sequence.writer("f", "disk"))
            .after(DISK),
        Sequence.of(
                "an id that is taken", Sequence.writer("e", "disk"), Sequence.writer("e", "other"))
            .after(DISK, OTHER),
        Sequence.of("a writer of a read-only disk", Sequence.writer("e", "disk"))
            .after(Sequence.readOnlyQcow2("disk", Template.QCOW2_A)),
        Sequence.of("a writer of a quorum's child", Sequence.writer("e", "disk"))
            .after(DISK, OTHER, QUORUM),
        Sequence.of("a reader of a quorum's child", Sequence.reader("e", "disk"))
            .after(DISK, OTHER, QUORUM),
        Sequence.of(
                "a writer below a copy-on-read that is used",
                Sequence.reader("e", "c"),
                Sequence.writer("f", "disk"))
            .after(DISK, Sequence.copyOnRead("c", "disk"))
            .meeting(D2),
        Sequence.of(
                "a write to a reader's export, also past its end",
                Sequence.reader("e", "disk"),
                Sequence.write("e", 0, 0xe1),
                Sequence.write("e", Sizes.DISK, 0xe1))
            .after(DISK)
            .meeting(D26),
        Sequence.of("of a node that is not there", Sequence.writer("e", "nobody")),
        Sequence.of("an export that is not there", new Command.RemoveExport("nobody")));
  }

  private static List<Sequence> reopening() {
    return List.of(
        Sequence.of("read-only and back", access(Access.READ_ONLY), access(Access.WRITABLE))
            .after(DISK),
        Sequence.of(
                "read-only below a writer", Sequence.writer("e", "disk"), access(Access.READ_ONLY))
            .after(DISK),
        Sequence.of(
                "writable from read-only", access(Access.WRITABLE), Sequence.writer("e", "disk"))
            .after(Sequence.readOnlyQcow2("disk", Template.QCOW2_A)),
        Sequence.of(
                "another backing disk, then none, then none",
                backing(Optional.of("other")),
                backing(Optional.empty()),
                backing(Optional.empty()))
            .after(DISK, OTHER),
        Sequence.of(
                "a throttle under a format, and out again",
                file("disk", "slow"),
                file("disk", "f"),
                new DeleteNode("slow"))
            .after(
                Sequence.protocol("f", Template.QCOW2_A),
                Sequence.qcow2Over("disk", "f"),
                Sequence.throttle("slow", "f")),
        Sequence.of("another file under a format", file("disk", "g"))
            .after(
                Sequence.protocol("f", Template.QCOW2_A),
                Sequence.qcow2Over("disk", "f"),
                Sequence.protocol("g", Template.QCOW2_A))
            .meeting(D23),
        Sequence.of("another disk under copy-on-read", file("c", "other"))
            .after(DISK, OTHER, Sequence.copyOnRead("c", "disk"))
            .meeting(D22),
        Sequence.of("a node that is not there", new Reopen("nobody", new Reopening.ToFile("disk")))
            .after(DISK));
  }

  /// Each change is of its own node; QEMU looks for loops after each of them.
  private static List<Sequence> together() {
    return List.of(
        Sequence.of(
                "two disks trade what backs them",
                all(to("first", "other"), to("second", "disk")),
                Sequence.reader("e", "first"),
                Sequence.reader("f", "second"))
            .after(DISK, OTHER, over("first", "disk"), over("second", "other")),
        Sequence.of("a chain turned round", all(to("high", null), to("disk", "high")))
            .after(DISK, over("high", "disk")),
        Sequence.of(
                "one of two is written to",
                Sequence.writer("e", "disk"),
                all(
                    new Reopen("other", new Reopening.ToAccess(Access.READ_ONLY)),
                    new Reopen("disk", new Reopening.ToAccess(Access.READ_ONLY))))
            .after(DISK, OTHER),
        Sequence.of("one of two is not there", all(to("first", "other"), to("nobody", "disk")))
            .after(DISK, OTHER, over("first", "disk")));
  }

  private static List<Sequence> naming() {
    return List.of(
        Sequence.of("a name for what backs an image", new NameBacking("top", "elsewhere.qcow2"))
            .after(DISK, over("top", "disk")),
        Sequence.of(
                "the same while clients write",
                Sequence.writer("e", "top"),
                Sequence.write("e", 0, 0xe1),
                new NameBacking("top", "elsewhere.qcow2"),
                Sequence.write("e", 4096, 0xe2))
            .after(DISK, over("top", "disk")),
        Sequence.of("a name in no image", new NameBacking("none", "elsewhere.qcow2"))
            .after(Sequence.nothing("none")),
        Sequence.of("a name in an image that is not there", new NameBacking("nobody", "x.qcow2")));
  }

  private static Command all(Reopen... changes) {
    return new ReopenAll(List.of(changes));
  }

  private static Reopen to(String node, @Nullable String backing) {
    return new Reopen(node, new Reopening.ToBacking(Optional.ofNullable(backing)));
  }

  private static Command over(String name, String backing) {
    return Sequence.overlay(name, Template.QCOW2_EMPTY, backing);
  }

  private static Command access(Access access) {
    return new Reopen("disk", new Reopening.ToAccess(access));
  }

  private static Command backing(Optional<String> node) {
    return new Reopen("disk", new Reopening.ToBacking(node));
  }

  private static Command file(String node, String file) {
    return new Reopen(node, new Reopening.ToFile(file));
  }

  private static List<Sequence> children() {
    return List.of(
        Sequence.of(
                "a child more, a child less, a child more",
                Sequence.writer("e", "q"),
                new AddChild("q", "third"),
                Sequence.write("e", 0, 0xe1),
                new RemoveChild("q", "children.0"),
                Sequence.write("e", 8192, 0xe2),
                new AddChild("q", "disk"),
                Sequence.read("e"))
            .after(DISK, OTHER, THIRD, QUORUM),
        Sequence.of("too few children", new RemoveChild("q", "children.0"))
            .after(DISK, OTHER, QUORUM),
        Sequence.of("no such child", new RemoveChild("q", "children.7")).after(DISK, OTHER, QUORUM),
        Sequence.of("no quorum", new AddChild("disk", "other"), new RemoveChild("disk", "file"))
            .after(DISK, OTHER),
        Sequence.of("a child that is not there", new AddChild("q", "nobody"))
            .after(DISK, OTHER, QUORUM),
        Sequence.of("a child that another node uses", new AddChild("q", "third"))
            .after(DISK, OTHER, THIRD, QUORUM, Sequence.throttle("above", "third"))
            .meeting(D29),
        Sequence.of("a child of another length", new AddChild("q", "long"))
            .after(DISK, OTHER, QUORUM, Sequence.qcow2("long", Template.QCOW2_LONG))
            .meeting(D33),
        Sequence.of("a child that is a child", new AddChild("q", "disk"))
            .after(DISK, OTHER, QUORUM));
  }
}
