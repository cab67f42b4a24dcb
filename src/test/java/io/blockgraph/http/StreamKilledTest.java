package io.blockgraph.http;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A service that is killed (SIGKILL) while it streams.
@Timeout(600)
class StreamKilledTest {
  @TempDir Path data;

  private static void stream(Service service, ChainBench chain, int round, Random random) {
    String node = chain.disk(2 + random.nextInt(2));
    String speed = random.nextBoolean() ? ",'speed':4194304" : "";
    service.post(
        "/stream-jobs",
        "{'jobId':'j%d','node':'%s','base':'%s'%s}".formatted(round, node, chain.disk(0), speed));
  }

  @Test
  void theChainIsValidAfterAKill() throws Exception {
    new ChainKills(data, StreamKilledTest::stream).killAndLook(2);
  }

  @Test
  @Tag("nightly")
  void theChainIsValidAfterManyKills() throws Exception {
    new ChainKills(data, StreamKilledTest::stream).killAndLook(20);
  }
}
