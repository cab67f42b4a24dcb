package io.blockgraph.os;

import static io.blockgraph.os.ByteLocks.CONSISTENT_READ;
import static io.blockgraph.os.ByteLocks.RESIZE;
import static io.blockgraph.os.ByteLocks.WRITE;
import static io.blockgraph.os.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.os.ByteLocks.Mode;
import io.blockgraph.os.ImageRoots.Devices;
import io.blockgraph.os.OpenFile.Access;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import io.blockgraph.strangers.Ran;
import io.blockgraph.strangers.Starting;
import io.blockgraph.strangers.Tool;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// QEMU's programs and these locks on one image: who comes second is refused exactly when QEMU
/// would refuse QEMU.
final class QemuLockMatrixTest {
  private static final int WRITER = CONSISTENT_READ | WRITE | RESIZE;
  private static final int ALONE = WRITE | RESIZE;
  private static final long MIB = 1 << 20;

  @TempDir Path folder;
  private Path image;
  private ImageRoots roots;
  private OpenFile file;
  private ByteLocks locks;

  @BeforeEach
  void create() {
    image = folder.resolve("a.qcow2");
    QemuImg.create(image, MIB, Map.of());
    roots = ImageRoots.open(List.of(folder), Devices.REFUSED);
    file = roots.open("a.qcow2", Access.READ_WRITE);
    locks = ByteLocks.open(file, Mode.ON);
  }

  @AfterEach
  void close() {
    file.close();
    locks.close();
    roots.close();
  }

  private void lock(int used, int unshared) {
    locks.prepare(used, unshared);
    locks.commit();
  }

  @Test
  void aWriterHereKeepsEveryToolOut() throws Exception {
    lock(WRITER, ALONE);

    everyToolIsRefused();
    QemuImg.run("info", "-U", "-f", "qcow2", image.toString()).ok();
  }

  @Test
  void aWriterHereKeepsEveryToolOutAfterAnotherOpeningWasClosed() throws Exception {
    lock(WRITER, ALONE);
    roots.open("a.qcow2", Access.READ_WRITE).close();
    Files.readAllBytes(image);

    everyToolIsRefused();
  }

  private void everyToolIsRefused() throws Exception {
    byte[] before = Files.readAllBytes(image);
    String name = image.toString();
    refused(QemuImg.run("info", "-f", "qcow2", name));
    refused(QemuImg.run("check", "-f", "qcow2", name));
    refused(QemuImg.run("resize", "-f", "qcow2", name, "2M"));
    refused(QemuImg.run("snapshot", "-c", "s", name));
    refused(QemuImg.run("create", "-f", "qcow2", name, "1M"));
    refused(QemuIo.tryRun(name, List.of("-f", "qcow2"), QemuIo.write(1, 0, 512)));
    assertThat(Files.readAllBytes(image)).isEqualTo(before);
  }

  private static void refused(Ran ran) {
    assertThat(ran.exitCode()).as(ran.toString()).isNotZero();
    assertThat(ran.err()).contains("Failed to get", "lock");
  }

  @Test
  void aReaderHereKeepsWritersOutAndLetsReadersIn() {
    lock(CONSISTENT_READ, WRITE | RESIZE);

    QemuImg.run("info", "-f", "qcow2", image.toString()).ok();
    QemuIo.run(image.toString(), List.of("-r", "-f", "qcow2"), QemuIo.verify(0, 0, 512));
    refused(QemuIo.tryRun(image.toString(), List.of("-f", "qcow2"), QemuIo.write(1, 0, 512)));
  }

  @Test
  void nobodyIsInTheWayOnceTheLocksAreDropped() {
    lock(WRITER, ALONE);
    lock(0, 0);

    QemuIo.run(image, "qcow2", QemuIo.write(1, 0, 512));
  }

  @Test
  void aWritingServerKeepsWritersAndStrictReadersOut() throws Exception {
    try (Server server = Server.start(image)) {
      assertThat(HeldBytes.of(image)).containsExactly(100, 101, 103, 201, 203);
      assertFails(Kind.LOCKED, () -> locks.prepare(WRITER, ALONE))
          .contains("process " + server.process.pid() + " (qemu-nbd) does not share WRITE");
      assertFails(Kind.LOCKED, () -> locks.prepare(CONSISTENT_READ, WRITE))
          .contains("process " + server.process.pid() + " (qemu-nbd) uses WRITE");
      lock(CONSISTENT_READ, 0);
    }
  }

  @Test
  void takesTheVeryBytesOfAWritingServer() throws Exception {
    lock(WRITER, ALONE);
    var ours = HeldBytes.of(image);
    lock(0, 0);

    try (Server server = Server.start(image)) {
      assertThat(HeldBytes.of(image)).isEqualTo(ours);
      assertThat(server.process.isAlive()).isTrue();
    }
  }

  @Test
  void aReadingServerKeepsWritersOutAndLetsReadersIn() throws Exception {
    try (Server server = Server.start(image, "-r")) {
      assertFails(Kind.LOCKED, () -> locks.prepare(WRITER, ALONE))
          .contains("process " + server.process.pid());
      lock(CONSISTENT_READ, ALONE);
    }
  }

  @Test
  void aServerOfAnOverlayKeepsWritersOfTheBackingFileOut() throws Exception {
    Path overlay = folder.resolve("overlay.qcow2");
    QemuImg.create(overlay, MIB, Map.of("backing_file", image.toString(), "backing_fmt", "qcow2"));
    try (Server server = Server.start(overlay)) {
      assertThat(HeldBytes.of(image)).containsExactly(100, 201, 203);
      assertFails(Kind.LOCKED, () -> locks.prepare(WRITER, ALONE));
      lock(CONSISTENT_READ, ALONE);
      assertThat(server.process.isAlive()).isTrue();
    }
  }

  @Test
  void aWriterHereKeepsAServerFromStarting() throws Exception {
    lock(WRITER, ALONE);

    refused(server().run(List.of("-f", "qcow2", "-k", folder + "/s", image.toString())));
    refused(server().run(List.of("-r", "-f", "qcow2", "-k", folder + "/s", image.toString())));
  }

  @Test
  void aKilledServerIsNoLongerInTheWay() throws Exception {
    Server server = Server.start(image);
    assertFails(Kind.LOCKED, () -> locks.prepare(WRITER, ALONE));

    server.close();

    lock(WRITER, ALONE);
  }

  private static Tool server() {
    return new Tool("qemu-nbd", "qemu-utils");
  }

  /// A running qemu-nbd, ended by kill -9.
  private record Server(Process process) implements AutoCloseable {
    static Server start(Path image, String... flags) throws Exception {
      Path socket = image.resolveSibling("nbd.sock");
      List<String> command = new ArrayList<>(List.of(server().require().toString()));
      command.addAll(List.of(flags));
      command.addAll(List.of("-t", "-f", "qcow2", "-k", socket.toString(), image.toString()));
      Files.deleteIfExists(socket);
      Server server = new Server(new ProcessBuilder(command).inheritIO().start());
      server.awaitGreeting(socket);
      return server;
    }

    /// The socket is there before anybody listens and before the image is open; the first word to a
    /// client comes after both.
    private void awaitGreeting(Path socket) throws Exception {
      try (SocketChannel client = Starting.connect(process, socket)) {
        ByteBuffer greeting = ByteBuffer.allocate(8);
        while (greeting.hasRemaining()) {
          assertThat(client.read(greeting)).as("qemu-nbd's greeting").isPositive();
        }
      }
    }

    @Override
    public void close() throws Exception {
      process.destroyForcibly();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
