package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.MemoryDisk;
import io.blockgraph.strangers.Certificates;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Clients of other people (GnuTLS below libnbd and QEMU) use the server under TLS, over tcp and
/// over a unix socket, each showing a certificate.
@Timeout(300)
class TlsStrangersTest {
  private static final int SIZE = 16 << 20;

  @TempDir static Path certificates;
  private static @Nullable TlsWorld world;

  @TempDir Path folder;
  private final MemoryDisk disk = new MemoryDisk(SIZE);
  private final TestServer server =
      new TestServer(NbdLimits.DEFAULT, world.verifying("CN=operator")).with("stranger", disk);

  @BeforeAll
  static void makeCertificates() {
    world = new TlsWorld(certificates);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private String uri(String transport) {
    if (transport.equals("tcp")) {
      return server.address.secureUri(new ExportName("stranger"))
          + "?tls-certificates="
          + certificates;
    }
    NbdAddress unix =
        server.server.listen(new NbdAddress.Unix(socket()), world.verifying("CN=operator"));
    return unix.secureUri(new ExportName("stranger")) + "&tls-certificates=" + certificates;
  }

  private Path socket() {
    return folder.resolve("nbd.sock");
  }

  private byte[] fill() {
    byte[] content = new byte[SIZE];
    new Random(1).nextBytes(content);
    disk.write(0, MemorySegment.ofArray(content));
    return content;
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void nbdinfoSeesWhatIsOffered(String transport) {
    JsonNode info = NbdTools.info(uri(transport));
    assertThat(info.path("protocol").asString()).isEqualTo("newstyle-fixed");
    assertThat(info.path("TLS").asBoolean()).isTrue();
    assertThat(info.path("structured").asBoolean()).isTrue();
    assertThat(info.path("exports").get(0).path("export-size").asLong()).isEqualTo(SIZE);
  }

  @Test
  void nbdinfoListsExportsUnderTlsOnly() {
    assertThat(NbdTools.list(uri("tcp")).path("exports").size()).isEqualTo(2);
    assertThat(NbdTools.tryInfo(server.uri("stranger")).exitCode()).isNotZero();
    assertThat(NbdTools.tryInfo(uri("tcp").replaceFirst("\\?.*", "")).exitCode())
        .as("without a certificate")
        .isNotZero();
  }

  @Test
  void qemuNbdListsExports() {
    assertThat(NbdTools.listUnderTls(server.address.address().getPort(), certificates))
        .contains("exports available: 2", "export: 'stranger'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void nbdcopyCopiesBothWays(String transport) throws IOException {
    NbdStrangersTest.copiesBothWays(uri(transport), disk, fill(), folder.resolve("copy"));
  }

  private List<String> qemu(String server) {
    return List.of(
        "--object",
        "tls-creds-x509,id=tls,dir=" + certificates + ",endpoint=client",
        "--image-opts",
        "driver=raw,file.driver=nbd," + server + ",file.export=stranger,file.tls-creds=tls");
  }

  private List<String> qemuOver(String transport) {
    if (transport.equals("tcp")) {
      int port = server.address.address().getPort();
      return qemu("file.server.type=inet,file.server.host=127.0.0.1,file.server.port=" + port);
    }
    server.server.listen(new NbdAddress.Unix(socket()), world.verifying("CN=operator"));
    return qemu(
        "file.server.type=unix,file.server.path=" + socket() + ",file.tls-hostname=localhost");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void qemuIoReadsBackWhatItWrites(String transport) {
    List<String> target = qemuOver(transport);
    QemuIo.run(
        target.getLast(),
        target.subList(0, 3),
        QemuIo.write(0x11, 1_000_000, 5 << 20),
        QemuIo.zero(2_000_000, 65_536),
        "write -f -P 0x33 0 512",
        QemuIo.discard(4 << 20, 1 << 20),
        QemuIo.verify(0x11, 1_000_000, 1_000_000),
        QemuIo.verify(0, 2_000_000, 65_536),
        QemuIo.verify(0x33, 0, 512),
        "flush");
    assertThat(disk.durableContent(0, 512)).containsOnly(0x33);
  }

  @Test
  void takesRsaCertificatesOfGnuTlsWhereItIsToldSo() throws IOException {
    Path rsa = Files.createDirectory(folder.resolve("rsa"));
    Files.copy(world.certificates.file("ca-cert.pem"), rsa.resolve("ca-cert.pem"));
    Path key = rsa.resolve("client-key.pem");
    Certificates.openssl("genpkey", "-algorithm", "rsa", "-out", key.toString());
    world.certificates.vouch("rsa", "/CN=operator", "-key", key.toString());
    Files.copy(world.certificates.file("rsa-cert.pem"), rsa.resolve("client-cert.pem"));
    NbdAddress older =
        server.server.listen(new NbdAddress.Unix(socket()), world.speaking("TLSv1.2"));
    String uri = older.secureUri(new ExportName("stranger")) + "&tls-certificates=" + rsa;
    assertThat(NbdTools.info(uri).path("TLS").asBoolean()).isTrue();
  }

  @Test
  void qemuImgConvertsAnExport() throws IOException {
    byte[] content = fill();
    Path raw = folder.resolve("raw");
    List<String> target = qemuOver("tcp");
    QemuImg.run(
            "convert",
            target.get(0),
            target.get(1),
            target.get(2),
            target.get(3),
            "-O",
            "raw",
            raw.toString())
        .ok();
    assertThat(Files.readAllBytes(raw)).isEqualTo(content);
  }
}
