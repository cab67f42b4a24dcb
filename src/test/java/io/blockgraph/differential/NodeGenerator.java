package io.blockgraph.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/// Draws nodes to add, and nodes that are there.
final class NodeGenerator {
  private static final List<Template> RAW =
      List.of(Template.RAW_A, Template.RAW_A, Template.RAW_B, Template.RAW_LONG);
  private static final List<Template> QCOW2 =
      List.of(
          Template.QCOW2_EMPTY,
          Template.QCOW2_EMPTY,
          Template.QCOW2_EMPTY,
          Template.QCOW2_A,
          Template.QCOW2_A,
          Template.QCOW2_HALF,
          Template.QCOW2_LONG,
          Template.QCOW2_EMPTY_LONG,
          Template.QCOW2_EMPTY_SHORT);

  private final Random random;
  private int names;
  private int images;

  NodeGenerator(Random random) {
    this.random = random;
  }

  String fresh() {
    return "n" + ++names;
  }

  /// A node with storage of its own.
  Command storage(Picture now) {
    return new Command.AddNode(fresh(), stored(now));
  }

  private Blueprint stored(Picture now) {
    return switch (random.nextInt(10)) {
      case 0 -> new Blueprint.Null(random.nextInt(4) == 0 ? Sizes.LONG : Sizes.DISK, access());
      case 1, 2 -> new Blueprint.Raw(new Below.File(image(RAW)), access());
      case 3 -> new Blueprint.File(image(RAW), access());
      default -> new Blueprint.Qcow2(new Below.File(image(QCOW2)), backing(now), access());
    };
  }

  /// Any node.
  Command any(Picture now) {
    return random.nextInt(3) == 0 ? storage(now) : new Command.AddNode(name(), above(now));
  }

  /// Now and then a name that is taken.
  private String name() {
    return names > 0 && random.nextInt(25) == 0 ? "n" + (1 + random.nextInt(names)) : fresh();
  }

  private Blueprint above(Picture now) {
    return switch (random.nextInt(13)) {
      case 12 -> blkverify();
      case 0 -> window(now);
      case 1 -> new Blueprint.Raw(below(now), access());
      case 2, 3 -> new Blueprint.Throttle(below(now), access());
      case 4, 5 -> new Blueprint.CopyOnRead(below(now), access());
      case 6 -> new Blueprint.Blkdebug(below(now), permissions(), permissions());
      case 7, 8, 9 -> quorum(now);
      default ->
          new Blueprint.Qcow2(new Below.File(image(QCOW2)), Optional.of(root(now)), access());
    };
  }

  private Blueprint window(Picture now) {
    long offset = random.nextInt(3) * Sizes.CLUSTER;
    OptionalLong size =
        random.nextBoolean() ? OptionalLong.of(Sizes.CLUSTER * 2) : OptionalLong.empty();
    return new Blueprint.Window(below(now), offset, size, access());
  }

  private Blueprint quorum(Picture now) {
    int count = 2 + random.nextInt(2);
    List<Below> children = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      children.add(random.nextInt(4) == 0 ? new Below.File(image(RAW.subList(0, 2))) : below(now));
    }
    return new Blueprint.Quorum(children, random.nextInt(12) == 0 ? count + 1 : 2, access());
  }

  /// QEMU ends itself when the two differ, so they begin the same and nobody else knows them.
  private Blueprint blkverify() {
    return new Blueprint.Blkverify(
        new Below.File(new Image(Template.RAW_A, ++images)),
        new Below.File(new Image(Template.RAW_A, ++images)));
  }

  private List<String> permissions() {
    List<String> all = List.of("consistent-read", "write", "write-unchanged", "resize");
    return random.nextInt(3) == 0 ? List.of(all.get(random.nextInt(all.size()))) : List.of();
  }

  private Optional<String> backing(Picture now) {
    return now.nodes().isEmpty() || random.nextInt(3) > 0
        ? Optional.empty()
        : Optional.of(root(now));
  }

  private Below below(Picture now) {
    return new Below.Node(root(now));
  }

  private Access access() {
    return random.nextInt(8) == 0 ? Access.READ_ONLY : Access.WRITABLE;
  }

  private Image image(List<Template> templates) {
    Template template = templates.get(random.nextInt(templates.size()));
    boolean again = template.format() == Template.Format.QCOW2 && random.nextInt(20) == 0;
    return new Image(template, again && images > 0 ? 1 + random.nextInt(images) : ++images);
  }

  /// Any node with a name, seldom one that is not there.
  String name(Picture now) {
    List<String> all =
        now.nodes().keySet().stream().filter(name -> !name.contains("/")).sorted().toList();
    return random.nextInt(40) == 0 ? "nobody" : all.get(random.nextInt(all.size()));
  }

  /// Mostly a node that no node uses.
  String root(Picture now) {
    List<String> roots =
        now.nodes().keySet().stream()
            .filter(name -> !name.contains("/"))
            .filter(name -> now.parentsOf(name).noneMatch(e -> e.kind() == Picture.Kind.NODE))
            .sorted()
            .toList();
    return roots.isEmpty() || random.nextInt(4) == 0
        ? name(now)
        : roots.get(random.nextInt(roots.size()));
  }
}
