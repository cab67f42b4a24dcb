package io.blockgraph.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// How a quorum is, from the votes it tells.
class QuorumChecksTest {
  private static final NodeSpec QUORUM =
      new NodeSpec(
          new NodeName("q"),
          new DriverName("quorum"),
          NodeSpec.Access.READ_WRITE,
          NodeSpec.Origin.NAMED,
          Options.NONE.with("voteThreshold", 2L),
          List.of());

  private static Map<String, Object> votes(int child, long agreed, long lost, boolean bad) {
    return Map.of(
        "child", "children." + child, "agreed", agreed, "lost", lost, "failed", 0L, "bad", bad);
  }

  private static List<Condition> conditions(List<?> votes) {
    return new QuorumChecks(QUORUM, votes).all().stream().map(Finding::condition).toList();
  }

  @Test
  void nothingIsKnownOfAChildThatWasNeverAsked() {
    assertThat(conditions(List.of(votes(0, 0, 0, false)))).containsExactly(Condition.UNKNOWN);
  }

  @Test
  void oneBadChildDegradesItAndTwoMakeItFail() {
    assertThat(conditions(List.of(votes(0, 9, 0, false), votes(1, 9, 0, false))))
        .containsOnly(Condition.GOOD);
    assertThat(
            conditions(List.of(votes(0, 9, 0, false), votes(1, 9, 0, false), votes(2, 8, 1, true))))
        .containsExactly(Condition.GOOD, Condition.GOOD, Condition.DEGRADED, Condition.DEGRADED);
    assertThat(
            conditions(List.of(votes(0, 9, 0, false), votes(1, 8, 1, true), votes(2, 8, 1, true))))
        .endsWith(Condition.FAILED);
  }

  @Test
  void aChildThatLostLongAgoAndAgreesAgainIsGood() {
    assertThat(conditions(List.of(votes(0, 9, 3, false)))).containsExactly(Condition.GOOD);
  }

  @Test
  void saysHowManyMoreMayGoBad() {
    List<Finding> found =
        new QuorumChecks(
                QUORUM, List.of(votes(0, 9, 0, false), votes(1, 9, 0, false), votes(2, 8, 1, true)))
            .all();
    assertThat(found.getLast().reason())
        .isEqualTo("2 children are good and 2 must agree: one more bad child and requests fail");
  }

  @Test
  void passesOverWhatIsToldInAnotherShape() {
    assertThat(conditions(List.of("votes", Map.of("agreed", 1L)))).isEmpty();
  }
}
