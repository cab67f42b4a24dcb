package io.blockgraph.driver.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.strangers.NbdServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A disk of `nbdkit`, which knows nothing of this project.
class NbdDriverTest extends DriverContract {
  private final Path folder = folder();
  private final Path socket = folder.resolve("s");
  private final Driver driver = NbdDrivers.beside(socket);
  private NbdServers server;

  private static Path folder() {
    try {
      return Files.createTempDirectory("nbd");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
    Files.deleteIfExists(folder);
  }

  @Override
  protected Driver driver() {
    return driver;
  }

  @Override
  protected Set<Ability> abilities() {
    return Set.of(Ability.KEEPS_DATA, Ability.ZERO, Ability.DISCARD, Ability.EXTENTS);
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return NbdDrivers.unix(socket, Map.of());
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    server = NbdServers.nbdkit(socket, "memory", "size=" + SIZE_BYTES);
    return on.open(driver, goodRequest(), Map.of());
  }

  @Test
  void twoNodesSeeTheSameDisk() {
    Content.fill(again(Map.of()).disk(), 1000, 5000, 7);
    Content.requireAll(again(Map.of()).disk(), 1000, 5000, 7);
  }

  private Bench.Opened again(Map<String, ?> more) {
    return bench().open(driver, NbdDrivers.unix(socket, more), Map.of());
  }

  @Test
  void readsIntoMemoryThatOnlyTheCallerCanReach() {
    Content.fill(again(Map.of()).disk(), 0, 9000, 3);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(9000);
      again(Map.of()).disk().read(0, into);
      assertThat(into.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 8999)).isEqualTo((byte) 3);
    }
  }

  @Test
  void showsTheServersExtents() {
    Content.fill(again(Map.of()).disk(), 0, 40_000, 3);
    List<Extent> extents = Extents.of(again(Map.of()).disk(), new ByteRange(0, SIZE_BYTES));
    assertThat(extents).hasSize(2);
    assertThat(extents.getFirst().kind()).isEqualTo(Extent.Kind.DATA);
    assertThat(extents.getLast().kind()).isEqualTo(Extent.Kind.HOLE);
  }

  @Test
  void takesNoServerThatTheSettingDoesNotName() {
    NbdDriver none = new NbdDriver(AllowedServers.of(List.of()), Map.of());
    refused(Kind.FORBIDDEN, () -> bench().open(none, goodRequest(), Map.of()));
    assertThatThrownBy(() -> bench().open(none, goodRequest(), Map.of()))
        .hasMessageContaining("blockgraph.nbd-client.allow")
        .hasMessageContaining("unix:" + socket);
  }

  @Test
  void tellsThatNobodyListens() {
    Path nobody = socket.resolveSibling("nobody");
    assertThatThrownBy(() -> bench().open(driver, NbdDrivers.unix(nobody, Map.of()), Map.of()))
        .hasMessageContaining("unix:" + nobody);
  }

  @Test
  void tellsThatThereIsNoSuchExport() {
    try (NbdServers files = NbdServers.nbdkit(folder.resolve("t"), "file", "dir=" + folder)) {
      refused(
          Kind.NOT_FOUND,
          () ->
              bench()
                  .open(
                      driver,
                      NbdDrivers.unix(files.socket(), Map.of("export", "nothing")),
                      Map.of()));
    }
  }

  @Test
  void aReadOnlyExportTakesAReadOnlyNode() {
    try (NbdServers pattern =
        NbdServers.nbdkit(folder.resolve("p"), "--readonly", "pattern", "size=1M")) {
      Map<String, Object> given = NbdDrivers.unix(pattern.socket(), Map.of());
      refused(Kind.READ_ONLY, () -> bench().open(driver, given, Map.of()));
      NodeSpec readOnly = Bench.spec(driver, given).withAccess(NodeSpec.Access.READ_ONLY);
      Bench.Opened opened = bench().open(driver, readOnly, Map.of(), Grant.IDLE);
      assertThat(Content.read(opened.disk(), 8, 8)).containsExactly(0, 0, 0, 0, 0, 0, 0, 8);
      refused(Kind.READ_ONLY, () -> Content.fill(opened.disk(), 0, 1, 1));
      bench().close(opened);
    }
  }

  @Test
  void aNodeThatWritesThroughNeedsNoFlush() {
    Bench.Opened through = again(Map.of("unflushedWrites", "write-through"));
    Content.fill(through.disk(), 0, 100, 5);
    Content.requireAll(through.disk(), 0, 100, 5);
  }

  @Test
  void tellsWhereItIsConnected() {
    assertThat(again(Map.of()).node().facts())
        .containsEntry("server", "unix:" + socket)
        .containsEntry("connection", "connected")
        .containsEntry("flushFailed", false);
  }
}
