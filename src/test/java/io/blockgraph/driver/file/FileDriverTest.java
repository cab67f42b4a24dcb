package io.blockgraph.driver.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Prepared;
import io.blockgraph.driver.raw.RawDriver;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FileDriverTest extends DriverContract {
  private static final Grant READER =
      new Grant(
          Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL.without(Permission.RESIZE));

  private final Driver driver = new FileDriver();

  @Override
  protected Driver driver() {
    return driver;
  }

  @Override
  protected Set<Ability> abilities() {
    return Set.of(Ability.values());
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("filename", "a.img", "locking", "on");
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    make(on, "a.img", SIZE_BYTES);
    return on.open(driver, goodRequest(), Map.of());
  }

  private static Path make(Bench on, String name, long size) {
    Path path = on.directory().resolve(name);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return path;
  }

  private Bench.Opened open(String json, Grant grant) {
    return bench().open(driver, spec(json), Map.of(), grant);
  }

  private NodeSpec spec(String filename) {
    return Bench.spec(driver, Map.of("filename", filename));
  }

  @Test
  void writesReachTheFile() throws IOException {
    Path path = make(bench(), "b.img", 1000);
    Content.fill(open("b.img", Bench.WRITER).disk(), 990, 10, 5);
    assertThat(Files.readAllBytes(path)).hasSize(1000).endsWith(5, 5, 5, 5, 5, 5, 5, 5, 5, 5);
  }

  @Test
  void takesAnAbsolutePathBeneathTheRootToo() {
    Path path = make(bench(), "b.img", 1000);
    assertThat(open(path.toString(), Bench.WRITER).node().facts())
        .containsEntry("path", path.toString());
  }

  @Test
  void namesTheFileThatIsMissing() {
    assertThatThrownBy(() -> open("missing.img", READER)).hasMessageContaining("missing.img");
    refused(Kind.NOT_FOUND, () -> open("missing.img", READER));
    refused(Kind.FORBIDDEN, () -> open("../../etc/passwd", READER));
    refused(Kind.FORBIDDEN, () -> open("/etc/passwd", READER));
  }

  @Test
  void aSecondWriterOfTheSameFileIsRefused() {
    make(bench(), "b.img", 1000);
    open("b.img", Bench.WRITER);
    refused(Kind.LOCKED, () -> open("b.img", Bench.WRITER));
    assertThat(open("b.img", READER).disk().sizeBytes()).isEqualTo(1000);
  }

  @Test
  void withoutLockingTwoMayWrite() {
    make(bench(), "b.img", 1000);
    NodeSpec unlocked = Bench.spec(driver, Map.of("filename", "b.img", "locking", "off"));
    bench().open(driver, unlocked, Map.of(), Bench.WRITER);
    bench().open(driver, unlocked, Map.of(), Bench.WRITER);
  }

  @Test
  void aWriterThatIsClosedIsInNobodysWay() {
    make(bench(), "b.img", 1000);
    bench().close(open("b.img", Bench.WRITER));
    open("b.img", Bench.WRITER);
  }

  @Test
  void aReadOnlyNodeCannotWrite() {
    make(bench(), "b.img", 1000);
    NodeSpec readOnly = spec("b.img").withAccess(NodeSpec.Access.READ_ONLY);
    Bench.Opened opened = bench().open(driver, readOnly, Map.of(), READER);
    refused(Kind.READ_ONLY, () -> Content.fill(opened.disk(), 0, 1, 1));
  }

  @Test
  void becomesReadOnlyAndWritableAgainUnderTheSameView() {
    make(bench(), "b.img", 1000);
    Bench.Opened opened = open("b.img", Bench.WRITER);
    NodeSpec writable = opened.spec();
    NodeSpec readOnly = writable.withAccess(NodeSpec.Access.READ_ONLY);
    prepare(opened, writable, readOnly, READER).commit();
    refused(Kind.READ_ONLY, () -> Content.fill(opened.disk(), 0, 1, 1));
    prepare(opened, readOnly, writable, Bench.WRITER).commit();
    Content.fill(opened.disk(), 0, 10, 1);
    assertThat(Content.read(opened.disk(), 0, 10)).containsOnly(1);
  }

  @Test
  void anAbortedChangeLeavesLocksAndAccessAsTheyWere() {
    make(bench(), "b.img", 1000);
    Bench.Opened opened = open("b.img", Bench.WRITER);
    NodeSpec readOnly = opened.spec().withAccess(NodeSpec.Access.READ_ONLY);
    prepare(opened, opened.spec(), readOnly, READER).abort();
    Content.fill(opened.disk(), 0, 10, 1);
    refused(Kind.LOCKED, () -> open("b.img", Bench.WRITER));
  }

  @Test
  void locksFollowWhatParentsTake() {
    make(bench(), "b.img", 1000);
    Bench.Opened first = open("b.img", Grant.IDLE);
    Bench.Opened second = open("b.img", Bench.WRITER);
    refused(Kind.LOCKED, () -> prepare(first, first.spec(), first.spec(), Bench.WRITER));
    prepare(second, second.spec(), second.spec(), Grant.IDLE).commit();
    prepare(first, first.spec(), first.spec(), Bench.WRITER).commit();
    refused(Kind.LOCKED, () -> prepare(second, second.spec(), second.spec(), Bench.WRITER));
  }

  @Test
  void theFileOfAnOpenNodeCannotBeAnother() {
    make(bench(), "b.img", 1000);
    Bench.Opened opened = open("b.img", Bench.WRITER);
    NodeSpec other = opened.spec().withOptions(opened.spec().options().with("filename", "c.img"));
    assertThatThrownBy(() -> prepare(opened, opened.spec(), other, Bench.WRITER))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("'filename'");
  }

  @Test
  void seesANewLengthWhenItIsUsedAgain() {
    make(bench(), "b.img", 1000);
    Bench.Opened opened = open("b.img", Grant.IDLE);
    make(bench(), "b.img", 5000);
    prepare(opened, opened.spec(), opened.spec(), READER).commit();
    assertThat(opened.disk().sizeBytes()).isEqualTo(5000);
  }

  @Test
  void whatAStrangerCutOffReadsAsZeroes() {
    make(bench(), "b.img", 1000);
    Bench.Opened opened = open("b.img", Bench.WRITER);
    Content.fill(opened.disk(), 0, 1000, 4);
    make(bench(), "b.img", 300);
    assertThat(Content.read(opened.disk(), 290, 100))
        .startsWith(4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 0)
        .endsWith(0);
  }

  @Test
  @Timeout(60)
  void opensNoPipesDirectoriesAndLinks() throws Exception {
    Path secret = make(bench(), "secret.img", 10);
    Files.createDirectory(bench().directory().resolve("d"));
    Files.createSymbolicLink(bench().directory().resolve("link"), secret);
    Process mkfifo =
        new ProcessBuilder("mkfifo", bench().directory().resolve("p").toString()).start();
    assertThat(mkfifo.waitFor()).isZero();
    for (String name : List.of("d", "link", "p")) {
      assertThatThrownBy(() -> open(name, READER))
          .isInstanceOf(BlockException.class)
          .hasMessageContaining(name + "'");
    }
  }

  @Test
  void neitherFileNorRawLooksAtWhatIsInside() throws IOException {
    Path path = make(bench(), "b.img", 1 << 20);
    byte[] header = {'Q', 'F', 'I', (byte) 0xFB, 0, 0, 0, 3};
    Content.write(open("b.img", Bench.WRITER).disk(), 0, header);
    BlockIo again =
        bench()
            .open(
                driver,
                Bench.spec(driver, Map.of("filename", "b.img", "locking", "off")),
                Map.of(),
                READER)
            .disk();
    BlockIo raw = bench().open(new RawDriver(), Map.of("file", "f"), Map.of("f", again)).disk();
    assertThat(raw.sizeBytes()).isEqualTo(Files.size(path));
    assertThat(Content.read(raw, 0, 8)).isEqualTo(header);
  }

  @Test
  void tellsHolesFromData() {
    make(bench(), "b.img", 1 << 20);
    Bench.Opened opened = open("b.img", Bench.WRITER);
    Content.fill(opened.disk(), 1 << 19, 4096, 1);
    assertThat(Extents.of(opened.disk(), new ByteRange(0, 1 << 20)))
        .extracting(Extent::kind)
        .containsExactly(Extent.Kind.HOLE, Extent.Kind.DATA, Extent.Kind.HOLE);
  }

  @Test
  void aFileTooLongForTheFileSystemIsRefusedAndTheLengthStays() {
    make(bench(), "b.img", 1000);
    Bench.Opened opened = open("b.img", Bench.WRITER);
    assertThatThrownBy(() -> ((Resizable) opened.disk()).resize(Long.MAX_VALUE))
        .isInstanceOf(BlockException.class);
    assertThat(opened.disk().sizeBytes()).isEqualTo(1000);
  }

  private static Prepared prepare(Bench.Opened opened, NodeSpec before, NodeSpec after, Grant to) {
    return opened
        .node()
        .prepare(new Node.NodeChange(before, after, Bench.WRITER, to, opened.children()));
  }
}
