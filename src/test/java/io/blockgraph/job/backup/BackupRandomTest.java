package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.ByteRange;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ModelledClient;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Disks with random content, targets with random clusters, clients that write at random: the copy
/// is the disk of the start, and each client finds what it wrote.
@Timeout(600)
class BackupRandomTest {
  private static final long MIB = BackupBench.MIB;
  private static final List<String> CLUSTERS = List.of("512", "4k", "64k", "256k", "1M", "2M");

  @TempDir Path directory;
  private final long seed = Seeds.first();

  @Test
  void aFewBackups() throws Exception {
    play(4);
  }

  @Test
  @Tag("nightly")
  void manyBackups() throws Exception {
    play(200);
  }

  private void play(int rounds) throws Exception {
    System.out.println("BackupRandomTest: -Dseed=" + seed);
    for (int round = 0; round < rounds; round++) {
      Path own = Files.createDirectory(directory.resolve("r" + round));
      once(own, new Random(seed + round), "round " + round + ", -Dseed=" + seed);
    }
  }

  private static void once(Path directory, Random random, String what) throws Exception {
    BackupSync sync = random.nextBoolean() ? BackupSync.FULL : BackupSync.TOP;
    try (BackupBench bench = new BackupBench(directory)) {
      bench.copy(Map.of("cluster_size", CLUSTERS.get(random.nextInt(CLUSTERS.size()))));
      ChainWorld world = bench.world.open("copy", null, true);
      GatedDisk disk = world.writer("w", "disk");
      scribble(disk, random);
      byte[] then = ChainWorld.content(disk);
      bench.started(
          BackupBench.slowly(BackupBench.onto("copy", sync), MIB + random.nextInt(8 << 20)));
      List<ModelledClient> clients = clients(disk, then, random.nextLong());
      Thread.sleep(random.nextInt(500));
      bench.finishes();
      for (int i = 0; i < clients.size(); i++) {
        byte[] model = clients.get(i).stop();
        assertThat(ChainWorld.read(disk, i * MIB, (int) MIB)).as(what).isEqualTo(model);
      }
      if (sync == BackupSync.TOP) {
        world.close();
        QemuImg.rebaseUnsafe(world.image("copy"), world.image("base").toString(), "qcow2");
      }
      bench.assertShows(world.image("copy"), then);
    }
  }

  private static void scribble(GatedDisk disk, Random random) {
    for (int i = 0; i < random.nextInt(20); i++) {
      byte[] bytes = new byte[1 + random.nextInt(100_000)];
      random.nextBytes(bytes);
      ChainWorld.write(disk, random.nextInt((int) ChainWorld.SIZE - bytes.length), bytes);
      ChainWorld.zero(disk, random.nextInt(3 << 20), random.nextInt(1 << 18));
    }
  }

  private static List<ModelledClient> clients(GatedDisk disk, byte[] then, long seed) {
    List<ModelledClient> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(new ModelledClient(disk, new ByteRange(i * MIB, MIB), then, seed + i).start());
    }
    return all;
  }
}
