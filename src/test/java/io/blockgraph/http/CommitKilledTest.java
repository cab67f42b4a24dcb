package io.blockgraph.http;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A service that is killed (SIGKILL) while it commits disks that nobody writes, or the top that
/// clients use.
@Timeout(600)
class CommitKilledTest {
  @TempDir Path data;

  private static void commit(Service service, ChainBench chain, int round, Random random) {
    String top = chain.disk(2 + random.nextInt(2));
    String speed = random.nextBoolean() ? ",'speed':4194304" : "";
    service.post(
        "/commit-jobs",
        "{'jobId':'j%d','top':'%s','base':'%s'%s}".formatted(round, top, chain.disk(0), speed));
  }

  @Test
  void theChainIsValidAfterAKill() throws Exception {
    new ChainKills(data, CommitKilledTest::commit).killAndLook(2);
  }

  @Test
  @Tag("nightly")
  void theChainIsValidAfterManyKills() throws Exception {
    new ChainKills(data, CommitKilledTest::commit).killAndLook(20);
  }
}
