package io.blockgraph.differential;

import java.util.Map;

/// What QEMU calls otherwise.
final class Words {
  private static final Map<String, String> DRIVERS =
      Map.of("null-co", "null", "mirror_top", "mirror-top");

  private static final Map<String, String> CHILDREN =
      Map.of("mirror-top:backing", "file", "blkdebug:image", "file");

  private static final Map<String, String> HOLDS = Map.of("main node", "main");

  private Words() {}

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
