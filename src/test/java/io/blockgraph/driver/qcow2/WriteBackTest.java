package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.qcow2.RecordedDisk.Flushed;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How often the file is flushed for changes that nobody has asked to be durable: when tables have
/// to leave the memory, and no oftener than their order needs.
class WriteBackTest {
  private static final long TABLE_BYTES = 32 << 20;
  private static final int TABLES = 100;

  /// Room for 8 tables in memory: half of them may be changed.
  private static final int CHANGED_TABLES = 4;

  private static final Settings SMALL =
      new Settings(Settings.OverlapCheck.CACHED, false, Settings.DEFAULT.passDiscard(), 4096, 4096);

  private RecordedDisk file;
  private Qcow2Image image;
  private Qcow2Io disk;

  @BeforeEach
  void open() {
    SparseDisk made = new SparseDisk(0);
    Qcow2Creator.create(made, CreateOptions.of(TABLES * TABLE_BYTES));
    file = new RecordedDisk(made);
    image = Qcow2Image.open(file, null, SMALL, CorruptionListener.NOBODY);
    disk = image.bind(file, null, null);
    ImageUnderTest.put(disk, 1 << 20, new byte[] {1});
    disk.flush();
  }

  @AfterEach
  void close() {
    image.close(file, null);
  }

  private long flushes() {
    return file.steps().stream().filter(step -> step instanceof Flushed).count();
  }

  private void writeOneClusterOfEachTable() {
    for (long table = 0; table < TABLES; table++) {
      ImageUnderTest.put(disk, table * TABLE_BYTES, new byte[] {1});
    }
  }

  @Test
  void flushesOnceForAllTablesThatLeaveTheMemoryTogether() {
    long before = flushes();
    writeOneClusterOfEachTable();
    assertThat(flushes() - before).isEqualTo(TABLES / (CHANGED_TABLES + 1));
  }

  @Test
  void flushesOnceMoreBeforeClustersThatAreFreeAreUsedAnew() {
    writeOneClusterOfEachTable();
    disk.flush();
    long before = flushes();
    for (long table = 0; table < TABLES; table++) {
      disk.discard(new ByteRange(table * TABLE_BYTES, 64 << 10));
    }
    assertThat(flushes() - before).isEqualTo(2 * TABLES / (CHANGED_TABLES + 1));
  }

  @Test
  void makesDurableWhatHasLeftTheMemoryBeforeAFlush() {
    writeOneClusterOfEachTable();
    disk.flush();
    assertThat(file.steps().getLast()).isEqualTo(new Flushed());
    SparseDisk afterPowerCut = file.torn(file.count(), new Random(1));
    Qcow2Image again = Qcow2Image.open(afterPowerCut, null, SMALL, CorruptionListener.NOBODY);
    Qcow2Io seen = again.bind(afterPowerCut, null, null);
    for (long table = 0; table < TABLES; table++) {
      assertThat(Content.read(seen, table * TABLE_BYTES, 1)).containsExactly(1);
    }
    again.close(afterPowerCut, null);
  }
}
