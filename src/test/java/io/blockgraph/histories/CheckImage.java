package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.NodeName;
import java.util.List;

/// A check of an image that is in use finds nothing.
final class CheckImage implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    List<NodeName> images = stage.nodes(node -> node.driver().value().equals("qcow2"));
    if (!images.isEmpty()) {
      NodeName image = dice.oneOf(images);
      String found = stage.check(image);
      stage.diary.say("check of " + image + ": " + found);
      stage.diary.count("check DONE");
      assertThat(found).as("check of '%s'", image).isEmpty();
    }
  }
}
