package io.blockgraph.driver.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.strangers.NbdServers;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Servers that others wrote: `qemu-nbd` over an image, killed and started anew, and `nbdkit` where
/// it can do little or is told to fail.
@Timeout(60)
class NbdRealServersTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  private final Bench bench = new Bench();

  @AfterEach
  void stop() {
    bench.close();
  }

  private BlockIo open(NbdServers server, Map<String, ?> more) {
    return bench
        .open(NbdDrivers.beside(server.socket()), NbdDrivers.unix(server.socket(), more), Map.of())
        .disk();
  }

  private NbdServers qemuNbd(Path image) {
    return NbdServers.qemuNbd(
        folder.resolve("q"), "--format=qcow2", "--discard=unmap", image.toString());
  }

  @Test
  void whatIsWrittenOverQemuNbdIsInItsImage() throws IOException {
    Path image = folder.resolve("a.qcow2");
    Path expected = folder.resolve("b.raw");
    QemuImg.create(image, 8 * MIB, Map.of());
    byte[] bytes = new byte[8 * MIB];
    Arrays.fill(bytes, 12_345, 12_345 + 3 * MIB, (byte) 0x5A);
    Arrays.fill(bytes, 65_536, 65_536 + MIB, (byte) 0);
    Files.write(expected, bytes);
    try (NbdServers server = qemuNbd(image)) {
      BlockIo disk = open(server, Map.of());
      Content.fill(disk, 12_345, 3 * MIB, 0x5A);
      ((Zeroable) disk).zero(new ByteRange(65_536, MIB), Zeroable.Mode.MAY_UNMAP);
      disk.flush();
      assertThat(Extents.of(disk, new ByteRange(65_536, MIB)))
          .allMatch(extent -> extent.kind().readsAsZero());
      Content.requireAll(disk, 65_536, MIB, 0);
      Content.requireAll(disk, 65_536 + MIB, MIB, 0x5A);
    }
    QemuImg.assertClean(image);
    QemuImg.assertSameContent(image, "qcow2", expected, "raw");
  }

  @Test
  void requestsWaitForAServerThatIsStartedAnew() throws Exception {
    Path image = folder.resolve("a.qcow2");
    QemuImg.create(image, 8 * MIB, Map.of());
    NbdServers first = qemuNbd(image);
    BlockIo disk = open(first, Map.of("reconnectDelay", 20, "unflushedWrites", "trust"));
    Content.fill(disk, 0, MIB, 1);
    disk.flush();
    first.close();
    Thread later =
        Thread.startVirtualThread(
            () -> {
              try {
                Thread.sleep(300);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              second = qemuNbd(image);
            });
    Content.fill(disk, MIB, MIB, 2);
    Content.requireAll(disk, 0, MIB, 1);
    later.join();
    second.close();
  }

  private volatile NbdServers second;

  @Test
  void aServerThatCanDoLittleIsSentZeroes() {
    try (NbdServers server =
        NbdServers.nbdkit(
            folder.resolve("k"), "--filter=nozero", "--filter=noextents", "memory", "size=1M")) {
      BlockIo disk = open(server, Map.of());
      Content.fill(disk, 0, MIB, 7);
      ((Zeroable) disk).zero(new ByteRange(100, 70_000), Zeroable.Mode.MAY_UNMAP);
      Content.requireAll(disk, 100, 70_000, 0);
      Content.requireAll(disk, 70_100, 1000, 7);
    }
  }

  @Test
  void errorsOfTheServerAreItsOwnAndTheLineStays() {
    try (NbdServers server =
        NbdServers.nbdkit(
            folder.resolve("e"),
            "--filter=error",
            "memory",
            "size=1M",
            "error-pwrite=ENOSPC",
            "error-pwrite-rate=100%")) {
      BlockIo disk = open(server, Map.of());
      assertThatThrownBy(() -> Content.fill(disk, 0, 512, 1))
          .isInstanceOfSatisfying(
              BlockException.class,
              e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.NO_SPACE));
      Content.requireAll(disk, 0, 512, 0);
    }
  }

  @Test
  void aServerThatWantsWholeBlocksIsRefused() {
    try (NbdServers server =
        NbdServers.nbdkit(
            folder.resolve("b"),
            "--filter=blocksize-policy",
            "memory",
            "size=1M",
            "blocksize-minimum=4096",
            "blocksize-error-policy=error")) {
      assertThatThrownBy(() -> open(server, Map.of())).hasMessageContaining("blocks of 4096 bytes");
    }
  }
}
