package io.blockgraph.histories;

import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes images and nodes of every kind. What is made must succeed. One thread.
final class Disks {
  private static final int SECTOR = 512;

  /// The largest reserve behind what a format stores in.
  static final long RESERVE_BYTES = 1 << 20;

  private final Stage stage;
  private final Dice dice;

  Disks(Stage stage, Dice dice) {
    this.stage = stage;
    this.dice = dice;
  }

  /// A length for a disk: small, so that thousands fit into a run, and never round.
  static int length(Dice dice) {
    return SECTOR * dice.between(8, dice.oneOf(80, 200, 500));
  }

  /// A disk of any shape that holds exactly `content`.
  NodeName holding(byte[] content) {
    return switch (dice.below(12)) {
      case 0, 1 -> plain(content);
      case 2, 3 -> image(content);
      case 4, 5, 6 -> chain(content, dice.between(2, 4));
      case 7 -> filter(withoutQuorum(content));
      case 8 -> compared(content);
      case 9 -> encrypted(content);
      default -> quorum(content);
    };
  }

  private NodeName withoutQuorum(byte[] content) {
    return switch (dice.below(4)) {
      case 0 -> plain(content);
      case 1 -> image(content);
      case 2 -> filter(chain(content, 2));
      default -> chain(content, dice.between(2, 3));
    };
  }

  /// A plain file, as a `file` node or with a `raw` node above.
  NodeName plain(byte[] content) {
    NodeName node = emptyPlain(content.length);
    fill(node, new byte[content.length], content);
    return node;
  }

  NodeName emptyPlain(int length) {
    String file = stage.fresh("f") + ".img";
    make(Map.of("driver", "raw", "filename", file, "size", (long) length));
    return dice.chance(40)
        ? add("file", Map.of("filename", file))
        : add("raw", Map.of("file", storage(file)));
  }

  /// An encrypted disk, written as a whole: a new one does not show zeroes.
  NodeName encrypted(byte[] content) {
    String file = stage.fresh("f") + ".luks";
    String secret = KeyRings.SECRETS.getFirst();
    make(
        Map.of(
            "driver",
            "luks",
            "filename",
            file,
            "size",
            (long) content.length,
            "keySecret",
            secret,
            "iterations",
            1000L));
    NodeName node = add("luks", Map.of("file", storage(file), "keySecret", secret));
    stage.keys.add(node);
    write(node, 0, content);
    return node;
  }

  /// A qcow2 image without a backing disk.
  NodeName image(byte[] content) {
    NodeName node = emptyImage(content.length, Optional.empty());
    fill(node, new byte[content.length], content);
    return node;
  }

  /// An empty qcow2 image.
  NodeName emptyImage(int length, Optional<NodeName> backing) {
    String file = backing.isEmpty() && dice.chance(15) ? preallocated(length) : newImage(length);
    Map<String, Object> members = new HashMap<>(Map.of("file", roomy(file)));
    backing.ifPresent(below -> members.put("backing", below.value()));
    return add("qcow2", members);
  }

  /// A new qcow2 image without a node; answers its file.
  String newImage(int length) {
    String file = stage.fresh("f") + ".qcow2";
    Map<String, Object> image = new HashMap<>(format());
    image.putAll(Map.of("driver", "qcow2", "filename", file, "size", (long) length));
    make(image);
    return file;
  }

  /// All of its clusters have a place: nothing shows through it.
  private String preallocated(int length) {
    String file = stage.fresh("f") + ".qcow2";
    make(
        Map.of(
            "driver",
            "qcow2",
            "filename",
            file,
            "size",
            (long) length,
            "clusterSize",
            dice.oneOf(1024L, 4096L),
            "preallocation",
            "metadata"));
    return file;
  }

  private Map<String, Object> format() {
    long clusterSize = dice.oneOf(512L, 1024L, 4096L, 16_384L, 65_536L);
    return switch (dice.below(5)) {
      case 0 -> Map.of("version", 2L, "clusterSize", clusterSize);
      case 1 -> Map.of("clusterSize", clusterSize, "refcountBits", dice.oneOf(1L, 8L, 64L));
      case 2 -> Map.of("clusterSize", dice.oneOf(16_384L, 65_536L), "extendedL2", true);
      case 3 -> Map.of("clusterSize", clusterSize, "lazyRefcounts", true);
      default -> Map.of("clusterSize", clusterSize);
    };
  }

  /// `layers` qcow2 images or one plain base below them, of different lengths.
  NodeName chain(byte[] content, int layers) {
    int length = dice.chance(60) ? content.length : length(dice);
    byte[] shown = garbled(Bytes.resized(content, length));
    NodeName node = dice.chance(30) ? plain(shown) : image(shown);
    for (int layer = 1; layer < layers; layer++) {
      if (dice.chance(60)) {
        node = madeReadOnly(node);
      }
      boolean top = layer == layers - 1;
      length = top ? content.length : dice.chance(60) ? content.length : length(dice);
      byte[] wanted = Bytes.resized(content, length);
      wanted = top ? wanted : garbled(wanted);
      byte[] through = Bytes.resized(shown, length);
      node = emptyImage(length, Optional.of(dice.chance(10) ? filter(node) : node));
      fill(node, through, wanted);
      shown = wanted;
    }
    return node;
  }

  private NodeName madeReadOnly(NodeName node) {
    stage.ask(
        "patch " + node + " read-only",
        () -> stage.site.patch(node, Patches.access(NodeSpec.Access.READ_ONLY)));
    return node;
  }

  /// The same in most places.
  private byte[] garbled(byte[] content) {
    byte[] other = content.clone();
    for (int i = dice.below(4); i > 0; i--) {
      int at = dice.below(content.length);
      byte[] bytes = dice.bytes(Math.min(content.length - at, 1 + dice.below(9_000)));
      System.arraycopy(bytes, 0, other, at, bytes.length);
    }
    return other;
  }

  /// Two disks that are compared.
  private NodeName compared(byte[] content) {
    String shown = withoutQuorum(content).value();
    return add("blkverify", Map.of("raw", shown, "test", withoutQuorum(content).value()));
  }

  /// Three disks that hold the same and vote; sometimes one of them holds something else.
  NodeName quorum(byte[] content) {
    boolean corrupt = dice.chance(30);
    int corrupted = dice.below(3);
    List<String> children = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      byte[] held = corrupt && i == corrupted ? garbled(content) : content;
      children.add(withoutQuorum(held).value());
    }
    NodeName node =
        add(
            "quorum",
            Map.of(
                "children",
                children,
                "voteThreshold",
                2L,
                "rewriteCorrupted",
                dice.chance(20),
                "readPattern",
                !corrupt && dice.chance(20) ? "fifo" : "quorum"));
    if (corrupt) {
      stage.sick.add(stage.site.topology().childrenOf(node).get(corrupted).id());
    }
    return node;
  }

  /// A filter that changes nothing.
  NodeName filter(NodeName below) {
    return switch (dice.below(4)) {
      case 0 -> throttle(below);
      case 1 -> ifPossible("copy-on-read", below);
      case 2 -> ifPossible("compress", below);
      default -> add("blkdebug", Map.of("file", below.value()));
    };
  }

  private NodeName throttle(NodeName below) {
    String measure = dice.oneOf("bpsTotal", "iopsTotal");
    return add("throttle", Map.of("file", below.value(), measure, 1_000_000_000_000L));
  }

  /// Above a disk that can be written, for `compress` one that stores compressed; else a throttle.
  private NodeName ifPossible(String driver, NodeName below) {
    NodeName name = new NodeName(stage.fresh("n"));
    Map<String, Object> node = node(name, driver, Map.of("file", below.value()));
    Told told = stage.ask("add-filter " + node, () -> stage.site.add(node));
    return told.isDone() ? name : throttle(below);
  }

  /// Adds a node that must be possible.
  NodeName add(String driver, Map<String, Object> members) {
    NodeName name = new NodeName(stage.fresh("n"));
    stage.must(
        "add %s as %s over %s".formatted(name, driver, members),
        () -> stage.site.add(node(name, driver, members)));
    return name;
  }

  static Map<String, Object> node(NodeName name, String driver, Map<String, Object> members) {
    Map<String, Object> node = new HashMap<>(members);
    node.put("nodeName", name.value());
    node.put("driver", driver);
    return node;
  }

  static Map<String, Object> storage(String file) {
    return Map.of("driver", "file", "filename", file);
  }

  /// The same, now and then with a reserve behind it.
  private Map<String, Object> roomy(String file) {
    return dice.chance(20) ? reserved(storage(file)) : storage(file);
  }

  /// A filter that reserves storage, as a map of its members.
  ///
  /// @param below a node, or the name of one
  private Map<String, Object> reserved(Object below) {
    return Map.of(
        "driver",
        "preallocate",
        "file",
        below,
        "preallocSize",
        dice.oneOf(0L, 65_536L, RESERVE_BYTES),
        "preallocAlign",
        dice.oneOf(512L, 65_536L));
  }

  /// A filter for what a format stores in: it reserves storage, or changes nothing.
  NodeName storageFilter(NodeName below) {
    return dice.chance(50)
        ? add("preallocate", reserved(below.value()))
        : add("throttle", Map.of("file", below.value()));
  }

  private void make(Map<String, Object> image) {
    stage.must("make image " + image, () -> stage.site.make(image));
  }

  /// Writes where `wanted` differs from what is shown.
  void fill(NodeName node, byte[] shown, byte[] wanted) {
    int at = 0;
    while (at < wanted.length) {
      int start = at;
      while (at < wanted.length && differs(shown, wanted, at)) {
        at += SECTOR;
      }
      if (at > start) {
        write(
            node, start, java.util.Arrays.copyOfRange(wanted, start, Math.min(at, wanted.length)));
      } else {
        at += SECTOR;
      }
    }
  }

  private static boolean differs(byte[] shown, byte[] wanted, int at) {
    int end = Math.min(wanted.length, at + SECTOR);
    return !java.util.Arrays.equals(shown, at, end, wanted, at, end);
  }

  private void write(NodeName node, int offset, byte[] bytes) {
    Told told = stage.site.write(node, offset, bytes);
    if (!told.isDone()) {
      throw new AssertionError("writing to '" + node + "': " + told);
    }
  }
}
