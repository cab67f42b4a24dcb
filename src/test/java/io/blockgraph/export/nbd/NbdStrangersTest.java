package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.MemoryDisk;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Clients of other people use the server over tcp and over a unix socket.
class NbdStrangersTest {
  private static final int SIZE = 16 << 20;

  @TempDir Path folder;
  private final MemoryDisk disk = new MemoryDisk(SIZE);
  private final TestServer server = new TestServer().with("stranger", disk);

  @AfterEach
  void close() {
    server.close();
  }

  private String uri(String transport) {
    if (transport.equals("tcp")) {
      return server.uri("stranger");
    }
    NbdAddress unix = server.server.listen(new NbdAddress.Unix(folder.resolve("nbd.sock")));
    return unix.uri(new ExportName("stranger")).toString();
  }

  /// Data, then a hole of 1 MiB, then data.
  private byte[] fill() {
    byte[] content = new byte[SIZE];
    new Random(1).nextBytes(content);
    java.util.Arrays.fill(content, 2 << 20, 3 << 20, (byte) 0);
    disk.write(0, MemorySegment.ofArray(content));
    disk.discard(new io.blockgraph.block.ByteRange(2 << 20, 1 << 20));
    return content;
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void nbdinfoSeesWhatIsOffered(String transport) {
    JsonNode info = NbdTools.info(uri(transport));
    assertThat(info.path("protocol").asString()).isEqualTo("newstyle-fixed");
    assertThat(info.path("structured").asBoolean()).isTrue();
    JsonNode export = info.path("exports").get(0);
    assertThat(export.path("export-name").asString()).isEqualTo("stranger");
    assertThat(export.path("export-size").asLong()).isEqualTo(SIZE);
    assertThat(export.path("contexts").toString()).contains("base:allocation");
    for (String can : List.of("flush", "fua", "trim", "zero", "df", "multi_conn", "fast_zero")) {
      assertThat(export.path("can_" + can).asBoolean()).as(can).isTrue();
    }
    assertThat(export.path("block_size_maximum").asInt()).isEqualTo(32 << 20);
  }

  @Test
  void nbdinfoListsAllExports() {
    JsonNode exports = NbdTools.list(server.uri("stranger")).path("exports");
    assertThat(exports.size()).isEqualTo(2);
  }

  @Test
  void nbdinfoMapsDataAndHoles() {
    fill();
    JsonNode map = NbdTools.map(server.uri("stranger"), "base:allocation");
    assertThat(map.size()).isEqualTo(3);
    assertThat(map.get(1).path("offset").asLong()).isEqualTo(2 << 20);
    assertThat(map.get(1).path("type").asInt()).isEqualTo(3);
  }

  /// The disk holds `content` and is served under `uri`; its copy lies in a file for a moment.
  static void copiesBothWays(String uri, MemoryDisk disk, byte[] content, Path copy)
      throws IOException {
    NbdTools.copy(uri, copy.toString());
    assertThat(Files.readAllBytes(copy)).isEqualTo(content);
    content[5]++;
    Files.write(copy, content);
    NbdTools.copy(copy.toString(), uri);
    assertThat(disk.content(0, content.length)).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void nbdcopyCopiesBothWays(String transport) throws IOException {
    copiesBothWays(uri(transport), disk, fill(), folder.resolve("copy"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void qemuIoReadsBackWhatItWrites(String transport) {
    QemuIo.run(
        uri(transport),
        List.of("-f", "raw"),
        QemuIo.write(0x11, 1_000_000, 5 << 20),
        QemuIo.write(0x22, 513, 1000),
        QemuIo.zero(2_000_000, 65_536),
        "write -f -P 0x33 0 512",
        QemuIo.discard(4 << 20, 1 << 20),
        QemuIo.verify(0x11, 1_000_000, 1_000_000),
        QemuIo.verify(0, 2_000_000, 65_536),
        QemuIo.verify(0x33, 0, 512),
        "flush");
    assertThat(disk.durableContent(513, 1000)).containsOnly(0x22);
  }

  @Test
  void qemuIoCannotWriteToAReadOnlyExport() {
    server.withReadOnly("ro", disk);
    assertThat(QemuIo.tryRun(server.uri("ro"), List.of("-f", "raw"), "write 0 512").exitCode())
        .isNotZero();
    QemuIo.run(server.uri("ro"), List.of("-r", "-f", "raw"), QemuIo.verify(0, 0, 512));
  }

  @Test
  void qemuImgConvertsComparesAndMaps() throws IOException {
    byte[] content = fill();
    Path raw = folder.resolve("raw");
    String uri = server.uri("stranger");
    QemuImg.run("convert", "-f", "raw", "-O", "raw", uri, raw.toString()).ok();
    assertThat(Files.readAllBytes(raw)).isEqualTo(content);
    QemuImg.run("compare", "-f", "raw", "-F", "raw", uri, raw.toString()).ok();
    JsonNode map = QemuImg.run("map", "-f", "raw", "--output=json", uri).ok().json();
    assertThat(map.size()).isEqualTo(3);
    assertThat(map.get(1).path("zero").asBoolean()).isTrue();
    assertThat(map.get(1).path("data").asBoolean()).isFalse();
  }

  @Test
  void qemuImgConvertsIntoAnExport() throws IOException {
    fill();
    Path raw = folder.resolve("raw");
    byte[] content = new byte[SIZE];
    new Random(2).nextBytes(content);
    java.util.Arrays.fill(content, 0, 7 << 20, (byte) 0);
    Files.write(raw, content);
    QemuImg.run("convert", "-n", "-W", "-f", "raw", "-O", "raw", raw.toString(), uri("unix")).ok();
    assertThat(disk.content(0, SIZE)).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void fioVerifiesEveryBlockItWrote(String transport) {
    NbdTools.fioVerify(uri(transport), SIZE);
    assertThat(server.server.clients()).allMatch(client -> client.traffic().failures() == 0);
  }

  @Test
  void servesNamesThatNeedEscapingInAUri() {
    server.with("a b/ü?#%", new MemoryDisk(4096));
    JsonNode info = NbdTools.info(server.uri("a b/ü?#%"));
    assertThat(info.path("exports").get(0).path("export-name").asString()).isEqualTo("a b/ü?#%");
  }
}
