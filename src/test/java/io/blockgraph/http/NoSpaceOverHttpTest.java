package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockgraph.strangers.QemuIo;
import io.blockgraph.strangers.Ran;
import io.blockgraph.strangers.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An image root that is full: requests end with 507 and leave nothing behind.
class NoSpaceOverHttpTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  private Path root = Path.of("/nowhere");
  private boolean mounted;

  @BeforeEach
  void mountASmallRoot() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
    root = Files.createDirectory(folder.resolve("small"));
    Ran ran =
        new Tool("mount", "mount")
            .run(List.of("-t", "tmpfs", "-o", "size=1m", "tmpfs", root.toString()));
    assumeTrue(ran.exitCode() == 0, () -> "this machine does not allow it: " + ran.err());
    mounted = true;
  }

  @AfterEach
  void unmount() {
    if (mounted) {
      new Tool("umount", "mount").run(List.of("-l", root.toString())).ok();
    }
  }

  @Test
  void answers507AndLeavesNothingBehind() throws Exception {
    try (Service service = Service.on(folder.resolve("data"), "--blockgraph.image-roots=" + root)) {
      Refusing refusing = new Refusing(service, root);
      String disk = service.qcow2(8 * MIB);
      refusing.of(
          507,
          "NO_SPACE",
          () ->
              service.post(
                  "/images",
                  "{'driver':'qcow2','filename':'big.qcow2','size':1048576,'clusterSize':2097152}"));
      writesUntilItIsFull(service, disk);
      refusing.of(507, "NO_SPACE", () -> create(service, "late.qcow2"));
      refusing.of(507, "NO_SPACE", () -> snapshot(service, disk));
      assertThat(root.resolve("overlay.qcow2")).doesNotExist();
      assertThat(service.data(disk, 0, 65536)).containsOnly((byte) 0);
    }
  }

  /// The images of a secondary are all on the small root; its hidden disk finds no room first.
  @Test
  void aPrimaryThatOverwritesMoreThanCanBeSavedIsRefusedAndNothingIsLost() throws Exception {
    try (Service service = Service.on(folder.resolve("data"), "--blockgraph.image-roots=" + root)) {
      new Tool("mount", "mount").run(List.of("-o", "remount,size=3m", root.toString())).ok();
      ReplicationBench bench = ReplicationBench.built(service, "full");
      bench.primary(QemuIo.write(1, 0, 6 * 65536), "flush");
      bench.does("start");
      byte[] view = bench.view();
      bench.primary(QemuIo.write(2, 0, 2 * 65536), "flush");
      fillUp();
      assertThat(bench.tryPrimary(QemuIo.write(3, 2 * 65536, 65536)).exitCode()).isNotZero();
      assertThat(bench.view()).isEqualTo(view);
      Service.Answer report = bench.report();
      assertThat(report.text("stage")).isEqualTo("running");
      assertThat(report.text("error")).contains("could not be saved");
      Refusing.isProblem(bench.ask("checkpoint"), 422, "CONSENT_MISSING");
      Files.delete(root.resolve("filler"));
      service.post(bench.path() + "/checkpoint", "{'acceptLostWrites':true}").expect(200);
      assertThat(bench.report().body().path("error").isMissingNode()).isTrue();
      bench.primary(QemuIo.write(4, 2 * 65536, 65536), "flush");
      assertThat(service.data(bench.node("c1"), 2 * 65536 - 1, 2)).containsExactly(2, 1);
      bench.does("checkpoint");
      assertThat(service.data(bench.node("c1"), 2 * 65536 - 1, 2)).containsExactly(2, 4);
      bench.does("stop").end(root);
    }
  }

  private void fillUp() throws IOException {
    try (var out = Files.newOutputStream(root.resolve("filler"))) {
      while (true) {
        out.write(new byte[4096]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("space");
    }
  }

  private static Service.Answer create(Service service, String file) {
    return service.post(
        "/images", "{'driver':'qcow2','filename':'%s','size':1048576}".formatted(file));
  }

  private static Service.Answer snapshot(Service service, String disk) {
    return service.post(
        "/nodes/" + disk + "/snapshots", "{'overlayFile':'overlay.qcow2','overlayName':'overlay'}");
  }

  /// What does not fit is refused; what was written before stays readable.
  private static void writesUntilItIsFull(Service service, String disk) {
    long offset = 0;
    Service.Answer answer = service.putData(disk, offset, new byte[65536]);
    while (answer.status() == 200 && offset < 7 * MIB) {
      offset += 65536;
      byte[] bytes = new byte[65536];
      java.util.Arrays.fill(bytes, (byte) 5);
      answer = service.putData(disk, offset, bytes);
    }
    Refusing.isProblem(answer, 507, "NO_SPACE");
    assertThat(service.data(disk, 65536, 65536)).containsOnly((byte) 5);
  }
}
