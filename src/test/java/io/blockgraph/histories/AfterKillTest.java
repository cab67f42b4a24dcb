package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AfterKillTest {
  private final AfterKill disk = new AfterKill(new byte[] {1, 1, 1, 1});

  @Test
  void whatWasFlushedMustBeThere() {
    assertThat(disk.objection(new byte[] {1, 1, 1, 1})).isEmpty();
    assertThat(disk.objection(new byte[] {1, 1, 0, 1})).isPresent();
    assertThat(disk.objection(new byte[] {1, 1, 1})).isPresent();
    disk.done(disk.begin(1, new byte[] {2}));
    disk.flushed(disk.flushing());
    assertThat(disk.objection(new byte[] {1, 2, 1, 1})).isEmpty();
    assertThat(disk.objection(new byte[] {1, 1, 1, 1})).isPresent();
  }

  @Test
  void whatWasWrittenSinceMayBeThere() {
    disk.done(disk.begin(1, new byte[] {2, 2}));
    disk.done(disk.begin(2, new byte[] {3}));
    assertThat(disk.objection(new byte[] {1, 1, 1, 1})).isEmpty();
    assertThat(disk.objection(new byte[] {1, 2, 3, 1})).isEmpty();
    assertThat(disk.objection(new byte[] {1, 1, 2, 1})).isEmpty();
    assertThat(disk.objection(new byte[] {1, 3, 1, 1})).isPresent();
  }

  @Test
  void aFlushKeepsWhatWasDoneWhenItBegan() {
    disk.done(disk.begin(0, new byte[] {2}));
    AfterKill.Write underWay = disk.begin(1, new byte[] {2});
    var kept = disk.flushing();
    disk.done(underWay);
    disk.flushed(kept);
    assertThat(disk.objection(new byte[] {2, 1, 1, 1})).isEmpty();
    assertThat(disk.objection(new byte[] {2, 2, 1, 1})).isEmpty();
    assertThat(disk.objection(new byte[] {1, 2, 1, 1})).isPresent();
  }
}
