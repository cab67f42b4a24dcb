package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/// Kills a service (SIGKILL) while a job works on a chain: afterwards the chain is the old one or
/// the new one, for the service and for qemu-img, and shows the same as before.
final class ChainKills {
  private final Path data;
  private final Asking asking;

  /// Asks for a job, which may be refused.
  interface Asking {
    void ask(Service service, ChainBench chain, int round, Random random);
  }

  ChainKills(Path data, Asking asking) {
    this.data = data;
    this.asking = asking;
  }

  void killAndLook(int rounds) throws Exception {
    long seed = Seeds.first();
    System.out.println("ChainKills: -Dseed=" + seed);
    Random random = new Random(seed);
    ServiceProcess process = ServiceProcess.on(data);
    try {
      Service service = process.ready();
      ChainBench chain = new ChainBench(service);
      for (int round = 0; round < rounds; round++) {
        asking.ask(service, chain, round, random);
        Thread.sleep(random.nextInt(700));
        process.close();
        process = ServiceProcess.on(data);
        service = process.ready();
        look(service, chain, "round " + round + ", -Dseed=" + seed);
      }
    } finally {
      process.close();
    }
    for (String disk : chainDisks()) {
      QemuImg.assertLeaksAtMost(data.resolve("images").resolve(disk));
    }
  }

  private List<String> chainDisks() throws Exception {
    try (var files = java.nio.file.Files.list(data.resolve("images"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static void look(Service service, ChainBench chain, String what) {
    assertThat(service.graph()).as(what).doesNotContain("stream-top", "commit-", "backup-");
    String uri =
        service.get("/exports/" + chain.export).expect(200).body().path("uris").path(0).asString();
    QemuIo.run(
        uri,
        List.of("-f", "raw"),
        QemuIo.verify(1, 0, 2 * ChainBench.MIB),
        QemuIo.verify(2, 2 * ChainBench.MIB, 2 * ChainBench.MIB),
        QemuIo.verify(3, 4 * ChainBench.MIB, 2 * ChainBench.MIB),
        QemuIo.verify(4, 6 * ChainBench.MIB, 65536));
    QemuIo.run(
        service.image(chain.top() + ".qcow2").toString(),
        List.of("-r", "-U", "-f", "qcow2"),
        QemuIo.verify(1, 0, 2 * ChainBench.MIB),
        QemuIo.verify(2, 2 * ChainBench.MIB, 2 * ChainBench.MIB),
        QemuIo.verify(3, 4 * ChainBench.MIB, 2 * ChainBench.MIB));
    assertThat(chain.chainOf(chain.top())).as(what).contains(chain.disk(0));
    assertThat(service.get("/nodes/" + chain.disk(2)).body().path("readOnly").asBoolean()).isTrue();
  }
}
