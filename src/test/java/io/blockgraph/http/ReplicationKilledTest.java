package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuIo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A service that is killed (SIGKILL) while a primary writes to its secondary, or in the middle of
/// a checkpoint: afterwards the secondary shows the last checkpoint with its own writes, or the new
/// one, and never a mixture.
@Timeout(600)
class ReplicationKilledTest {
  private static final int SIZE = ReplicationBench.SIZE;

  @TempDir Path data;

  @Test
  void showsNoMixtureAfterAKill() throws Exception {
    killAndLook(2);
  }

  @Test
  @Tag("nightly")
  void showsNoMixtureAfterManyKills() throws Exception {
    killAndLook(30);
  }

  private void killAndLook(int rounds) throws Exception {
    long seed = Seeds.first();
    System.out.println("ReplicationKilledTest: -Dseed=" + seed);
    Random random = new Random(seed);
    ServiceProcess process = ServiceProcess.on(data);
    try {
      ReplicationBench bench = ReplicationBench.built(process.ready(), "k");
      bench.primary(QemuIo.write(1, 0, SIZE), "flush");
      bench.does("start");
      byte[] view = bench.view();
      for (int round = 0; round < rounds; round++) {
        byte[] own = new byte[1 + random.nextInt(5000)];
        random.nextBytes(own);
        int offset = random.nextInt(SIZE - own.length);
        bench.own(offset, own);
        System.arraycopy(own, 0, view, offset, own.length);
        killWhile(process, 50 + random.nextInt(400), writes(bench, round + 2, random.nextInt(2)));
        bench.requireNoError();
        process.close();
        process = ServiceProcess.on(data);
        bench = new ReplicationBench(process.ready(), "k");
        view = look(bench, view, round + 2, "round " + round + ", -Dseed=" + seed);
      }
    } finally {
      process.close();
    }
  }

  /// The primary overwrites everything, piece by piece, and then perhaps a checkpoint is taken.
  private static Runnable writes(ReplicationBench bench, int value, int checkpoints) {
    return () -> {
      String[] commands = new String[33];
      for (int i = 0; i < 32; i++) {
        commands[i] = QemuIo.write(value, i * (SIZE / 32L), SIZE / 32L);
      }
      commands[32] = "flush";
      boolean written = bench.tryPrimary(commands).exitCode() == 0;
      if (written && checkpoints > 0) {
        try {
          bench.service().post(bench.path() + "/checkpoint", "{'acceptLostWrites':true}");
        } catch (java.io.UncheckedIOException e) {
          // The service was killed while it took the checkpoint.
        }
      }
    };
  }

  private static void killWhile(ServiceProcess process, long ms, Runnable work)
      throws InterruptedException {
    Thread worker = Thread.ofPlatform().start(work);
    worker.join(ms);
    process.kill();
    worker.join(60_000);
    assertThat(worker.isAlive()).isFalse();
  }

  /// What it shows now: as before, or what the primary wrote; and it goes on.
  private static byte[] look(ReplicationBench bench, byte[] before, int value, String what) {
    Answer report = bench.report();
    assertThat(report.text("stage")).as(what).isEqualTo("running");
    byte[] seen = bench.view();
    byte[] written = new byte[SIZE];
    Arrays.fill(written, (byte) value);
    assertThat(Arrays.equals(seen, before) || Arrays.equals(seen, written))
        .as("%s: differs from before at %d", what, Arrays.mismatch(seen, before))
        .isTrue();
    bench.primary(QemuIo.write(99, 0, SIZE));
    assertThat(bench.view()).as(what).isEqualTo(seen);
    bench.primary(QemuIo.write(value, 0, SIZE), "flush");
    return seen;
  }
}
