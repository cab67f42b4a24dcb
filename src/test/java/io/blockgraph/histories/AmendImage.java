package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.amend.AmendRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// An image becomes one of another version, or its refcounts lazy, while clients use it; sometimes
/// the service is killed meanwhile. Its disk shows what it showed; the image is what it was asked
/// to be, after a kill that or what it was.
final class AmendImage implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    List<NodeName> images = images(stage, dice);
    if (images.isEmpty()) {
      return;
    }
    NodeName image = dice.oneOf(images);
    Map<String, Object> wanted = wanted(dice);
    AmendRequest request =
        new AmendRequest(
            new JobId(stage.fresh("a")), image, new DriverName("qcow2"), new Options(wanted));
    boolean kill = dice.chance(25);
    Optional<Format> before = Amended.format(stage, image);
    if (before.isPresent()
        && stage.askAnything("amend " + request, () -> stage.site.amend(request)).isDone()) {
      Format after = after(before.get(), wanted);
      if (kill) {
        stage.amended.mustBe(image, Set.copyOf(List.of(before.get(), after)));
        stage.diary.count("amend KILLED");
        Kill.kill(stage);
      } else {
        stage.amended.mustBe(image, Set.of(end(stage, request.id()) ? after : before.get()));
      }
      stage.amended.look(stage);
    }
  }

  /// Often those that a client uses, which have clusters of every kind.
  private static List<NodeName> images(Stage stage, Dice dice) {
    Set<NodeName> used = stage.layers().below(stage.nodeOf(dice.oneOf(stage.roots).user()));
    boolean all = dice.chance(40);
    return stage.nodes(
        node -> node.driver().value().equals("qcow2") && (all || used.contains(node.name())));
  }

  private static Map<String, Object> wanted(Dice dice) {
    Map<String, Object> wanted = new HashMap<>();
    if (dice.chance(60)) {
      wanted.put("version", dice.oneOf(2L, 3L));
    }
    if (wanted.isEmpty() || dice.chance(50)) {
      wanted.put("lazyRefcounts", dice.chance(50));
    }
    return wanted;
  }

  private static Format after(Format before, Map<String, Object> wanted) {
    int version = (int) (long) wanted.getOrDefault("version", (long) before.version());
    boolean lazy = (boolean) wanted.getOrDefault("lazyRefcounts", before.lazyRefcounts());
    return new Format(version, version >= 3 && lazy);
  }

  /// Waits for its end; answers whether the image was amended. What only version 3 can have keeps
  /// an image from becoming older.
  private static boolean end(Stage stage, JobId job) {
    Site.JobSeen seen = stage.site.await(job, Set.of());
    stage.diary.say("job " + job + " is " + seen);
    stage.requireHealth();
    assertThat(seen.status()).as("job %s: %s", job, seen).isEqualTo(JobStatus.CONCLUDED);
    assertThat(List.of("", "UNSUPPORTED")).as("job %s: %s", job, seen).contains(seen.error());
    stage.diary.count("amended " + (seen.error().isEmpty() ? "DONE" : seen.error()));
    return seen.error().isEmpty();
  }
}
