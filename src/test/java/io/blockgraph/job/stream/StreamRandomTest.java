package io.blockgraph.job.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ModelledClients;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Chains of random images whose disks are streamed at random, several at once, with pauses, speeds
/// and cancels, while clients write to the top and check what they read. In the end the disk holds
/// what clients wrote last, for the service and for qemu-img, and every image is sound. `-Dseed=N`
/// runs one seed.
@Timeout(300)
class StreamRandomTest {
  private static final List<String> CHAIN = List.of("n0", "n1", "n2", "n3", "n4", "n5");
  private static final int CLIENTS = 2;

  @TempDir Path directory;

  static LongStream seeds() {
    Long one = Long.getLong("seed");
    return one == null ? LongStream.range(1, 17) : LongStream.of(one);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void noByteIsLostWhateverIsStreamed(long seed) throws Exception {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    System.out.println("seed " + seed);
    try (ChainWorld world = new ChainWorld(directory, new StreamTop())) {
      images(world, random);
      ModelledClients clients = ModelledClients.on(world, CHAIN.getLast(), CLIENTS, seed);
      List<JobId> jobs = stream(world, random);
      for (JobId job : jobs) {
        world.jobs().await(job, JobRecord::isOver, 60_000);
      }
      byte[] expected = clients.stop();
      assertThat(ChainWorld.content(world.disk("w0"))).isEqualTo(expected);
      world.assertNoJobInGraph();
      world.disk("w0").flush();
      judge(world, expected);
    }
  }

  private static void images(ChainWorld world, RandomGenerator random) {
    world.images(CHAIN.toArray(String[]::new));
    for (int i = 0; i < CHAIN.size() - 1; i++) {
      for (int n = 0; n < 6; n++) {
        long offset = random.nextInt((int) ChainWorld.SIZE / 512) * 512L;
        long length = Math.min(ChainWorld.SIZE - offset, (1 + random.nextInt(1200)) * 512L);
        if (random.nextInt(4) == 0) {
          world.zero(CHAIN.get(i), offset, length);
        } else {
          world.fill(CHAIN.get(i), 1 + random.nextInt(250), offset, length);
        }
      }
    }
    world.open(CHAIN.toArray(String[]::new));
  }

  private static List<JobId> stream(ChainWorld world, RandomGenerator random) throws Exception {
    ChainJobs<StreamRequest> streams = StreamJobs.in(world.graph(), world.jobs());
    List<JobId> started = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      JobId id = new JobId("j" + i);
      if (streams.start(request(id, random)) instanceof JobResult.Done<JobRecord>) {
        started.add(id);
      }
      Thread.sleep(random.nextInt(25));
      disturb(world, started, random);
    }
    for (JobId id : started) {
      while (world.jobs().resume(id) instanceof JobResult.Done<JobRecord>) {}
      world.jobs().setSpeed(id, 0);
    }
    assertThat(started).isNotEmpty();
    return started;
  }

  private static StreamRequest request(JobId id, RandomGenerator random) {
    int node = 1 + random.nextInt(CHAIN.size() - 1);
    NodeName lower = new NodeName(CHAIN.get(random.nextInt(node)));
    StreamRequest.End end =
        switch (random.nextInt(5)) {
          case 0 -> new StreamRequest.End.Whole();
          case 1 -> new StreamRequest.End.DownTo(lower);
          default -> new StreamRequest.End.Above(lower);
        };
    StreamRequest plain = StreamRequest.of(id, new NodeName(CHAIN.get(node)), end);
    return new StreamRequest(
        plain.id(),
        plain.chain(),
        random.nextInt(3) << 20,
        plain.onError(),
        plain.ending(),
        plain.filter());
  }

  private static void disturb(ChainWorld world, List<JobId> jobs, RandomGenerator random) {
    if (jobs.isEmpty()) {
      return;
    }
    JobId job = jobs.get(random.nextInt(jobs.size()));
    switch (random.nextInt(6)) {
      case 0 -> world.jobs().cancel(job, CancelMode.FORCE);
      case 1 -> world.jobs().pause(job);
      case 2 -> world.jobs().resume(job);
      case 3 -> world.jobs().setSpeed(job, random.nextInt(4) << 20);
      default -> world.jobs().find(job);
    }
  }

  private void judge(ChainWorld world, byte[] expected) throws Exception {
    assertThat(world.topology().user(new UserId("w0"))).isPresent();
    world.closeAndCheck(CHAIN.toArray(String[]::new));
    Path raw = directory.resolve("expected.raw");
    Files.write(raw, expected);
    QemuImg.assertSameContent(world.image(CHAIN.getLast()), "qcow2", raw, "raw");
    QemuIo.run(world.image(CHAIN.getLast()), "qcow2", "read 0 " + ChainWorld.SIZE);
  }
}
