package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobId;
import io.blockgraph.job.create.CreateRequest;
import io.blockgraph.job.create.CreateRequest.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A job makes an image, in a new file or over what a node holds, rests, is cancelled, or ends with
/// the service: what is made is an empty disk, what is not made leaves no file. Over a disk that
/// clients use none is made.
final class MakeImage implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    JobId job = new JobId(stage.fresh("i"));
    int length = Disks.length(dice);
    switch (dice.below(5)) {
      case 0 -> {
        NodeName used = stage.nodeOf(dice.oneOf(stage.roots).user());
        CreateRequest request = request(dice, job, length, new Place.Over(used));
        assertThat(start(stage, request)).as("making %s", request).isFalse();
      }
      case 1, 2 -> {
        Disks disks = new Disks(stage, dice);
        NodeName below = disks.plain(Bytes.random(dice, Disks.length(dice)));
        CreateRequest request = request(dice, job, length, new Place.Over(below));
        if (start(stage, request) && isMade(stage, dice, job)) {
          requireEmpty(stage, request, below.value());
        }
      }
      default -> {
        String file = stage.fresh("f") + ".made";
        CreateRequest request = request(dice, job, length, new Place.NewFile(file));
        if (start(stage, request)) {
          boolean made = isMade(stage, dice, job);
          assertThat(stage.files().contains(file)).as("there is " + file).isEqualTo(made);
          if (made) {
            requireEmpty(stage, request, Disks.storage(file));
          }
        }
      }
    }
  }

  private static CreateRequest request(Dice dice, JobId job, int length, Place place) {
    Map<String, Object> options = new HashMap<>(Map.of("size", (long) length));
    boolean raw = place instanceof Place.NewFile && dice.chance(30);
    String preallocation = dice.oneOf("off", "falloc", "full", raw ? "off" : "metadata");
    if (!preallocation.equals("off")) {
      options.put("preallocation", preallocation);
    }
    if (!raw) {
      options.put("clusterSize", dice.oneOf(512L, 4096L, 65_536L));
    }
    DriverName driver = new DriverName(raw ? "raw" : "qcow2");
    return new CreateRequest(job, driver, new Options(options), place);
  }

  private static boolean start(Stage stage, CreateRequest request) {
    return stage.ask("create " + request, () -> stage.site.create(request)).isDone();
  }

  /// Brings it to its end; answers whether the image is made.
  private static boolean isMade(Stage stage, Dice dice, JobId job) {
    int way = dice.below(8);
    if (way < 4) {
      stage.site.ask(job, new JobWish.Pause());
    }
    if (way == 0) {
      StartAnew.restart(stage);
    } else if (way < 3) {
      stage.site.ask(job, new JobWish.Cancel(CancelMode.FORCE));
    } else {
      stage.site.ask(job, new JobWish.Resume());
    }
    Site.JobSeen seen = stage.site.await(job, Set.of());
    stage.diary.say("job " + job + " is " + seen);
    stage.diary.count("create " + (seen.error().isEmpty() ? "MADE" : seen.error()));
    assertThat(List.of("", "JOB_CANCELLED", "JOB_INTERRUPTED"))
        .as("job %s: %s", job, seen)
        .contains(seen.error());
    stage.requireHealth();
    return seen.error().isEmpty();
  }

  private static void requireEmpty(Stage stage, CreateRequest request, Object storage) {
    NodeName node =
        new Disks(stage, new Dice(0, 0)).add(request.driver().value(), Map.of("file", storage));
    byte[] found = stage.site.read(node).orElseThrow();
    int length = (int) (long) request.options().number("size").orElseThrow();
    Bytes.difference(new byte[length], found)
        .ifPresent(
            why -> {
              throw new AssertionError("new image '" + node + "' is not empty: " + why);
            });
    stage.kept.keep(node, found);
  }
}
