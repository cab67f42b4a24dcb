package io.blockgraph.job.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.NodeName;
import io.blockgraph.job.IoStatus;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ErrorPolicy;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Images that fail under a stream, and what its policy makes of it: the chain is as it was, or
/// complete, and never anything else.
@Timeout(120)
class StreamErrorsTest {
  private static final JobId JOB = ChainWorld.JOB;
  private static final long MIB = 1 << 20;
  private static final Map<String, Object> BAD_READ =
      Map.of("operation", "read", "offset", 1_000_000L, "errno", "EIO");
  private static final Map<String, Object> NO_SPACE =
      Map.of("operation", "write", "offset", 400_000L, "errno", "ENOSPC");

  @TempDir Path directory;
  private ChainWorld world;
  private ChainJobs<StreamRequest> streams;
  private byte[] before = new byte[0];

  @BeforeEach
  void open() {
    world = new ChainWorld(directory, new StreamTop());
    streams = StreamJobs.in(world.graph(), world.jobs());
    world.images("base", "a", "c");
    world.fill("base", 1, 0, 4 * MIB).fill("a", 2, 0, 4 * MIB).open("base", "a", "c");
    before = ChainWorld.content(world.writer("w", "c"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void start(ErrorPolicy policy) {
    world.started(
        streams.start(
            new StreamRequest(
                JOB,
                new StreamRequest.Chain(
                    new NodeName("c"),
                    new StreamRequest.End.Above(new NodeName("base")),
                    Optional.empty()),
                0,
                policy,
                JobEnding.DEFAULT,
                Optional.empty())));
  }

  private void assertChainAsItWas() {
    world.assertNoJobInGraph();
    assertThat(world.child("c:backing")).isEqualTo("a");
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.closeAndCheck("c", "a", "base");
    assertThat(world.backingChain("c")).containsExactly("c", "a", "base");
  }

  private void assertComplete() {
    world.succeeded(JOB);
    assertThat(world.child("c:backing")).isEqualTo("base");
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(before);
    world.closeAndCheck("c", "a", "base");
  }

  @ParameterizedTest
  @EnumSource(names = {"REPORT", "ENOSPC"})
  void aReadThatFailsEndsTheJob(ErrorPolicy policy) {
    world.failing("a", BAD_READ);
    start(policy);
    JobError error = world.await(JOB, JobStatus.CONCLUDED).error().orElseThrow();
    assertThat(error.code()).isEqualTo("IO_ERROR");
    assertThat(error.detail()).contains("reading", "node 'c'");
    world.healed("a");
    assertChainAsItWas();
  }

  @Test
  void aWriteThatFindsNoSpaceEndsTheJob() {
    world.failing("c", NO_SPACE);
    start(ErrorPolicy.REPORT);
    assertThat(world.await(JOB, JobStatus.CONCLUDED).error().orElseThrow().code())
        .isEqualTo("NO_SPACE");
    world.healed("c");
    assertChainAsItWas();
  }

  @ParameterizedTest
  @EnumSource(names = {"STOP", "ENOSPC"})
  void aWriteThatFindsNoSpaceLetsTheJobRestUntilItIsResumed(ErrorPolicy policy) {
    world.failing("c", NO_SPACE);
    start(policy);
    assertThat(world.await(JOB, JobStatus.PAUSED).state().ioStatus()).isEqualTo(IoStatus.NOSPACE);
    world.healed("c");
    world.jobs().resume(JOB);
    assertComplete();
  }

  @Test
  void stopLetsTheJobRestAfterAnyError() {
    world.failing("a", BAD_READ);
    start(ErrorPolicy.STOP);
    assertThat(world.await(JOB, JobStatus.PAUSED).state().ioStatus()).isEqualTo(IoStatus.FAILED);
    world.healed("a");
    world.jobs().resume(JOB);
    assertComplete();
  }

  @Test
  void ignoreGoesOnWithTheRestAndEndsWithTheErrorAndTheChainAsItWas() {
    world.failing("a", BAD_READ);
    start(ErrorPolicy.IGNORE);
    JobError error = world.await(JOB, JobStatus.CONCLUDED).error().orElseThrow();
    assertThat(error.code()).isEqualTo("IO_ERROR");
    world.healed("a");
    assertChainAsItWas();
  }

  @ParameterizedTest
  @EnumSource(names = {"REPORT", "IGNORE"})
  void aFlushThatFailsEndsTheJob(ErrorPolicy policy) {
    world.failing("c", Map.of("operation", "flush", "errno", "EIO", "once", true));
    start(policy);
    assertThat(world.await(JOB, JobStatus.CONCLUDED).error()).isPresent();
    world.assertNoJobInGraph();
    assertThat(world.child("c:backing")).isEqualTo("a");
  }
}
