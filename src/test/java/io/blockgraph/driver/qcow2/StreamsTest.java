package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.qcow2.Streams.Span;
import org.junit.jupiter.api.Test;

/// Who reads in order is read ahead of, more the longer he goes on.
class StreamsTest {
  private final Streams streams = new Streams(8, 16);

  @Test
  void isMoreAheadTheLongerAReaderGoesOn() {
    assertThat(streams.used(10, 10)).isNull();
    assertThat(streams.used(11, 11)).isEqualTo(new Span(12, 13));
    assertThat(streams.used(12, 12)).isEqualTo(new Span(14, 16));
    assertThat(streams.used(13, 13)).isEqualTo(new Span(17, 21));
    assertThat(streams.used(14, 14)).isNull();
  }

  @Test
  void isAsMuchAheadAsLargeRequestsAreLong() {
    assertThat(streams.used(0, 15)).isNull();
    assertThat(streams.used(16, 31)).isEqualTo(new Span(32, 47));
    assertThat(streams.used(32, 47)).isEqualTo(new Span(48, 63));
  }

  @Test
  void staysWhereItIsWhileAReaderIsWithinOneClusterOrGoesBack() {
    assertThat(streams.used(10, 10)).isNull();
    assertThat(streams.used(10, 10)).isNull();
    assertThat(streams.used(9, 9)).isNull();
    assertThat(streams.used(400, 400)).isNull();
  }

  @Test
  void sharesWhatThereIsAmongTheReaders() {
    for (long reader = 0; reader < 8; reader++) {
      assertThat(streams.used(reader * 1000, reader * 1000)).isNull();
    }
    for (long reader = 0; reader < 8; reader++) {
      streams.used(reader * 1000 + 1, reader * 1000 + 10);
    }
    assertThat(streams.used(11, 20)).isEqualTo(new Span(21, 22));
  }

  @Test
  void goesOnWithAReaderWhoseRequestsOvertakeEachOther() {
    assertThat(streams.used(0, 0)).isNull();
    assertThat(streams.used(1, 1)).isNotNull();
    assertThat(streams.used(0, 0)).isNull();
    assertThat(streams.used(2, 2)).isNotNull();
  }
}
