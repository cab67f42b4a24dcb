package io.blockgraph.job.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Zeroable;
import io.blockgraph.job.copy.ChainWorld;
import org.junit.jupiter.api.Test;

/// What a client does to a top that is committed: it is on both disks, or noted to be copied later.
class ActiveTopDiskTest {
  private final MemoryDisk top = new MemoryDisk(8192);
  private final MemoryDisk base = new MemoryDisk(4096);
  private final ActiveTopDisk disk = new ActiveTopDisk(top, base, new ActiveWrites());

  @Test
  void aWriteReachesBothDisks() {
    ChainWorld.write(disk, 100, new byte[] {1, 2, 3});
    assertThat(ChainWorld.read(top, 100, 3)).containsExactly(1, 2, 3);
    assertThat(ChainWorld.read(base, 100, 3)).containsExactly(1, 2, 3);
    assertThat(disk.takeMissed()).isEmpty();
  }

  @Test
  void whatComesBehindTheEndOfABaseThatHasNotGrownYetIsCopiedLaterAndIsNoFailure() {
    ChainWorld.write(disk, 4095, new byte[] {1, 2});
    disk.zero(new ByteRange(5000, 10), Zeroable.Mode.MAY_UNMAP);
    assertThat(ChainWorld.read(top, 4095, 2)).containsExactly(1, 2);
    assertThat(disk.takeFailure()).isNull();
    assertThat(disk.takeMissed()).containsExactly(new ByteRange(0, 8192));
    assertThat(disk.takeMissed()).isEmpty();
  }

  @Test
  void whatIsDiscardedIsCopiedLater() {
    disk.discard(new ByteRange(0, 4096));
    assertThat(disk.takeMissed()).containsExactly(new ByteRange(0, 8192));
  }

  @Test
  void whatIsToldAgainAndAgainWhileTheJobRestsTakesNoMoreRoom() {
    for (int i = 0; i < 10_000; i++) {
      disk.discard(new ByteRange(i % 8 * 512L, 512));
    }
    assertThat(disk.takeMissed()).hasSize(1);
  }
}
