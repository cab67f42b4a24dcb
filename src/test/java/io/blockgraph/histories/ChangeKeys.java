package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.amend.AmendRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The keys of an encrypted image change while clients use it: a secret opens it when that was
/// answered, and does not when it was erased. A kill meanwhile leaves the one or the other.
final class ChangeKeys implements Operation {
  private static final Set<String> WITHOUT_KEY = Set.of("", "INVALID");

  @Override
  public void play(Stage stage, Dice dice) {
    List<NodeName> images =
        stage.nodes(node -> node.driver().value().equals("luks") && !node.readOnly());
    if (images.isEmpty() && dice.chance(25)) {
      return;
    }
    NodeName image =
        images.isEmpty()
            ? new Disks(stage, dice).encrypted(Bytes.random(dice, Disks.length(dice)))
            : dice.oneOf(images);
    String secret = dice.oneOf(KeyRings.SECRETS);
    if (dice.chance(40)) {
      open(stage, image, secret);
    } else if (stage.keys.of(image).contains(secret)) {
      erase(stage, dice, image, secret);
    } else {
      add(stage, dice, image, secret);
    }
  }

  /// The node is opened with the secret from now on, exactly when that opens the image.
  private static void open(Stage stage, NodeName image, String secret) {
    Told told =
        stage.askAnything(
            "open " + image + " with " + secret,
            () -> stage.site.patch(image, Patches.option("keySecret", secret)));
    boolean opens = stage.keys.of(image).contains(secret);
    assertThat(told.isDone() && !opens).as("%s opened with %s", image, secret).isFalse();
    assertThat(opens && told.code().equals("INVALID")).as("%s: %s", secret, told).isFalse();
  }

  private static void add(Stage stage, Dice dice, NodeName image, String secret) {
    Map<String, Object> options =
        Map.of("state", "active", "newSecret", secret, "iterations", 1000L);
    switch (amend(stage, dice, image, options)) {
      case DONE -> stage.keys.added(image, secret);
      case FAILED -> throw new AssertionError(secret + " was not added to " + image);
      case KILLED -> lookFor(stage, image, secret);
      case REFUSED -> {}
    }
  }

  private static void erase(Stage stage, Dice dice, NodeName image, String secret) {
    switch (amend(stage, dice, image, Map.of("state", "inactive", "oldSecret", secret))) {
      case DONE -> {
        assertThat(secret).as("erased").isNotEqualTo(opened(stage.spec(image)));
        stage.keys.erased(image, secret);
      }
      case KILLED -> lookFor(stage, image, secret);
      case FAILED -> assertThat(secret).as("kept").isEqualTo(opened(stage.spec(image)));
      case REFUSED -> {}
    }
  }

  private static String opened(NodeSpec image) {
    return image.options().text("keySecret").orElseThrow();
  }

  /// Nobody knows whether this one opens it: see whether it does.
  private static void lookFor(Stage stage, NodeName image, String secret) {
    stage.keys.added(image, secret);
    String before = opened(stage.spec(image));
    Told told =
        stage.askAnything(
            "open " + image + " after a kill",
            () -> stage.site.patch(image, Patches.option("keySecret", secret)));
    if (told.isDone()) {
      stage.must(
          "open " + image + " as before",
          () -> stage.site.patch(image, Patches.option("keySecret", before)));
    } else if (told.code().equals("INVALID")) {
      stage.keys.erased(image, secret);
    }
  }

  /// What came of a change of keys.
  private enum Came {
    DONE,
    /// It did not begin.
    REFUSED,
    FAILED,
    KILLED
  }

  private static Came amend(Stage stage, Dice dice, NodeName image, Map<String, Object> options) {
    AmendRequest request =
        new AmendRequest(
            new JobId(stage.fresh("a")), image, new DriverName("luks"), new Options(options));
    NodeName storage = stage.spec(image).child(ChildName.FILE).orElseThrow().node();
    stage.layers().written(storage).forEach(stage::changes);
    if (!stage.askAnything("keys " + request, () -> stage.site.amend(request)).isDone()) {
      return Came.REFUSED;
    }
    if (dice.chance(15)) {
      stage.diary.count("keys KILLED");
      Kill.kill(stage);
      return Came.KILLED;
    }
    Site.JobSeen seen = stage.site.await(request.id(), Set.of());
    stage.diary.say("job " + request.id() + " is " + seen);
    stage.requireHealth();
    assertThat(seen.status()).as("%s: %s", request, seen).isEqualTo(JobStatus.CONCLUDED);
    assertThat(WITHOUT_KEY).as("%s: %s", request, seen).contains(seen.error());
    stage.diary.count("keys changed " + (seen.error().isEmpty() ? "DONE" : seen.error()));
    return seen.error().isEmpty() ? Came.DONE : Came.FAILED;
  }
}
