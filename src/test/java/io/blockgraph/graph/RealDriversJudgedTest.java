package io.blockgraph.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.blkverify.BlkverifyDriver;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.driver.throttle.ThrottleDriver;
import io.blockgraph.job.replication.ReplicationDriver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The judge knows five kinds of driver; here each is played by a real one.
class RealDriversJudgedTest {
  private static final Map<DriverName, DriverRules> CAST =
      Map.of(
          TestRules.FILTER, new ThrottleDriver().rules(),
          TestRules.FORMAT, new Qcow2Driver().rules(),
          TestRules.QUORUM, new QuorumDriver().rules(),
          TestRules.VERIFY, new BlkverifyDriver().rules());

  @Test
  void keepToTheTableOfPermissionsAndToTheirShapes() {
    TestRules others = new TestRules();
    RuleBook rules =
        name ->
            others
                .rulesOf(name)
                .map(part -> CAST.containsKey(name) ? new Cast(CAST.get(name), part) : part);
    JudgedPlans plans = new JudgedPlans(rules, Planner.DEFAULT_MAX_DEPTH);

    assertThat(
            plans.disagreement(IntStream.rangeClosed(1, 3).boxed().flatMap(SmallGraphs::ofNodes)))
        .isEmpty();
    assertThat(plans.accepted()).isGreaterThan(10_000);
  }

  /// A replication is a filter whose grant does not depend on its parents; it stands wherever the
  /// small graphs have a filter.
  @Test
  void aReplicationKeepsToItsRowWhereverAFilterCanStand() {
    DriverRules real = new ReplicationDriver().rules();
    TestRules others = new TestRules();
    RuleBook rules =
        name -> name.equals(ReplicationDriver.NAME) ? Optional.of(real) : others.rulesOf(name);
    JudgedPlans plans = new JudgedPlans(rules, Planner.DEFAULT_MAX_DEPTH);

    assertThat(
            plans.disagreement(
                IntStream.rangeClosed(1, 3)
                    .boxed()
                    .flatMap(SmallGraphs::ofNodes)
                    .map(RealDriversJudgedTest::replicating)))
        .isEmpty();
    assertThat(plans.accepted()).isGreaterThan(10_000);
  }

  private static List<GraphEdit> replicating(List<GraphEdit> edits) {
    return edits.stream()
        .map(
            edit ->
                edit instanceof GraphEdit.AddNode(NodeSpec spec)
                        && spec.driver().equals(TestRules.FILTER)
                    ? new GraphEdit.AddNode(
                        new NodeSpec(
                            spec.name(),
                            ReplicationDriver.NAME,
                            spec.access(),
                            spec.origin(),
                            spec.options(),
                            spec.children()))
                    : edit)
        .toList();
  }

  /// A real driver in the part of a test driver: it decides about the children it can be given over
  /// HTTP, and one vote is enough for a quorum, since the small graphs name no threshold.
  private record Cast(DriverRules real, DriverRules part) implements DriverRules {
    private static final Set<ChildName> KNOWN =
        Set.of(ChildName.FILE, ChildName.BACKING, new ChildName("raw"), new ChildName("test"));

    @Override
    public boolean isFilter() {
      return real.isFilter();
    }

    @Override
    public boolean supportsBacking() {
      return real.supportsBacking();
    }

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      boolean known = node.driver().equals(TestRules.QUORUM) || KNOWN.contains(child.name());
      return (known ? real : part).childGrant(node, child, parents);
    }

    @Override
    public boolean allowsDuplicates(NodeSpec node) {
      return real.allowsDuplicates(node);
    }

    @Override
    public Optional<String> objection(NodeSpec node) {
      return real.objection(node.withOptions(Options.NONE.with("voteThreshold", 1L)));
    }
  }
}
