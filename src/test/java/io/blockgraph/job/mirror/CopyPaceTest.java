package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.job.JobProgress.Outlook;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopyPaceTest {
  private static final long LEFT = 10_000;

  @ParameterizedTest
  @CsvSource({"1000, 0, 10", "1001, 0, 10", "999, 0, 11", "2000, 1000, 10", "1, 0, 10000"})
  void whatIsGainedInASecondTellsTheTime(long copied, long dirtied, long seconds) {
    assertThat(new CopyPace(copied, dirtied).outlook(LEFT)).isEqualTo(new Outlook.Eta(seconds));
  }

  @ParameterizedTest
  @CsvSource({"1000, 1000", "1000, 5000", "0, 1", "1000, 990", "1000, 875"})
  void clientsWhoWriteAboutAsFastAsTheJobCopiesLeaveNoTime(long copied, long dirtied) {
    assertThat(new CopyPace(copied, dirtied).outlook(LEFT))
        .isEqualTo(new Outlook.NotConverging(dirtied));
  }

  @Test
  void aJobThatStandsStillWhileNobodyWritesIsNotOutrun() {
    assertThat(new CopyPace(0, 0).outlook(LEFT)).isEqualTo(new Outlook.Unknown());
  }
}
