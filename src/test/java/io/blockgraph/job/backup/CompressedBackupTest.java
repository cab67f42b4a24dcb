package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.GatedDisk;
import io.blockgraph.job.copy.ChainWorld;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Copies that are stored compressed.
@Timeout(120)
class CompressedBackupTest {
  private static final int MIB = (int) BackupBench.MIB;

  @TempDir Path directory;
  private BackupBench bench;
  private ChainWorld world;
  private GatedDisk client;

  @BeforeEach
  void open() {
    bench = new BackupBench(directory);
    world = bench.world;
    client = world.writer("w", "disk");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private static BackupRequest compressed(long speed) {
    return BackupBench.with(
        BackupBench.onto("copy", BackupSync.FULL),
        new BackupRequest.Pace(speed, 4, BackupRequest.Storing.COMPRESSED),
        BackupRequest.Errors.REPORT);
  }

  /// Bytes of which about half can be saved.
  private void fillWithWords() {
    byte[] bytes = new byte[(int) ChainWorld.SIZE];
    new java.util.Random(4).nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] &= 15;
    }
    ChainWorld.write(client, 0, bytes);
  }

  /// Each cluster is stored once, however large it is.
  @Test
  void takesLessRoomThanTheDiskAlsoInLargeClusters() throws Exception {
    bench.copy(Map.of("cluster_size", "2M"));
    world.open("copy", null, true);
    fillWithWords();
    byte[] then = ChainWorld.content(client);
    bench.started(compressed(0));
    bench.finishes();
    bench.assertShows(world.image("copy"), then);

    System.out.println("SIZE " + Files.size(world.image("copy")) + " " + then.length);
    assertThat(Files.size(world.image("copy"))).isLessThan(4L * 2 * MIB + then.length);
  }
}
