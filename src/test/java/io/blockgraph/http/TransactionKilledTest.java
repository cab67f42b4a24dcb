package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.strangers.QemuImg;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A service that is killed (SIGKILL) while it makes transactions: each is there as a whole
/// afterwards, or not at all.
@Timeout(600)
class TransactionKilledTest {
  private static final long MIB = 1 << 20;
  private static final int DISKS = 6;
  private static final int TRANSACTIONS = 12;

  @TempDir Path data;

  private static String name(int round, int number, int disk) {
    return "r%d-t%d-d%d".formatted(round, number, disk);
  }

  private static void makeDisks(Service service, int round) {
    for (int number = 0; number < TRANSACTIONS; number++) {
      for (int disk = 0; disk < DISKS; disk++) {
        String name = name(round, number, disk);
        service
            .post(
                "/images",
                "{'driver':'qcow2','filename':'%s.qcow2','size':%d}".formatted(name, MIB))
            .expect(201);
        service
            .post(
                "/nodes",
                "{'nodeName':'%1$s','driver':'qcow2','file':{'driver':'file','filename':'%1$s.qcow2'}}"
                    .formatted(name))
            .expect(201);
      }
    }
  }

  /// Makes every disk twice as long, puts an overlay on it and exports that.
  private static String transaction(int round, int number) {
    List<String> actions = new ArrayList<>();
    for (int disk = 0; disk < DISKS; disk++) {
      String name = name(round, number, disk);
      actions.add(
          "{'method':'POST','path':'/nodes/%s/resize','body':{'size':%d}}"
              .formatted(name, 2 * MIB));
      actions.add(
          "{'method':'POST','path':'/nodes/%1$s/snapshots','body':{'overlayFile':'%1$s-o.qcow2','overlayName':'%1$s-o'}}"
              .formatted(name));
      actions.add(
          "{'method':'POST','path':'/exports','body':{'id':'%1$s-x','type':'nbd','nodeName':'%1$s-o'}}"
              .formatted(name));
    }
    return "{'actions':[" + String.join(",", actions) + "]}";
  }

  /// Until the service is killed.
  private static void ask(Service service, int round) {
    try {
      for (int number = 0; number < TRANSACTIONS; number++) {
        service.post("/transactions", transaction(round, number));
      }
    } catch (UncheckedIOException e) {
      System.out.println("killed while it was asked");
    }
  }

  private void look(Service service, int round, int number) {
    List<String> found = new ArrayList<>();
    for (int disk = 0; disk < DISKS; disk++) {
      String name = name(round, number, disk);
      long size = service.get("/nodes/" + name).expect(200).body().path("sizeBytes").asLong();
      found.add(size == 2 * MIB ? "done" : "undone");
      found.add(Files.exists(service.image(name + "-o.qcow2")) ? "done" : "undone");
      found.add(service.get("/nodes/" + name + "-o").status() == 200 ? "done" : "undone");
      found.add(service.get("/exports/" + name + "-x").status() == 200 ? "done" : "undone");
    }
    assertThat(found.stream().distinct()).as("%d/%d: %s", round, number, found).hasSize(1);
  }

  private void killAndLook(int rounds) throws Exception {
    long seed = Seeds.first();
    System.out.println("TransactionKilledTest: -Dseed=" + seed);
    Random random = new Random(seed);
    ServiceProcess process = ServiceProcess.on(data);
    try {
      for (int round = 0; round < rounds; round++) {
        Service service = process.ready();
        makeDisks(service, round);
        int of = round;
        Thread asking = Thread.ofVirtual().start(() -> ask(service, of));
        Thread.sleep(50 + random.nextInt(700));
        process.kill();
        asking.join();
        process.close();
        process = ServiceProcess.on(data);
        Service again = process.ready();
        for (int number = 0; number < TRANSACTIONS; number++) {
          look(again, round, number);
        }
      }
    } finally {
      process.close();
    }
    try (var files = Files.list(data.resolve("images"))) {
      files.forEach(QemuImg::assertClean);
    }
  }

  @Test
  void aTransactionIsThereOrNotAfterAKill() throws Exception {
    killAndLook(1);
  }

  @Test
  @Tag("nightly")
  void everyTransactionIsThereOrNotAfterManyKills() throws Exception {
    killAndLook(15);
  }
}
