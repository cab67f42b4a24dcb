package io.blockgraph.job.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ModelledClient;
import io.blockgraph.job.copy.SlowDriver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients who write as fast as they can where a stream copies from a disk that answers late, so
/// that what was read is old when it is written: the client's bytes win.
@Timeout(120)
class StreamRaceTest {
  private static final int CLIENTS = 4;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aCopyIsNeverWrittenOverWhatAClientWrote(long seed) throws Exception {
    try (ChainWorld world = new ChainWorld(directory, new StreamTop(), new SlowDriver())) {
      world.images("base", "c").fill("base", 7, 0, ChainWorld.SIZE).open("base", "c");
      world.slow("late", "base", "c", ChildName.BACKING);
      List<ModelledClient> clients = clients(world, seed);
      world.started(
          StreamJobs.in(world.graph(), world.jobs())
              .start(
                  StreamRequest.of(
                      ChainWorld.JOB, new NodeName("c"), new StreamRequest.End.Whole())));
      world.succeeded(ChainWorld.JOB);
      List<byte[]> parts = new ArrayList<>();
      for (ModelledClient client : clients) {
        parts.add(client.stop());
      }
      byte[] seen = ChainWorld.content(world.disk("w0"));
      int part = (int) ChainWorld.SIZE / CLIENTS;
      for (int i = 0; i < CLIENTS; i++) {
        assertThat(java.util.Arrays.copyOfRange(seen, i * part, (i + 1) * part))
            .isEqualTo(parts.get(i));
      }
    }
  }

  private static List<ModelledClient> clients(ChainWorld world, long seed) {
    byte[] content = ChainWorld.content(world.reader("r", "c"));
    List<ModelledClient> clients = new ArrayList<>();
    long part = ChainWorld.SIZE / CLIENTS;
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(
          new ModelledClient(
                  world.writer("w" + i, "c"), new ByteRange(i * part, part), content, seed * 31 + i)
              .start());
    }
    return clients;
  }
}
