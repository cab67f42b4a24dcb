package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WalksTest {
  private final Topology chain =
      graph(
          file("f1"),
          file("f2"),
          format("base", "f1"),
          filter("on-base", "base"),
          format("top", "f2", "on-base"),
          implicit(filter("job-filter", "top")),
          filter("th", "job-filter"));
  private final Walks walks = new Walks(chain, new TestRules());

  @Test
  void showsTheChildOfAFilterAndOfNothingElse() {
    assertThat(walks.filteredChild(name("on-base"))).contains(name("base"));
    assertThat(walks.filteredChild(name("top"))).isEmpty();
    assertThat(walks.filteredChild(name("f1"))).isEmpty();
  }

  @Test
  void skipsAllFilters() {
    assertThat(walks.skipFilters(name("th"))).isEqualTo(name("top"));
    assertThat(walks.skipFilters(name("top"))).isEqualTo(name("top"));
  }

  @Test
  void skipsOnlyTheFiltersOfJobsWhenAskedTo() {
    assertThat(walks.skipImplicitFilters(name("job-filter"))).isEqualTo(name("top"));
    assertThat(walks.skipImplicitFilters(name("th"))).isEqualTo(name("th"));
  }

  @Test
  void letsNewcomersInAboveTheFiltersOfJobsAndBelowThoseOfPeople() {
    assertThat(walks.aboveImplicitFilters(name("top"))).isEqualTo(name("job-filter"));
    assertThat(walks.aboveImplicitFilters(name("base"))).isEqualTo(name("base"));
    assertThat(walks.aboveImplicitFilters(name("th"))).isEqualTo(name("th"));
  }

  @Test
  void letsNewcomersInAboveAJobsFilterAlsoWhenOthersAreBetweenItAndTheNodeTheJobOwns() {
    Topology owned =
        graph(file("a"), filter("slow", "a"), implicit(filter("own", "slow")), job("j", "a"));
    Walks between = new Walks(owned, new TestRules());
    assertThat(between.aboveImplicitFilters(name("a"))).isEqualTo(name("own"));
    Topology free = graph(file("a"), filter("slow", "a"), implicit(filter("own", "slow")));
    Walks below = new Walks(free, new TestRules());
    assertThat(below.aboveImplicitFilters(name("a"))).isEqualTo(name("a"));
  }

  @Test
  void findsTheBackingDiskOfANodeAndOfWhatAFilterShows() {
    assertThat(walks.cowChild(name("th"))).isEmpty();
    assertThat(walks.cowChild(name("top"))).contains(name("on-base"));
    assertThat(walks.backing(name("th"))).contains(name("on-base"));
    assertThat(walks.filterOrCowChild(name("th"))).contains(name("job-filter"));
    assertThat(walks.filterOrCowChild(name("top"))).contains(name("on-base"));
  }

  @Test
  void listsTheChainWithAndWithoutFilters() {
    assertThat(names(walks.backingChain(name("th")).stream())).containsExactly("top", "base");
    assertThat(names(walks.chainWithFilters(name("th")).stream()))
        .containsExactly("th", "job-filter", "top", "on-base", "base");
  }

  @Test
  void stopsAtAQuorumForItHasNoChildThatAlwaysShowsItsData() {
    Topology graph = graph(file("a"), file("b"), quorum("q", "a", "b"));
    Walks quorum = new Walks(graph, new TestRules());

    assertThat(quorum.skipFilters(name("q"))).isEqualTo(name("q"));
    assertThat(quorum.filterOrCowChild(name("q"))).isEmpty();
  }

  @Test
  void collectsASubtreeWithNearerNodesFirst() {
    assertThat(names(walks.subtree(name("top")).stream()))
        .containsExactly("top", "f2", "on-base", "base", "f1");
  }

  @Test
  void saysWhatIsBelowWhat() {
    assertThat(walks.isBelow(name("f1"), name("th"))).isTrue();
    assertThat(walks.isBelow(name("th"), name("f1"))).isFalse();
    assertThat(walks.isBelow(name("th"), name("th"))).isFalse();
  }

  @Test
  void takesForRootsTheNodesThatNoNodeUses() {
    Topology graph = graph(file("a"), file("b"), filter("f", "a"), reader("x", "b"));

    assertThat(names(new Walks(graph, new TestRules()).roots().stream())).containsExactly("b", "f");
  }

  @Test
  void throwsForANodeThatIsNotThere() {
    assertThatThrownBy(() -> walks.skipFilters(name("nobody")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nobody");
  }
}
