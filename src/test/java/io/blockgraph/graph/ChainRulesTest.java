package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.ChainRules.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Which part of a chain a job may work on: one where the depth of data says which layer holds it.
class ChainRulesTest {
  /// `old` is a format over a format; what stands over it shows a chain of its own.
  private static final NodeSpec[] OLD = {
    file("f0"), format("deep", "f0"), file("f1"), format("old", "f1", "deep")
  };

  /// The graph of OLD with `more`, and `top` over the last of these.
  private static ChainRules over(NodeSpec... more) {
    List<NodeSpec> nodes = new ArrayList<>(Stream.concat(Stream.of(OLD), Stream.of(more)).toList());
    nodes.add(file("ft"));
    nodes.add(format("top", "ft", nodes.get(nodes.size() - 2).name().value()));
    return new ChainRules(graph(nodes.toArray(NodeSpec[]::new)), new TestRules());
  }

  private static Span span(Ruling<Span> ruling) {
    assertThat(ruling).isInstanceOf(Ruling.Allowed.class);
    return ((Ruling.Allowed<Span>) ruling).value();
  }

  private static void refuses(ChainRules rules, Ruling<Span> part, String layer) {
    assertThat(rules.objection(span(part)))
        .hasValueSatisfying(
            refusal ->
                assertThat(refusal)
                    .isInstanceOfSatisfying(
                        Refusal.BackingUnsupported.class,
                        no -> assertThat(no.overlay()).isEqualTo(name(layer))));
  }

  @Test
  void takesFormatsAndTheFiltersBetweenThem() {
    ChainRules rules = over(filter("slow", "old"), copyOnRead("cor", "slow"));
    Span span = span(rules.whole(name("top")));
    assertThat(span.below()).containsExactly(name("cor"), name("slow"), name("old"), name("deep"));
    assertThat(span.filters()).containsExactlyInAnyOrder(name("cor"), name("slow"));
    assertThat(span.layers()).isEqualTo(3);
    assertThat(rules.objection(span)).isEmpty();
  }

  @Test
  void refusesARawLayerThatShowsAChainOfItsOwn() {
    ChainRules rules = over(raw("flat", "old"));
    refuses(rules, rules.whole(name("top")), "flat");
    refuses(rules, rules.downTo(name("top"), name("flat")), "flat");
  }

  @Test
  void refusesItThroughFiltersAndNestedLayersToo() {
    ChainRules rules = over(filter("slow", "old"), raw("inner", "slow"), raw("outer", "inner"));
    refuses(rules, rules.whole(name("top")), "outer");
    rules = over(raw("flat", "old"), filter("slow", "flat"));
    refuses(rules, rules.whole(name("top")), "flat");
    rules = over(file("f2"), raw("flat", "old"), verify("both", "flat", "f2"));
    refuses(rules, rules.whole(name("top")), "flat");
  }

  @Test
  void refusesAQuorumOneOfWhoseChildrenHasABackingDisk() {
    ChainRules rules = over(file("f2"), quorum("votes", "f2", "old"));
    refuses(rules, rules.whole(name("top")), "votes");
    rules = over(file("f2"), raw("flat", "old"), quorum("votes", "f2", "flat"));
    refuses(rules, rules.whole(name("top")), "votes");
  }

  @Test
  void takesLayersThatShowNoChain() {
    ChainRules rules = over(raw("flat", "deep"));
    assertThat(rules.objection(span(rules.whole(name("top"))))).isEmpty();
    rules = over(file("f2"), raw("flat", "deep"), quorum("votes", "f2", "flat"));
    assertThat(rules.objection(span(rules.whole(name("top"))))).isEmpty();
    rules = over(file("f2"));
    assertThat(rules.objection(span(rules.whole(name("top"))))).isEmpty();
  }

  @Test
  void doesNotMindWhatAFormatIsStoredIn() {
    ChainRules rules = over(format("stored", "old"));
    assertThat(rules.objection(span(rules.whole(name("top"))))).isEmpty();
  }

  @Test
  void doesNotMindAChainBelowTheBaseThatStays() {
    ChainRules rules = over(raw("flat", "old"), file("f2"), format("mid", "f2", "flat"));
    assertThat(rules.objection(span(rules.above(name("top"), name("flat"))))).isEmpty();
    refuses(rules, rules.whole(name("top")), "flat");
  }

  @Test
  void endsAtTheDiskThatAFilterShowsAndNeverWithAFilter() {
    ChainRules rules = over(filter("slow", "old"));
    assertThat(span(rules.above(name("top"), name("old"))).below()).isEmpty();
    assertThat(span(rules.above(name("top"), name("slow"))).below()).isEmpty();
    assertThat(span(rules.downTo(name("top"), name("slow"))).bottom()).isEqualTo(name("old"));
  }
}
