package io.blockgraph.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventBoundTest {
  private static final long SECOND = 1_000_000_000L;

  private final ManualTicker ticker = new ManualTicker();
  private final EventBound bound = new EventBound(ticker::nanos);
  private final List<Long> told = new ArrayList<>();

  private void happen(int times) {
    for (int i = 0; i < times; i++) {
      bound.tell(told::add);
    }
  }

  @Test
  void tellsSoManyInASecondAndSaysThenHowManyItLeftOut() {
    happen(EventBound.MOST_PER_SECOND + 7);
    assertThat(told).hasSize(EventBound.MOST_PER_SECOND).containsOnly(0L);
    ticker.advance(SECOND);
    happen(2);
    assertThat(told.subList(EventBound.MOST_PER_SECOND, told.size())).containsExactly(7L, 0L);
  }

  @Test
  void eachSecondHasItsOwnShare() {
    for (int i = 0; i < 5; i++) {
      happen(EventBound.MOST_PER_SECOND);
      ticker.advance(SECOND);
    }
    assertThat(told).hasSize(5 * EventBound.MOST_PER_SECOND).containsOnly(0L);
  }
}
