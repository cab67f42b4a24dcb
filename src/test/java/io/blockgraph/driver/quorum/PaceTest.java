package io.blockgraph.driver.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.quorum.QuorumDriver.Together;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final Request SMALL = read(4096);

  private final ManualTicker ticker = new ManualTicker();
  private final Pace pace = new Pace(ticker, Together.WHERE_IT_PAYS);

  private static Request read(long bytes) {
    return new Request(Request.Operation.READ, new ByteRange(0, bytes));
  }

  private void requests(int count, long nanos) {
    for (int i = 0; i < count; i++) {
      request(SMALL, nanos);
    }
  }

  private void request(Request request, long nanos) {
    long begun = pace.begin();
    ticker.advance(nanos);
    pace.end(request, begun);
  }

  @Test
  void smallRequestsGoOneAfterTheOtherAndLargeOnesTogether() {
    assertThat(pace.together(SMALL)).isFalse();
    assertThat(pace.together(read(Pace.LARGE_BYTES - 1))).isFalse();
    assertThat(pace.together(read(Pace.LARGE_BYTES))).isTrue();
  }

  @Test
  void aFlushGoesTogetherAndALongRangeOfZeroesDoesNot() {
    ByteRange range = new ByteRange(0, 1 << 30);
    assertThat(pace.together(new Request(Request.Operation.FLUSH, range))).isTrue();
    assertThat(pace.together(new Request(Request.Operation.ZERO, range))).isFalse();
  }

  @Test
  void childrenThatAreSlowOnAverageAreAskedTogetherUntilTheyAreFastAgain() {
    requests(10, Pace.SLOW_NANOS * 3);
    assertThat(pace.together(SMALL)).isTrue();
    requests(40, Pace.SLOW_NANOS / 20);
    assertThat(pace.together(SMALL)).isFalse();
  }

  @Test
  void oneRequestThatWasHeldUpDoesNotMakeAChildSlow() {
    requests(40, Pace.SLOW_NANOS / 20);
    requests(1, 1_000_000_000L);
    assertThat(pace.together(SMALL)).isFalse();
  }

  @Test
  void largeRequestsAndFlushesSayNothingAboutTheChild() {
    for (int i = 0; i < 50; i++) {
      request(read(Pace.LARGE_BYTES), 1_000_000L);
      request(new Request(Request.Operation.FLUSH, new ByteRange(0, 1)), 1_000_000L);
    }
    assertThat(pace.together(SMALL)).isFalse();
  }

  @Test
  void extentsAreAskedTogetherUntilTheChildrenAreKnownToBeFast() {
    Request extents = new Request(Request.Operation.EXTENTS, new ByteRange(0, 1 << 30));
    assertThat(pace.together(extents)).isTrue();
    for (int i = 0; i < 15; i++) {
      request(extents, Pace.SLOW_NANOS / 20);
    }
    assertThat(pace.together(extents)).isFalse();
    requests(10, Pace.SLOW_NANOS * 3);
    assertThat(pace.together(extents)).isFalse();
  }

  @Test
  void slowExtentsSayNothingAboutReads() {
    for (int i = 0; i < 50; i++) {
      request(new Request(Request.Operation.EXTENTS, new ByteRange(0, 1)), 1_000_000L);
    }
    assertThat(pace.together(SMALL)).isFalse();
  }

  @Test
  void bytesThatOnlyOneThreadMayTouchAreWrittenByThatThread() {
    Pace always = new Pace(ticker, Together.ALWAYS);
    try (Arena own = Arena.ofConfined();
        Arena shared = Arena.ofShared()) {
      MemorySegment ours = own.allocate(1 << 20);
      assertThat(always.together(Request.write(0, ours))).isFalse();
      assertThat(always.together(Request.write(0, shared.allocate(512)))).isTrue();
    }
  }
}
