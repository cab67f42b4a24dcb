package io.blockgraph.job.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Walks;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.job.copy.ModelledClients;
import io.blockgraph.job.stream.StreamJobs;
import io.blockgraph.job.stream.StreamRequest;
import io.blockgraph.job.stream.StreamTop;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Chains of images of every kind (lengths, cluster sizes, versions, subclusters, compressed
/// clusters) whose disks are committed and streamed at random, two jobs at once, with pauses,
/// speeds and cancels, while clients write and check what they read. In the end clients find what
/// they wrote, qemu-img finds the same in the image that they use, and every image is sound.
/// `-Dseed=N` runs one seed, `-Dfrom=N -Dseeds=M` runs M of them from N on.
@Timeout(300)
class ShortenRandomTest {
  private static final List<String> CHAIN = List.of("n0", "n1", "n2", "n3", "n4", "n5");
  private static final int SECTORS = (int) (ChainWorld.SIZE / 512);
  private static final int CLIENTS = 2;

  @TempDir Path directory;

  static LongStream seeds() {
    Long one = Long.getLong("seed");
    return one == null
        ? LongStream.range(0, Integer.getInteger("seeds", 6))
            .map(n -> n + Integer.getInteger("from", 1))
        : LongStream.of(one);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void noByteIsLostWhateverIsCommittedAndStreamed(long seed) throws Exception {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    try (ChainWorld world =
        new ChainWorld(
            directory, new StreamTop(), new CommitTop(), new ActiveTop(), new CommitGap())) {
      images(world, random);
      ModelledClients clients = ModelledClients.on(world, CHAIN.getLast(), CLIENTS, seed);
      for (int round = 0; round < 5; round++) {
        shorten(world, random, round);
      }
      byte[] expected = clients.stop();
      assertThat(ChainWorld.content(world.disk("w0"))).isEqualTo(expected);
      world.assertNoJobInGraph();
      world.disk("w0").flush();
      String used = world.child("w0:root");
      assertReadOnlyBelow(world, used);
      world.closeAndCheck(CHAIN.toArray(String[]::new));
      Path raw = directory.resolve("expected.raw");
      Files.write(raw, expected);
      QemuImg.assertSameContent(world.image(used), "qcow2", raw, "raw");
    }
  }

  // ---- images

  private static void images(ChainWorld world, RandomGenerator random) {
    for (int i = 0; i < CHAIN.size(); i++) {
      boolean top = i == CHAIN.size() - 1;
      long size = top || random.nextInt(3) > 0 ? ChainWorld.SIZE : length(random);
      world.image(CHAIN.get(i), i == 0 ? null : CHAIN.get(i - 1), size, kind(random));
      if (size >= 2 << 20 && random.nextInt(3) == 0) {
        compress(world, CHAIN.get(i), 1 + random.nextInt(250));
      }
      for (int n = 0; n < 6 && !top; n++) {
        fill(world, CHAIN.get(i), size, random);
      }
    }
    world.open(CHAIN.toArray(String[]::new));
  }

  private static long length(RandomGenerator random) {
    return (1 + random.nextInt(SECTORS + SECTORS / 4)) * 512L;
  }

  private static Map<String, String> kind(RandomGenerator random) {
    Map<String, String> options = new HashMap<>();
    List<String> clusters = List.of("512", "4k", "16k", "64k", "64k", "256k", "2M");
    String cluster = clusters.get(random.nextInt(clusters.size()));
    options.put("cluster_size", cluster);
    switch (random.nextInt(4)) {
      case 0 -> options.put("compat", "0.10");
      case 1 -> {
        if (!List.of("512", "4k").contains(cluster)) {
          options.put("extended_l2", "on");
        }
      }
      default -> {}
    }
    return options;
  }

  private static void fill(ChainWorld world, String image, long size, RandomGenerator random) {
    long offset = random.nextInt((int) (size / 512)) * 512L;
    long length = Math.min(size - offset, (1 + random.nextInt(1200)) * 512L);
    int pattern = 1 + random.nextInt(250);
    switch (random.nextInt(8)) {
      case 0, 1 -> world.zero(image, offset, length);
      case 2 -> world.fill(image, 0, offset, length);
      default -> world.fill(image, pattern, offset, length);
    }
  }

  /// Only what has no place yet can be compressed.
  private static void compress(ChainWorld world, String image, int pattern) {
    QemuIo.run(world.image(image), "qcow2", "write -c -P " + pattern + " 0 2M");
  }

  // ---- jobs

  private static void shorten(ChainWorld world, RandomGenerator random, int round)
      throws Exception {
    List<JobId> started = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      JobId id = new JobId("j" + round + "-" + i);
      if (start(world, id, random) instanceof JobResult.Done<JobRecord>) {
        started.add(id);
      }
      Thread.sleep(random.nextInt(20));
      disturb(world, started, random);
    }
    for (JobId id : started) {
      finish(world, id, random.nextInt(4) > 0);
    }
  }

  private static JobResult<JobRecord> start(ChainWorld world, JobId id, RandomGenerator random) {
    List<NodeName> chain =
        new Walks(world.topology(), world.graph().drivers())
            .backingChain(new NodeName(world.child("w0:root")));
    NodeName upper = chain.get(random.nextInt(chain.size()));
    NodeName lower = chain.get(random.nextInt(chain.size()));
    long speed = random.nextLong(3) << 20;
    if (random.nextInt(3) > 0) {
      return CommitJobs.in(world.graph(), world.jobs())
          .start(
              new CommitRequest(
                  id,
                  new CommitRequest.Chain(upper, Optional.of(lower), Optional.empty()),
                  speed,
                  ErrorPolicy.REPORT,
                  JobEnding.DEFAULT,
                  Optional.empty()));
    }
    StreamRequest.End end =
        switch (random.nextInt(5)) {
          case 0 -> new StreamRequest.End.Whole();
          case 1 -> new StreamRequest.End.DownTo(lower);
          default -> new StreamRequest.End.Above(lower);
        };
    return StreamJobs.in(world.graph(), world.jobs())
        .start(
            new StreamRequest(
                id,
                new StreamRequest.Chain(upper, end, Optional.empty()),
                speed,
                ErrorPolicy.REPORT,
                JobEnding.DEFAULT,
                Optional.empty()));
  }

  private static void disturb(ChainWorld world, List<JobId> jobs, RandomGenerator random) {
    if (jobs.isEmpty()) {
      return;
    }
    JobId job = jobs.get(random.nextInt(jobs.size()));
    switch (random.nextInt(8)) {
      case 0 -> world.jobs().cancel(job, CancelMode.FORCE);
      case 1 -> world.jobs().pause(job);
      case 2 -> world.jobs().resume(job);
      case 3 -> world.jobs().setSpeed(job, random.nextLong(4) << 20);
      case 4 -> world.jobs().complete(job);
      default -> world.jobs().find(job);
    }
  }

  private static void finish(ChainWorld world, JobId id, boolean result) {
    while (world.jobs().resume(id) instanceof JobResult.Done<JobRecord>) {}
    world.jobs().setSpeed(id, 0);
    JobRecord now =
        world.jobs().await(id, r -> r.isOver() || r.status() == JobStatus.READY, 60_000).get();
    if (!now.isOver() && result) {
      world.jobs().complete(id);
    } else if (!now.isOver()) {
      world.jobs().cancel(id, CancelMode.SOFT);
    }
    JobRecord over = world.jobs().await(id, JobRecord::isOver, 60_000).get();
    assertThat(over.isOver()).as("%s", over).isTrue();
    assertThat(over.error().filter(e -> !e.code().equals("JOB_CANCELLED"))).isEmpty();
  }

  private static void assertReadOnlyBelow(ChainWorld world, String used) {
    Walks walks = new Walks(world.topology(), world.graph().drivers());
    List<NodeName> chain = walks.backingChain(new NodeName(used));
    assertThat(chain.subList(1, chain.size())).allMatch(n -> world.isReadOnly(n.value()));
    assertThat(world.isReadOnly(used)).isFalse();
  }
}
