package io.blockgraph.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/// A chain of images, a snapshot in its middle, and a resize below its root.
final class ChainStory {
  private static final int SIZE = 8 * Stage.MIB;
  private static final int LONGER = 12 * Stage.MIB;
  private static final int PART = Stage.MIB;

  private final Stage stage;

  ChainStory(Stage stage) {
    this.stage = stage;
  }

  /// What is to be read through the top: a part of each layer, the upper one first.
  private static byte[] content() {
    byte[] content = new byte[SIZE];
    for (int layer = 0; layer < 3; layer++) {
      System.arraycopy(Stage.pattern(10 + layer, 2 * PART), 0, content, layer * PART, 2 * PART);
    }
    return content;
  }

  void snapshotInTheMiddle() {
    stage
        .screen()
        .chapter(
            "5. A snapshot in the middle of a chain",
            """
            base <- mid <- top is a chain of three images with data in each. An overlay is put on mid while a client
            has top open. What the client reads does not change by a byte; mid is read-only from then on.\
            """);
    layer(0, "base", "");
    layer(1, "mid", "base");
    layer(2, "top", "mid");
    stage.reads("top", 0, content(), "the top shows the data of all three");
    Answer export =
        stage.must(
            201,
            "a client may read the top over NBD",
            Call.post(
                "/exports",
                "{\"id\": \"%s\", \"type\": \"nbd\", \"nodeName\": \"%s\"}"
                    .formatted(stage.name("client"), stage.name("top")),
                "id",
                "nodeName",
                "uris"));
    snapshot();
    stage.reads("top", 0, content(), "the top shows the same data");
    stage.compare(
        "the client sees what the chain of files held before",
        QemuImg.Disk.export(export.text("/uris/0")),
        QemuImg.Disk.chain(images("top", "mid", "base")),
        0);
    stage.must(
        200, "the client is gone", Call.delete("/exports/" + stage.name("client"), "usersRemoved"));
  }

  private void layer(int number, String last, String backing) {
    stage.disk(
        last, SIZE, backing.isEmpty() ? "" : ", \"backing\": \"" + stage.name(backing) + "\"");
    stage.write(last, (long) number * PART, Stage.pattern(10 + number, 2 * PART));
  }

  private void snapshot() {
    stage.must(
        201,
        "the snapshot is taken",
        Call.post(
            "/nodes/" + stage.name("mid") + "/snapshots",
            "{\"overlayFile\": \"%s\", \"overlayName\": \"%s\"}"
                .formatted(stage.fileName("after"), stage.name("after")),
            "node",
            "overlay",
            "warnings"));
    Answer chain = stage.ask(Call.get("/nodes/" + stage.name("top") + "/snapshots"));
    List<String> layers =
        chain
            .json()
            .path("layers")
            .valueStream()
            .map(layer -> layer.path("node").asString(""))
            .toList();
    stage
        .screen()
        .check(
            "the chain is top, after, mid, base",
            layers.equals(
                List.of(
                    stage.name("top"),
                    stage.name("after"),
                    stage.name("mid"),
                    stage.name("base"))));
    JsonNode mid = chain.json().at("/layers/2");
    stage.screen().check("mid is read-only", mid.path("readOnly").asBoolean(false));
  }

  void resizeBelowTheRoot() {
    stage
        .screen()
        .chapter(
            "6. A resize of a node that is not a root",
            """
            after lies below top. It grows from 8 to 12 MiB; top shows what it showed, and the new part of after
            reads as zeroes.\
            """);
    Answer resized =
        stage.must(
            200,
            "the node is resized",
            Call.post(
                "/nodes/" + stage.name("after") + "/resize",
                "{\"size\": %d}".formatted(LONGER),
                "node",
                "from",
                "effectiveSize"));
    stage.screen().check("it is as long as asked", resized.number("/effectiveSize") == LONGER);
    stage.reads("after", SIZE, new byte[LONGER - SIZE], "the new part reads as zeroes");
    stage.reads("top", 0, content(), "the top shows the same data");
    Answer top = stage.ask(Call.get("/nodes/" + stage.name("top"), "nodeName", "sizeBytes"));
    stage.screen().check("the top is as long as it was", top.number("/sizeBytes") == SIZE);
    stage.compare(
        "the chain of files with the overlay in its middle holds what it held without",
        QemuImg.Disk.chain(images("top", "after", "mid", "base")),
        QemuImg.Disk.chain(images("top", "mid", "base")),
        0);
  }

  private List<Path> images(String... lasts) {
    return IntStream.range(0, lasts.length).mapToObj(i -> stage.image(lasts[i])).toList();
  }
}
