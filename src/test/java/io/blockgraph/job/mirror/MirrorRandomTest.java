package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.graph.Options;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ModelledClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Mirrors with clients that write all the while and a hand that pauses, resumes, changes speed and
/// mode at random; in the end every byte on the disk in use is what a client wrote last. `-Dseed=N`
/// runs one seed.
class MirrorRandomTest {
  private static final int CLIENTS = 3;

  static LongStream seeds() {
    Long one = Long.getLong("seed");
    return one == null ? LongStream.range(1, 25) : LongStream.of(one);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void noByteIsLostWhateverHappensToTheJob(long seed) throws Exception {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    System.out.println("seed " + seed);
    try (MirrorWorld world = new MirrorWorld()) {
      byte[] content = start(world, random);
      List<ModelledClient> clients = clients(world, content, seed);
      world.start(request(random));
      disturb(world, random);
      boolean pivot = random.nextBoolean();
      end(world, random, pivot);
      byte[] expected = stop(clients);
      assertThat(Arrays.mismatch(world.bytes(pivot ? "t" : "s"), expected)).isEqualTo(-1);
      assertThat(world.child("w0:root")).isEqualTo(pivot ? "t" : "s");
      world.assertNoJobInGraph();
    }
  }

  private static byte[] start(MirrorWorld world, RandomGenerator random) {
    world.disk("s", "t").fill("s", random.nextInt(1, 100));
    if (random.nextBoolean()) {
      world.fill("t", 77);
    }
    world.drivers.disk("t").latency(random.nextInt(3) * 100_000L);
    world.drivers.disk("s").slowWrites(random.nextInt(3) * 4_000_000L);
    return world.bytes("s");
  }

  private static List<ModelledClient> clients(MirrorWorld world, byte[] content, long seed) {
    List<ModelledClient> clients = new ArrayList<>();
    long part = MirrorWorld.SIZE / CLIENTS;
    for (int i = 0; i < CLIENTS; i++) {
      GatedDisk disk = world.writer("w" + i, "s");
      long end = i == CLIENTS - 1 ? MirrorWorld.SIZE : (i + 1) * part;
      ByteRange own = ByteRange.between(i * part, end);
      clients.add(new ModelledClient(disk, own, content, seed * 31 + i).resting(300).start());
    }
    return clients;
  }

  private static MirrorRequest request(RandomGenerator random) {
    MirrorRequest plain = MirrorWorld.request("s", "t");
    MirrorRequest.Copying copying =
        new MirrorRequest.Copying(
            random.nextBoolean() ? CopyMode.BACKGROUND : CopyMode.WRITE_BLOCKING,
            OptionalLong.of(512L << random.nextInt(10)),
            1 << random.nextInt(14, 22),
            0,
            MirrorRequest.Zeroing.DEFAULT,
            MirrorRequest.Verify.NO);
    return new MirrorRequest(
        plain.id(), plain.disks(), copying, plain.errors(), plain.ending(), plain.filter());
  }

  /// A request whose writes go to both disks at once.
  static MirrorRequest blocking() {
    MirrorRequest plain = MirrorWorld.request("s", "t");
    MirrorRequest.Copying copying =
        new MirrorRequest.Copying(
            CopyMode.WRITE_BLOCKING,
            OptionalLong.empty(),
            0,
            0,
            MirrorRequest.Zeroing.DEFAULT,
            MirrorRequest.Verify.NO);
    return new MirrorRequest(
        plain.id(), plain.disks(), copying, plain.errors(), plain.ending(), plain.filter());
  }

  private static void disturb(MirrorWorld world, RandomGenerator random) throws Exception {
    int pauses = 0;
    for (int i = 0; i < 10; i++) {
      Thread.sleep(random.nextInt(20));
      switch (random.nextInt(5)) {
        case 0 -> pauses += isDone(world.jobs.pause(MirrorWorld.JOB)) ? 1 : 0;
        case 1 -> pauses -= isDone(world.jobs.resume(MirrorWorld.JOB)) ? 1 : 0;
        case 2 -> world.jobs.setSpeed(MirrorWorld.JOB, (random.nextInt(3) * 4L) << 20);
        case 3 -> world.jobs.change(MirrorWorld.JOB, mode(random));
        default -> world.jobs.find(MirrorWorld.JOB);
      }
    }
    for (; pauses > 0; pauses--) {
      assertThat(isDone(world.jobs.resume(MirrorWorld.JOB))).isTrue();
    }
    world.jobs.setSpeed(MirrorWorld.JOB, 0);
  }

  private static Options mode(RandomGenerator random) {
    return Options.NONE.with("copyMode", random.nextBoolean() ? "background" : "write-blocking");
  }

  private static boolean isDone(io.blockgraph.job.JobResult<JobRecord> result) {
    return result instanceof io.blockgraph.job.JobResult.Done<JobRecord>;
  }

  private static void end(MirrorWorld world, RandomGenerator random, boolean pivot) {
    if (pivot) {
      awaitReady(world);
      assertThat(world.complete().error()).isEmpty();
    } else {
      if (random.nextBoolean()) {
        awaitReady(world);
      }
      world.jobs.cancel(MirrorWorld.JOB, random.nextBoolean() ? CancelMode.SOFT : CancelMode.FORCE);
      world.await(JobStatus.CONCLUDED);
    }
  }

  /// With a small buffer and a slow target the clients may be faster than the job: it says so, and
  /// in write-blocking mode it converges.
  private static void awaitReady(MirrorWorld world) {
    Optional<JobRecord> soon =
        world.jobs.await(MirrorWorld.JOB, job -> job.status() == JobStatus.READY, 3_000);
    if (soon.orElseThrow().status() != JobStatus.READY) {
      world.jobs.change(MirrorWorld.JOB, Options.NONE.with("copyMode", "write-blocking"));
    }
    world.await(JobStatus.READY);
  }

  private static byte[] stop(List<ModelledClient> clients) throws InterruptedException {
    byte[] whole = new byte[(int) MirrorWorld.SIZE];
    int at = 0;
    for (ModelledClient client : clients) {
      byte[] part = client.stop();
      assertThat(client.operations()).isPositive();
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }
}
