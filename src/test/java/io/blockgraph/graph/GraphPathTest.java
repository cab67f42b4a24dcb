package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.GraphPath.Destination;
import org.junit.jupiter.api.Test;

class GraphPathTest {
  private final Topology graph =
      graph(file("a"), file("b"), format("img", "b"), quorum("q", "a", "img"));

  @Test
  void followsTheNamesOfEdges() {
    assertThat(at("q", "/children.1/file")).isEqualTo(new Destination.Found(name("b")));
  }

  @Test
  void takesASlashForTheRoot() {
    assertThat(at("q", "/")).isEqualTo(new Destination.Found(name("q")));
  }

  @Test
  void answersThatOnlyTheLeafIsMissing() {
    assertThat(at("q", "/children.1/backing")).isEqualTo(new Destination.NoLeaf(name("img")));
  }

  @Test
  void refusesAWayWithAGap() {
    assertThat(at("q", "/children.7/file"))
        .isEqualTo(
            new Destination.NoWay(
                "path '/children.7/file' from root 'q' ends early: node 'q' has no child"
                    + " 'children.7'"));
  }

  @Test
  void refusesARootThatIsNotThereAndNamesRootAndPath() {
    assertThat(at("no one", "/file"))
        .isEqualTo(
            new Destination.NoWay(
                "path '/file' from root 'no one' has no root: there is no node 'no one'"));
  }

  @Test
  void refusesAPathWithoutASlashAndWithEmptyNames() {
    assertThat(at("q", "children.1")).isInstanceOf(Destination.Malformed.class);
    assertThat(at("q", "")).isInstanceOf(Destination.Malformed.class);
    assertThat(at("q", "/children.1//file")).isInstanceOf(Destination.Malformed.class);
    assertThat(at("q", "/children.1/")).isInstanceOf(Destination.Malformed.class);
  }

  private Destination at(String root, String path) {
    return new GraphPath(root, path).in(graph);
  }
}
