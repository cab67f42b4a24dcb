package io.blockgraph.differential;

import io.blockgraph.differential.Command.Direct;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// Draws what is asked of bitmaps.
final class BitmapGenerator {
  private static final List<String> NAMES = List.of("a", "b", "c", "d");
  private static final List<Long> GRANULARITIES = List.of(512L, 4096L, 131072L, 3000L);

  private final Random random;

  BitmapGenerator(Random random) {
    this.random = random;
  }

  /// One request.
  Direct any(Picture now) {
    String node = node(now);
    String name = name(now, node);
    return switch (random.nextInt(14)) {
      case 0, 1, 2, 3, 4 -> Asks.addBitmap(node, pick(NAMES), options());
      case 5 -> Asks.removeBitmap(node, name);
      case 6, 7 -> Asks.clearBitmap(node, name);
      case 8 -> Asks.enableBitmap(node, name);
      case 9 -> Asks.disableBitmap(node, name);
      default -> merge(now, node);
    };
  }

  /// What can be asked of the daemon in one transaction: when a bitmap shall be enabled that is not
  /// there, it ends itself, and one that is busy it switches off.
  static List<Direct> together(Picture now, List<Direct> actions) {
    Set<String> free = new HashSet<>(now.bitmaps().keySet());
    free.removeIf(name -> now.bitmaps().get(name).flags().contains("busy"));
    List<Direct> all = new ArrayList<>();
    for (Direct action : actions) {
      List<String> names = DirectFacts.bitmaps(action.qmp()).toList();
      switch (action.qmp().command()) {
        case "block-dirty-bitmap-add" -> free.addAll(names);
        case "block-dirty-bitmap-remove", "blockdev-backup" -> names.forEach(free::remove);
        default -> {}
      }
      boolean enables = action.qmp().command().endsWith("-enable");
      all.add(enables && !free.containsAll(names) ? cleared(action.qmp()) : action);
    }
    return all;
  }

  private static Direct cleared(Command.Qmp qmp) {
    return Asks.clearBitmap(
        qmp.arguments().get("node").toString(), qmp.arguments().get("name").toString());
  }

  private Direct merge(Picture now, String node) {
    String into = name(now, node);
    String other = node(now);
    if (random.nextInt(3) == 0) {
      return Asks.mergeFrom(other, name(now, other), node, into);
    }
    List<String> from = new ArrayList<>(List.of(name(now, node)));
    if (random.nextBoolean()) {
      from.add(name(now, node));
    }
    return Asks.mergeBitmaps(node, into, from.toArray(String[]::new));
  }

  private Map<String, Object> options() {
    Map<String, Object> options = new HashMap<>();
    if (random.nextBoolean()) {
      options.put("granularity", pick(GRANULARITIES));
    }
    if (random.nextInt(3) == 0) {
      options.put("persistent", true);
    }
    if (random.nextInt(5) == 0) {
      options.put("enabled", false);
    }
    return options;
  }

  /// Mostly a bitmap that the node has.
  String name(Picture now, String node) {
    List<String> there =
        now.bitmaps().keySet().stream()
            .filter(key -> key.startsWith(node + "/"))
            .map(key -> key.substring(node.length() + 1))
            .sorted()
            .toList();
    return there.isEmpty() || random.nextInt(8) == 0 ? pick(NAMES) : pick(there);
  }

  /// Mostly a node that has a bitmap.
  private String node(Picture now) {
    List<String> marked =
        now.bitmaps().keySet().stream()
            .map(key -> key.substring(0, key.lastIndexOf('/')))
            .sorted()
            .toList();
    List<String> all =
        now.nodes().keySet().stream().filter(name -> !name.contains("/")).sorted().toList();
    if (random.nextInt(40) == 0) {
      return "nobody";
    }
    return marked.isEmpty() || random.nextInt(3) == 0 ? pick(all) : pick(marked);
  }

  private <T> T pick(List<T> list) {
    return Lots.pick(random, list);
  }
}
