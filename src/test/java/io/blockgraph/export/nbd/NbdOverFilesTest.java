package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Real files behind an export: what strangers write through it is in the files.
@Timeout(120)
class NbdOverFilesTest {
  private static final long SIZE = 16 << 20;

  private final Bench bench = new Bench();
  private final TestServer server = new TestServer();

  @AfterEach
  void close() {
    server.close();
    bench.close();
  }

  private Path file(String name) throws IOException {
    Path path = bench.directory().resolve(name);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(SIZE);
    }
    return path;
  }

  private BlockIo disk(Path file) {
    return bench.open(new FileDriver(), Map.of("filename", file.toString()), Map.of()).disk();
  }

  private String export(BlockIo disk) {
    server.with("files", disk);
    return server.uri("files");
  }

  @Test
  void fioVerifiesAFile() throws IOException {
    NbdTools.fioVerify(export(disk(file("a"))), SIZE);
  }

  @Test
  void punchesAndShowsTheHolesOfAFile() throws IOException {
    Path file = file("a");
    String uri = export(disk(file));
    QemuIo.run(
        uri,
        List.of("-f", "raw"),
        QemuIo.write(0x55, 0, 4 << 20),
        QemuIo.zero(1 << 20, 1 << 20),
        QemuIo.discard(3 << 20, 1 << 20),
        QemuIo.verify(0, 1 << 20, 1 << 20),
        QemuIo.verify(0x55, 2 << 20, 1 << 20),
        "flush");
    JsonNode seen = QemuImg.run("map", "-f", "raw", "--output=json", uri).ok().json();
    assertThat(seen.size()).isEqualTo(4);
    assertThat(seen.get(1).path("data").asBoolean()).isFalse();
    QemuImg.run("compare", "-U", "-f", "raw", "-F", "raw", uri, file.toString()).ok();
  }

  @Test
  void writesToAllChildrenOfAQuorum() throws IOException {
    List<Path> files = List.of(file("a"), file("b"), file("c"));
    Map<String, BlockIo> disks =
        Map.of("a", disk(files.get(0)), "b", disk(files.get(1)), "c", disk(files.get(2)));
    Map<String, Object> options = Map.of("voteThreshold", 2L, "children", List.of("a", "b", "c"));
    NbdTools.fioVerify(export(bench.open(new QuorumDriver(), options, disks).disk()), SIZE);
    for (Path other : files.subList(1, 3)) {
      QemuImg.run(
              "compare", "-U", "-f", "raw", "-F", "raw", files.get(0).toString(), other.toString())
          .ok();
    }
  }
}
