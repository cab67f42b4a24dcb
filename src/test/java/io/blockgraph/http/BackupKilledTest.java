package io.blockgraph.http;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A service that is killed (SIGKILL) while it backs up: the disk is what it was, and the filter is
/// gone.
@Timeout(600)
class BackupKilledTest {
  @TempDir Path data;

  private static void backUp(Service service, ChainBench chain, int round, Random random) {
    String sync = random.nextBoolean() ? "full" : "top";
    String speed = random.nextBoolean() ? ",'speed':1048576" : "";
    service.post(
        "/backup-jobs",
        "{'jobId':'j%d','source':'%s','sync':'%s','targetFile':{'nodeName':'t%d','filename':'t%d.qcow2'}%s}"
            .formatted(round, chain.top(), sync, round, round, speed));
  }

  @Test
  @Tag("nightly")
  void theDiskIsAsItWasAfterManyKills() throws Exception {
    new ChainKills(data, BackupKilledTest::backUp).killAndLook(20);
  }
}
