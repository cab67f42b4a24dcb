package io.blockgraph.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A quorum, the child that went bad, the mirror job that takes its place, and a replacement that
/// may not be.
final class RepairStory {
  private static final int SIZE = 16 * Stage.MIB;
  private static final int BAD_OFFSET = Stage.MIB;
  private static final int BAD_LENGTH = 64 * Stage.KIB;
  private static final int SPEED = 8 * Stage.MIB;
  private static final Duration EVENT_PATIENCE = Duration.ofSeconds(10);
  private static final long JOB_PATIENCE_MS = 60_000;

  private final Stage stage;
  private final EventFeed events;
  private final byte[] content = Stage.pattern(1, SIZE);

  RepairStory(Stage stage, EventFeed events) {
    this.stage = stage;
    this.events = events;
  }

  void quorum() {
    stage
        .screen()
        .chapter(
            "1. Three images in a quorum",
            """
            Three qcow2 images become the children of a quorum that needs two equal votes for every read.
            What is written to the quorum goes to all three.\
            """);
    for (String child : new String[] {"a", "b", "c"}) {
      stage.disk(child, SIZE);
    }
    stage.must(
        201,
        "the quorum is there",
        Call.post(
            "/nodes",
            "{\"nodeName\": \"%s\", \"driver\": \"quorum\", \"voteThreshold\": 2, \"children\": [\"%s\", \"%s\", \"%s\"]}"
                .formatted(stage.name("q"), stage.name("a"), stage.name("b"), stage.name("c")),
            "nodeName",
            "state",
            "sizeBytes"));
    stage.write("q", 0, content);
    stage.reads("q", 0, content, "the quorum reads what was written");
    same("a", "b");
    same("a", "c");
  }

  void corruption() {
    stage
        .screen()
        .chapter(
            "2. One child goes bad",
            """
            Nobody may write to a child of the quorum behind its back: the service refuses it and names both edges.
            But a disk that rots asks nobody. The demo plays that disk: it overwrites 64 KiB of data in the image file
            itself, past the service. The quorum outvotes the child and tells so.\
            """);
    refusesWrite();
    rot();
    stage.compare(
        "the children a and c differ",
        QemuImg.Disk.file(stage.image("a")),
        QemuImg.Disk.file(stage.image("c")),
        1);
    byte[] good = Arrays.copyOfRange(content, BAD_OFFSET, BAD_OFFSET + BAD_LENGTH);
    stage.reads("q", BAD_OFFSET, good, "two of three votes win: the quorum reads the right data");
    Optional<JsonNode> event = events.await(this::lostVote, EVENT_PATIENCE);
    event.ifPresent(json -> stage.screen().event(json.toString()));
    stage
        .screen()
        .check(
            "the event quorum-report-bad names children.2, the bad one",
            event.filter(json -> json.path("child").asString("").equals("children.2")).isPresent());
  }

  private boolean lostVote(JsonNode event) {
    return event.path("type").asString("").equals("quorum-report-bad")
        && event.path("node").asString("").equals(stage.name("q"));
  }

  private void refusesWrite() {
    Answer refusal = stage.ask(Call.write(stage.name("c"), 0, new byte[512]));
    stage
        .screen()
        .check(
            "the write is refused; the answer names the edge that needs WRITE and the edge that"
                + " does not share it",
            refusal.status() == 409
                && refusal.text("/code").equals("PERMISSION_CONFLICT")
                && !refusal.text("/blockers/0/requiredBy/edge").isEmpty()
                && refusal.text("/blockers/0/unsharedBy/id").equals(stage.name("q")));
  }

  private void rot() {
    stage.screen().say("Where in the file is that part of the disk?");
    Answer map =
        stage.must(
            200,
            "the service knows where",
            Call.get(
                "/nodes/%s/map?offset=%d&length=%d"
                    .formatted(stage.name("c"), BAD_OFFSET, BAD_LENGTH)));
    long at = map.number("/extents/0/hostOffset");
    if (at <= 0 || map.number("/extents/0/length") < BAD_LENGTH) {
      throw new Stage.ChapterEnded("the place of the data in the file is not told");
    }
    ByteBuffer rotten = ByteBuffer.wrap(Stage.pattern(2, BAD_LENGTH));
    try (FileChannel file = FileChannel.open(stage.image("c"), StandardOpenOption.WRITE)) {
      while (rotten.hasRemaining()) {
        file.write(rotten, at + rotten.position());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot spoil " + stage.image("c"), e);
    }
    stage
        .screen()
        .say(
            "%d bytes of %s at %d are overwritten.".formatted(BAD_LENGTH, stage.fileName("c"), at));
  }

  void repair() {
    stage
        .screen()
        .chapter(
            "3. A mirror job takes the bad child's place",
            """
            A job copies what the quorum reads - the right data - to a fresh image, while a client goes on writing
            to the quorum. When it is told to complete, the copy is swapped in for the bad child, and nobody notices.\
            """);
    stage.disk("d", SIZE);
    stage.must(202, "the job is accepted", mirror("repair", "d", "c", ""));
    byte[] more = Stage.pattern(3, 256 * Stage.KIB);
    stage.write("q", 4 * Stage.MIB, more);
    System.arraycopy(more, 0, content, 4 * Stage.MIB, more.length);
    stage.screen().check("the job becomes ready", awaitReady());
    Answer done =
        stage.ask(
            new Call(
                "POST",
                "/jobs/" + stage.name("repair") + "/complete?wait=30",
                new byte[0],
                java.util.List.of("id", "status", "error")));
    stage
        .screen()
        .check(
            "the job is concluded without an error",
            done.text("/status").equals("concluded") && !done.json().path("error").isObject());
    repaired();
  }

  private void repaired() {
    Answer path = stage.ask(Call.get("/graph/path?root=" + stage.name("q") + "&path=/children.2"));
    stage
        .screen()
        .check(
            "the third child of the quorum is the new node",
            path.text("/node").equals(stage.name("d")));
    long before = events.count(this::lostVote);
    stage.reads("q", 0, content, "the quorum reads everything that was written");
    events.await(event -> false, Duration.ofMillis(1_000));
    stage.screen().check("no vote was lost on the way", events.count(this::lostVote) == before);
    same("a", "b");
    same("a", "d");
    stage.must(
        200,
        "nobody uses the bad child any more",
        Call.delete("/nodes/" + stage.name("c"), "nodesRemoved"));
  }

  private Call mirror(String job, String target, String replaced, String query) {
    return Call.post(
        "/mirror-jobs" + query,
        "{\"jobId\": \"%s\", \"source\": \"%s\", \"target\": \"%s\", \"sync\": \"full\", \"replaces\": \"%s\", \"speed\": %d}"
            .formatted(
                stage.name(job), stage.name("q"), stage.name(target), stage.name(replaced), SPEED),
        "id",
        "status",
        "progress",
        "wouldSucceed",
        "nodesAdded");
  }

  /// Prints the progress until the job is ready.
  private boolean awaitReady() {
    long deadline = System.nanoTime() + JOB_PATIENCE_MS * 1_000_000;
    Call look = Call.get("/jobs/" + stage.name("repair"), "status", "progress");
    while (System.nanoTime() < deadline) {
      Answer job = stage.ask(look);
      String status = job.text("/status");
      if (status.equals("ready")) {
        return true;
      }
      if (job.status() != 200 || status.equals("concluded")) {
        return false;
      }
      events.await(event -> false, Duration.ofMillis(500));
    }
    return false;
  }

  void refusedReplacement() {
    stage
        .screen()
        .chapter(
            "4. A replacement that may not be",
            """
            A client reads the child b over NBD. Replacing b might change what that client sees, so the service refuses:
            it names the edge of the quorum and the edge of the export, and nothing has changed.\
            """);
    stage.disk("e", SIZE);
    Answer export = stage.must(201, "the export is there", readOnlyExport("reader", "b"));
    stage.compare(
        "the export shows what the file of child a holds",
        QemuImg.Disk.export(export.text("/uris/0")),
        QemuImg.Disk.file(stage.image("a")),
        0);
    long before = stage.ask(Call.get("/graph", "revision")).number("/revision");
    Answer refusal = stage.ask(mirror("swap", "e", "b", ""));
    stage
        .screen()
        .check(
            "the job is refused because of the reader, with both edges named",
            refusal.status() == 409
                && refusal.text("/code").equals("REPLACE_WOULD_CHANGE_DATA")
                && refusal.text("/blockers/0/requiredBy/id").equals(stage.name("reader"))
                && refusal.text("/blockers/0/unsharedBy/id").equals(stage.name("q")));
    long after = stage.ask(Call.get("/graph", "revision")).number("/revision");
    stage.screen().check("the graph is as it was", before == after);
    stage.must(
        200,
        "the export goes, as the refusal advised",
        Call.delete("/exports/" + stage.name("reader"), "usersRemoved"));
    stage.must(200, "now the same job would be accepted", mirror("swap", "e", "b", "?dryRun=true"));
  }

  private Call readOnlyExport(String id, String node) {
    return Call.post(
        "/exports",
        "{\"id\": \"%s\", \"type\": \"nbd\", \"nodeName\": \"%s\"}"
            .formatted(stage.name(id), stage.name(node)),
        "id",
        "nodeName",
        "writable",
        "uris");
  }

  private void same(String one, String other) {
    stage.compare(
        "the children " + one + " and " + other + " hold the same",
        QemuImg.Disk.file(stage.image(one)),
        QemuImg.Disk.file(stage.image(other)),
        0);
  }
}
