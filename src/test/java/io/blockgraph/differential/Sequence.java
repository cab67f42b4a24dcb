package io.blockgraph.differential;

import io.blockgraph.differential.Command.AddExport;
import io.blockgraph.differential.Command.AddNode;
import io.blockgraph.differential.Command.Mirroring;
import io.blockgraph.differential.Command.StartMirror;
import io.blockgraph.differential.Command.Steer;
import io.blockgraph.differential.Command.Verb;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/// A script with a name, and the intended differences that are met in it: exactly these.
record Sequence(String name, Set<IntendedDifference> meets, List<Command> commands) {
  /// What every mirror differs in.
  private static final Set<IntendedDifference> MIRROR =
      EnumSet.of(IntendedDifference.D3, IntendedDifference.D4, IntendedDifference.D5);

  /// A sequence in which nothing differs.
  static Sequence of(String name, Command... commands) {
    return new Sequence(name, Set.of(), List.of(commands));
  }

  /// A sequence in which a mirror is under way.
  static Sequence mirroring(String name, Command... commands) {
    return new Sequence(name, MIRROR, List.of(commands));
  }

  /// The same commands after others.
  Sequence after(Command... before) {
    return new Sequence(name, meets, Stream.concat(Stream.of(before), commands.stream()).toList());
  }

  /// The same, meeting these as well.
  Sequence meeting(IntendedDifference... also) {
    Set<IntendedDifference> all = EnumSet.noneOf(IntendedDifference.class);
    all.addAll(meets);
    all.addAll(List.of(also));
    return new Sequence(name, Set.copyOf(all), commands);
  }

  @Override
  public String toString() {
    return name;
  }

  // ---- commands in short

  static AddNode qcow2(String name, Template template) {
    return add(name, new Blueprint.Qcow2(file(name, template), Optional.empty(), Access.WRITABLE));
  }

  static AddNode readOnlyQcow2(String name, Template template) {
    return add(name, new Blueprint.Qcow2(file(name, template), Optional.empty(), Access.READ_ONLY));
  }

  static AddNode overlay(String name, Template template, String backing) {
    return add(
        name, new Blueprint.Qcow2(file(name, template), Optional.of(backing), Access.WRITABLE));
  }

  static AddNode readOnlyOverlay(String name, Template template, String backing) {
    return add(
        name, new Blueprint.Qcow2(file(name, template), Optional.of(backing), Access.READ_ONLY));
  }

  static AddNode qcow2Over(String name, String file) {
    return add(name, new Blueprint.Qcow2(new Below.Node(file), Optional.empty(), Access.WRITABLE));
  }

  static AddNode protocol(String name, Template template) {
    return add(name, new Blueprint.File(image(name, template), Access.WRITABLE));
  }

  static AddNode raw(String name, Template template) {
    return add(name, new Blueprint.Raw(file(name, template), Access.WRITABLE));
  }

  static AddNode rawOver(String name, String file) {
    return add(name, new Blueprint.Raw(new Below.Node(file), Access.WRITABLE));
  }

  static AddNode window(String name, String file, long size) {
    return add(
        name,
        new Blueprint.Window(new Below.Node(file), 0, OptionalLong.of(size), Access.WRITABLE));
  }

  static AddNode nothing(String name) {
    return add(name, new Blueprint.Null(Sizes.DISK, Access.WRITABLE));
  }

  static AddNode throttle(String name, String file) {
    return add(name, new Blueprint.Throttle(new Below.Node(file), Access.WRITABLE));
  }

  /// A filter without options.
  static AddNode filter(String driver, String name, String file) {
    return add(name, new Blueprint.Filter(driver, new Below.Node(file)));
  }

  static AddNode copyOnRead(String name, String file) {
    return add(name, new Blueprint.CopyOnRead(new Below.Node(file), Access.WRITABLE));
  }

  static AddNode blkverify(String name, String raw, String test) {
    return add(name, new Blueprint.Blkverify(new Below.Node(raw), new Below.Node(test)));
  }

  static AddNode quorum(String name, int threshold, String... children) {
    return quorum(name, Access.WRITABLE, threshold, children);
  }

  static AddNode quorum(String name, Access access, int threshold, String... children) {
    List<Below> below = Stream.of(children).<Below>map(Below.Node::new).toList();
    return add(name, new Blueprint.Quorum(below, threshold, access));
  }

  static AddNode add(String name, Blueprint blueprint) {
    return new AddNode(name, blueprint);
  }

  private static Image image(String name, Template template) {
    return new Image(template, name.hashCode() & 0xffff);
  }

  private static Below file(String name, Template template) {
    return new Below.File(image(name, template));
  }

  static AddExport writer(String id, String node) {
    return new AddExport(id, node, Access.WRITABLE);
  }

  static AddExport reader(String id, String node) {
    return new AddExport(id, node, Access.READ_ONLY);
  }

  static StartMirror mirror(String source, String target, Mirroring how) {
    return new StartMirror("j", source, target, how);
  }

  static StartMirror replace(String source, String replaced, String target) {
    return mirror(source, target, Mirroring.full(replaced));
  }

  static Steer complete() {
    return steer(Verb.COMPLETE);
  }

  static Steer steer(Verb verb) {
    return new Steer("j", verb);
  }

  static Command.Write write(String export, long offset, int value) {
    return new Command.Write(export, offset, 4096, value);
  }

  static Command.Read read(String export) {
    return new Command.Read(export, 0, (int) Sizes.DISK);
  }
}
