package io.blockgraph.differential;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// What QEMU calls otherwise.
final class Words {
  private static final Map<String, String> DRIVERS =
      Map.of("null-co", "null", "mirror_top", "mirror-top");

  private static final Map<String, String> CHILDREN =
      Map.of("mirror-top:backing", "file", "blkdebug:image", "file");

  private static final Map<String, String> HOLDS = Map.of("main node", "main");

  private Words() {}

  /// A bitmap as both tell of it, and how much of the disk is dirty.
  static Picture.Bitmap bitmap(JsonNode bitmap, long dirtyBytes) {
    Set<String> flags =
        Stream.of("recording", "busy", "persistent", "inconsistent")
            .filter(flag -> bitmap.path(flag).asBoolean())
            .collect(Collectors.toSet());
    return new Picture.Bitmap(bitmap.path("granularity").asLong(), flags, dirtyBytes);
  }

  static String driver(String qemu) {
    return DRIVERS.getOrDefault(qemu, qemu);
  }

  /// What QEMU calls the driver.
  static String qemuDriver(String driver) {
    return driver.equals("null") ? "null-co" : driver;
  }

  /// The child of a driver, both in Blockgraph's words but the child.
  static String child(String driver, String qemu) {
    return CHILDREN.getOrDefault(driver + ":" + qemu, qemu);
  }

  /// What a job calls its hold on a node.
  static String hold(String qemu) {
    return HOLDS.getOrDefault(qemu, qemu);
  }
}
