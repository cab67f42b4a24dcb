package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.Bench;
import io.blockgraph.driver.CopyBeforeWriteRules;
import io.blockgraph.driver.blkdebug.BlkdebugDriver;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Bitmaps;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.job.copy.ChainWorld;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /// Every second part of `part` bytes holds something of which about half can be saved.
  private byte[] fill(int part) {
    byte[] bytes = new byte[(int) ChainWorld.SIZE];
    new Random(4).nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] &= 15;
    }
    ChainWorld.write(client, 0, bytes);
    for (int at = part; at < bytes.length; at += 2 * part) {
      ChainWorld.zero(client, at, part);
    }
    return ChainWorld.content(client);
  }

  /// Each cluster is stored once, however large it is and whatever the disk holds of it: the copy
  /// has five clusters of metadata, and two of data.
  @ParameterizedTest
  @ValueSource(ints = {4 * MIB, 64 << 10})
  void storesEachClusterOnce(int part) throws Exception {
    bench.copy(Map.of("cluster_size", "2M"));
    world.open("copy", null, true);
    byte[] then = fill(part);
    bench.started(compressed(0));
    bench.finishes();
    bench.assertShows(world.image("copy"), then);
    assertThat(Files.size(world.image("copy"))).isLessThanOrEqualTo(7L * 2 * MIB);
  }

  @Test
  void clientsHaveTheirOldBytesStoredOnce() throws Exception {
    bench.copy(Map.of("cluster_size", "2M"));
    world.open("copy", null, true);
    byte[] then = fill(4 * MIB);
    bench.started(compressed(65_536));
    ChainWorld.write(client, 3 * MIB, new byte[MIB]);
    ChainWorld.write(client, 100, new byte[10]);
    bench.finishes();
    bench.assertShows(world.image("copy"), then);
    assertThat(Files.size(world.image("copy"))).isLessThanOrEqualTo(7L * 2 * MIB);
  }

  /// A filter that would have to store plainly is not put above the target meanwhile.
  @Test
  void nobodyTakesTheAbilityFromTheTarget() {
    world.open("copy", null, true);
    fill(4 * MIB);
    bench.started(compressed(65_536));
    NodeSpec plain = Bench.spec(new BlkdebugDriver(), Map.of("nodeName", "f", "file", "copy"));
    Change change =
        Change.of(
            "test",
            List.of(
                new GraphEdit.AddNode(plain),
                new GraphEdit.ReplaceChild(
                    new NodeName("j.filter"), CopyBeforeWriteRules.TARGET, new NodeName("f"))));
    assertThat(world.graph().commit(change).toString()).contains("cannot store compressed data");
    bench.finishes();
  }

  @Test
  void whatIsStoredCompressedIsMarkedInBitmaps() {
    world.open("copy", null, true);
    fill(4 * MIB);
    NodeName copy = new NodeName("copy");
    BitmapName name = new BitmapName("b");
    BitmapEdit add =
        new BitmapEdit.Add(
            copy, name, 65_536, DirtyBitmap.Recording.ENABLED, DirtyBitmap.Lasting.IN_MEMORY);
    assertThat(new Bitmaps(world.graph()).make(add, Ask.PLAIN)).isInstanceOf(Result.Done.class);
    bench.started(compressed(0));
    bench.finishes();
    DirtyBitmap after = world.graph().inspect(view -> view.bitmaps(copy).find(name).orElseThrow());
    assertThat(after.bits().dirtyBytes()).isEqualTo(ChainWorld.SIZE);
  }
}
