package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.CopyBeforeWrite.OnError;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.job.IoStatus;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ErrorPolicy;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Disks that fail under a backup: the copy is complete or there is none, and clients lose nothing.
@Timeout(120)
class BackupErrorsTest {
  private static final long MIB = BackupBench.MIB;
  private static final Map<String, Object> NO_SPACE =
      Map.of("operation", "write", "offset", 400_000L, "errno", "ENOSPC");
  private static final Map<String, Object> BAD_WRITES =
      Map.of("operation", "write", "errno", "EIO");
  private static final Map<String, Object> BAD_READS = Map.of("operation", "read", "errno", "EIO");

  @TempDir Path directory;
  private BackupBench bench;
  private ChainWorld world;
  private GatedDisk client;
  private byte[] then = new byte[0];

  @BeforeEach
  void open() {
    bench = new BackupBench(directory);
    world = bench.world;
    client = world.writer("w", "disk");
    then = ChainWorld.content(client);
    world.open("copy", null, true);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private void start(ErrorPolicy source, ErrorPolicy target, OnError client) {
    bench.started(
        BackupBench.with(
            BackupBench.onto("copy", BackupSync.FULL),
            BackupRequest.Pace.DEFAULT,
            new BackupRequest.Errors(source, target, client, 0)));
  }

  /// A job that copies nothing by itself, so that only clients make it copy.
  private void startNone(OnError onError) {
    bench.started(
        BackupBench.with(
            BackupBench.onto("copy", BackupSync.NONE),
            BackupRequest.Pace.DEFAULT,
            new BackupRequest.Errors(ErrorPolicy.REPORT, ErrorPolicy.REPORT, onError, 0)));
    world.await(ChainWorld.JOB, JobStatus.READY);
  }

  private JobRecord fails(String code) {
    JobRecord over = world.await(ChainWorld.JOB, JobStatus.CONCLUDED);
    assertThat(over.error().map(JobError::code)).contains(code);
    world.assertNoJobInGraph();
    return over;
  }

  @Test
  void reportsAFullTargetAndLeavesTheDiskAsItWas() {
    world.failing("copy", NO_SPACE);
    start(ErrorPolicy.REPORT, ErrorPolicy.REPORT, OnError.BREAK_SNAPSHOT);
    assertThat(fails(JobError.NO_SPACE).error().orElseThrow().detail()).contains("'copy'");
    assertThat(ChainWorld.content(client)).isEqualTo(then);
  }

  @ParameterizedTest
  @EnumSource(names = {"STOP", "ENOSPC"})
  void restsAtAFullTargetAndGoesOnWhenThereIsRoom(ErrorPolicy policy) throws Exception {
    world.failing("copy", NO_SPACE);
    start(ErrorPolicy.REPORT, policy, OnError.BREAK_SNAPSHOT);
    JobRecord resting = world.await(ChainWorld.JOB, JobStatus.PAUSED);
    assertThat(resting.state().ioStatus()).isEqualTo(IoStatus.NOSPACE);
    world.healed("copy");
    ChainWorld.write(client, 0, new byte[(int) MIB]);
    world.jobs().resume(ChainWorld.JOB);
    bench.finishes();
    bench.assertShows(world.image("copy"), then);
  }

  @Test
  void triesAgainWhenErrorsAreIgnored() throws Exception {
    world.failing("copy", NO_SPACE);
    start(ErrorPolicy.REPORT, ErrorPolicy.IGNORE, OnError.BREAK_SNAPSHOT);
    Thread.sleep(300);
    world.healed("copy");
    bench.finishes();
    bench.assertShows(world.image("copy"), then);
  }

  @Test
  void reportsADiskThatCannotBeRead() {
    world.failing("disk", BAD_READS);
    start(ErrorPolicy.REPORT, ErrorPolicy.STOP, OnError.BREAK_SNAPSHOT);
    assertThat(fails(JobError.IO_ERROR).error().orElseThrow().detail()).contains("'disk'");
  }

  @Test
  void aClientGoesOnWhenItsOldBytesCannotBeCopiedAndTheJobFails() {
    startNone(OnError.BREAK_SNAPSHOT);
    world.failing("copy", BAD_WRITES);
    ChainWorld.write(client, 5, new byte[] {9});
    assertThat(fails(JobError.IO_ERROR).error().orElseThrow().detail())
        .startsWith("the point in time is lost");
    world.healed("copy");
    then[5] = 9;
    assertThat(ChainWorld.content(client)).isEqualTo(then);
  }

  @Test
  void orItsWriteFailsAndTheMomentIsKept() {
    startNone(OnError.BREAK_GUEST_WRITE);
    world.failing("copy", BAD_WRITES);
    assertThatThrownBy(() -> ChainWorld.write(client, 5, new byte[] {9}))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("before it is overwritten");
    assertThat(ChainWorld.content(client)).isEqualTo(then);
    world.healed("copy");
    ChainWorld.write(client, 5, new byte[] {9});
    world.jobs().complete(ChainWorld.JOB);
    bench.finishes();
    assertThat(ChainWorld.read(world.reader("r", "copy"), 5, 1)).containsExactly(then[5]);
  }
}
