package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A service that is killed (SIGKILL) while it gives an image to a stranger and takes it back,
/// again and again: afterwards it has the image or has not, as it answered, and what it had written
/// before it gave the image away is there.
@Timeout(600)
class HandoverKilledTest {
  private static final int MIB = 1 << 20;
  private static final String DISK = "disk";

  /// Where the image was when the service was killed.
  private enum Owner {
    SERVICE,
    STRANGER,
    /// The service was asked and has not answered.
    UNKNOWN
  }

  @TempDir Path data;

  private Owner owner = Owner.SERVICE;
  private int value = 1;

  /// The service is about to be killed: nothing more is asked of it.
  private volatile boolean ending;

  private static void make(Service service) {
    service
        .post("/images", "{'driver':'qcow2','filename':'disk.qcow2','size':" + MIB + "}")
        .expect(201);
    service.added(
        "{'nodeName':'disk','driver':'qcow2','file':{'driver':'file','filename':'disk.qcow2'}}");
    fill(service, 1);
  }

  private static void fill(Service service, int value) {
    byte[] bytes = new byte[MIB];
    Arrays.fill(bytes, (byte) value);
    service.putData(DISK, 0, bytes).expect(200);
  }

  private void turn(Service service, Owner after) {
    owner = Owner.UNKNOWN;
    boolean active = after == Owner.SERVICE;
    service.put("/nodes/disk/active", "{'active':" + active + "}").expect(200);
    owner = after;
  }

  private void untilKilled(Service service) {
    Path image = service.image("disk.qcow2");
    try {
      while (!ending) {
        turn(service, Owner.STRANGER);
        int next = value % 120 + 1;
        QemuIo.run(image, "qcow2", QemuIo.verify(value, 0, MIB), QemuIo.write(next, 0, MIB));
        value = next;
        if (ending) {
          return;
        }
        turn(service, Owner.SERVICE);
        assertThat(service.data(DISK, 0, MIB)).containsOnly((byte) value);
        int ours = value % 120 + 1;
        fill(service, ours);
        value = ours;
      }
    } catch (UncheckedIOException e) {
      System.out.println("killed while it was asked");
    }
  }

  private void look(Service service) {
    boolean active = service.get("/nodes/disk").expect(200).text("state").equals("open");
    if (owner != Owner.UNKNOWN) {
      assertThat(active).isEqualTo(owner == Owner.SERVICE);
    }
    if (!active) {
      Path image = service.image("disk.qcow2");
      QemuImg.assertLeaksAtMost(image);
      QemuIo.run(image, "qcow2", QemuIo.verify(value, 0, MIB));
      turn(service, Owner.SERVICE);
      assertThat(service.data(DISK, 0, MIB)).containsOnly((byte) value);
    }
    value = value % 120 + 1;
    fill(service, value);
    owner = Owner.SERVICE;
  }

  private void killAndLook(int rounds) throws Exception {
    long seed = Seeds.first();
    System.out.println("HandoverKilledTest: -Dseed=" + seed);
    Random random = new Random(seed);
    ServiceProcess process = ServiceProcess.on(data);
    try {
      Service service = process.ready();
      make(service);
      for (int round = 0; round < rounds; round++) {
        Service asked = service;
        CompletableFuture<Void> asking =
            CompletableFuture.runAsync(() -> untilKilled(asked), Thread::startVirtualThread);
        Thread.sleep(100 + random.nextInt(1900));
        ending = true;
        process.kill();
        asking.join();
        System.out.println("killed while the image was with " + owner);
        ending = false;
        process.close();
        process = ServiceProcess.on(data);
        service = process.ready();
        look(service);
      }
    } finally {
      process.close();
    }
    QemuImg.assertLeaksAtMost(data.resolve("images/disk.qcow2"));
  }

  @Test
  void anImageIsWithOneOfThemAfterAKill() throws Exception {
    killAndLook(1);
  }

  @Test
  @Tag("nightly")
  void anImageIsWithOneOfThemAfterManyKills() throws Exception {
    killAndLook(20);
  }
}
