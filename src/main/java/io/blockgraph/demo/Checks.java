package io.blockgraph.demo;

import java.nio.file.Files;
import java.util.List;

/// Every image of the story is checked, by the service and by qemu-img.
final class Checks {
  private static final List<String> IMAGES =
      List.of("a", "b", "d", "e", "base", "mid", "after", "top");

  private final Stage stage;

  Checks(Stage stage) {
    this.stage = stage;
  }

  void all() {
    stage
        .screen()
        .chapter(
            "7. Every image is sound",
            "The service checks the images while they are in use, and qemu-img checks them again.");
    for (String last : IMAGES) {
      Answer answer =
          stage.ask(
              Call.get("/nodes/" + stage.name(last) + "/check", "clean", "corruptions", "leaks"));
      stage
          .screen()
          .check(stage.fileName(last) + " is clean", answer.json().path("clean").asBoolean(false));
      check(last);
    }
  }

  private void check(String last) {
    if (!QemuImg.isInstalled()) {
      stage.screen().say("not asked, because qemu-img is not installed (package qemu-utils)");
      return;
    }
    if (Files.exists(stage.image(last))) {
      QemuImg.Ran ran = QemuImg.check(stage.image(last));
      stage.screen().command(ran);
      stage.screen().check("qemu-img finds neither error nor leak", ran.exitCode() == 0);
    }
  }
}
