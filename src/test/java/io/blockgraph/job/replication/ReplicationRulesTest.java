package io.blockgraph.job.replication;

import static io.blockgraph.graph.Permission.CONSISTENT_READ;
import static io.blockgraph.graph.Permission.RESIZE;
import static io.blockgraph.graph.Permission.WRITE;
import static io.blockgraph.graph.Permission.WRITE_UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.Bench;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Roles;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The rows of the permission table (requirements 2.3) of replication, for every grant there is.
class ReplicationRulesTest {
  private static final Permissions READ = Permissions.of(CONSISTENT_READ);
  private static final Permissions ALL_BUT_RESIZE = Permissions.ALL.without(RESIZE);

  private static List<Grant> everyGrant() {
    return IntStream.range(0, 256)
        .mapToObj(bits -> new Grant(new Permissions(bits & 15), new Permissions(bits >> 4)))
        .toList();
  }

  private static NodeSpec node(String mode, boolean readOnly) {
    return Bench.spec(
        new ReplicationDriver(), Map.of("mode", mode, "file", "f", "readOnly", readOnly));
  }

  private static NodeSpec pinned(NodeSpec node) {
    Standing standing =
        new Standing(Stage.FAILOVER, Standing.Below.PINNED, Optional.empty(), Optional.empty());
    return node.withOptions(standing.in(node.options()));
  }

  private static Grant grant(NodeSpec node, Grant parents) {
    return ReplicationRules.INSTANCE.childGrant(node, node.children().getFirst(), parents);
  }

  @ParameterizedTest
  @EnumSource
  void takesReadingAlwaysAndWritingWhenWritableAndSharesBoth(Mode mode) {
    for (Grant parents : everyGrant()) {
      assertThat(grant(node(mode.word(), false), parents))
          .isEqualTo(new Grant(READ.with(WRITE), ALL_BUT_RESIZE));
      assertThat(grant(node(mode.word(), true), parents))
          .isEqualTo(new Grant(READ, ALL_BUT_RESIZE));
    }
  }

  @Test
  void sharesNoWritingOnceTheDisksBelowMustStandStill() {
    for (Grant parents : everyGrant()) {
      assertThat(grant(pinned(node("secondary", false)), parents))
          .isEqualTo(new Grant(READ.with(WRITE), READ.with(WRITE_UNCHANGED)));
    }
  }

  private static NodeSpec top(boolean refusing) {
    NodeSpec spec =
        new NodeSpec(
            new NodeName("n"),
            ReplicationTop.NAME,
            NodeSpec.Access.READ_WRITE,
            NodeSpec.Origin.IMPLICIT,
            new Options(Map.of("replication", "c1")),
            List.of(
                new ChildSpec(ChildName.FILE, Roles.FILTER, new NodeName("f")),
                new ChildSpec(
                    ReplicationTop.HIDDEN, ReplicationTop.HIDDEN_ROLES, new NodeName("h"))));
    return refusing
        ? spec.withOptions(spec.options().with(ReplicationTop.REFUSE_WRITES, true))
        : spec;
  }

  private static Grant topGrant(boolean refusing, ChildName child, Grant parents) {
    NodeSpec node = top(refusing);
    return ReplicationTopRules.INSTANCE.childGrant(node, node.child(child).orElseThrow(), parents);
  }

  @Test
  void theFilterReadsWhatItSavesAndLetsNobodyWriteBesideIt() {
    for (Grant parents : everyGrant()) {
      assertThat(topGrant(false, ChildName.FILE, parents))
          .isEqualTo(new Grant(parents.taken().with(CONSISTENT_READ), READ.with(WRITE_UNCHANGED)));
      assertThat(topGrant(false, ReplicationTop.HIDDEN, parents))
          .isEqualTo(new Grant(READ.with(WRITE), ALL_BUT_RESIZE));
    }
  }

  @Test
  void theFilterOnlyReadsAfterAFailover() {
    for (Grant parents : everyGrant()) {
      assertThat(topGrant(true, ChildName.FILE, parents))
          .isEqualTo(new Grant(parents.taken().intersect(READ), READ.with(WRITE_UNCHANGED)));
      assertThat(topGrant(true, ReplicationTop.HIDDEN, parents)).isEqualTo(Grant.IDLE);
    }
  }

  @Test
  void theFilterNeedsBothDisks() {
    NodeSpec whole = top(false);
    assertThat(ReplicationTopRules.INSTANCE.objection(whole)).isEmpty();
    List<ChildSpec> one = List.of(whole.child(ChildName.FILE).orElseThrow());
    assertThat(ReplicationTopRules.INSTANCE.objection(whole.withChildren(one)).orElseThrow())
        .contains("'hidden'");
  }

  @Test
  void bothAreFiltersWithoutBackingDisks() {
    for (var rules : List.of(ReplicationRules.INSTANCE, ReplicationTopRules.INSTANCE)) {
      assertThat(rules.isFilter()).isTrue();
      assertThat(rules.supportsBacking()).isFalse();
    }
  }

  @Test
  void nobodyCanPutAStandingAmongTheOptions() {
    assertThat(new ReplicationDriver().options().fields())
        .extracting(field -> field.name())
        .containsExactly("mode", "file");
    assertThat(Standing.of(Options.NONE).stage()).isEqualTo(Stage.NONE);
  }
}
