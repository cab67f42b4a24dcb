package io.blockgraph.driver.luks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.Amendable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Secrets;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.Ran;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LuksDriverTest extends DriverContract {
  private static final String PASSWORD = "correct horse";
  private static final int MIB = 1 << 20;

  /// Whole sectors that hold a disk of the contract.
  private static final long SECTORS_BYTES = (SIZE_BYTES / 512 + 1) * 512;

  private final Secrets secrets = new Secrets(Map.of());
  private final LuksDriver driver = new LuksDriver(secrets);

  @TempDir Path folder;

  LuksDriverTest() {
    secrets.put("key", PASSWORD.getBytes(StandardCharsets.UTF_8));
    secrets.put("wrong", "battery staple".getBytes(StandardCharsets.UTF_8));
  }

  @Override
  protected Driver driver() {
    return driver;
  }

  @Override
  protected Set<Ability> abilities() {
    return Set.of(Ability.KEEPS_DATA);
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("file", "f", "keySecret", "key");
  }

  /// A disk of sectors has no odd length: what the contract works on is all but the end of one.
  @Override
  protected Bench.Opened openEmpty(Bench on) {
    Bench.Opened opened = on.open(driver, goodRequest(), Map.of("f", image(SECTORS_BYTES)));
    Zeroes.write(opened.disk(), new ByteRange(0, SECTORS_BYTES));
    return new Bench.Opened(
        opened.spec(), opened.node(), opened.children(), new Shortened(opened.disk()));
  }

  private record Shortened(BlockIo disk) implements BlockIo {
    @Override
    public void read(long offset, MemorySegment into) {
      ByteRange.requireWithin(offset, into.byteSize(), SIZE_BYTES);
      disk.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      ByteRange.requireWithin(offset, from.byteSize(), SIZE_BYTES);
      disk.write(offset, from);
    }

    @Override
    public void flush() {
      disk.flush();
    }

    @Override
    public long sizeBytes() {
      return SIZE_BYTES;
    }
  }

  private MemoryDisk image(long size) {
    MemoryDisk file = new MemoryDisk(0);
    driver.create(file, new Options(Map.of("size", size, "keySecret", "key", "iterations", 1000L)));
    return file;
  }

  private BlockIo open(BlockIo file, String secret) {
    return bench().open(driver, Map.of("file", "f", "keySecret", secret), Map.of("f", file)).disk();
  }

  @Test
  void qemuReadsWhatIsWrittenIntoAnImageOfOurs() throws IOException {
    byte[] bytes = random(3 * MIB);
    MemoryDisk file = image(3 * MIB);
    Content.write(open(file, "key"), 0, bytes);
    save(file, folder.resolve("a.luks"));
    Files.write(folder.resolve("a.raw"), bytes);
    requireSame("a.luks", "a.raw");
  }

  /// QEMU measures how fast it is, and gives up where the clock of processor time is too coarse for
  /// that; it is asked again then.
  private void encryptedByQemu(String from, String to) {
    Ran ran;
    int tries = 0;
    do {
      ran =
          QemuImg.run(
              "convert",
              "--object",
              "secret,id=key,data=" + PASSWORD,
              "-f",
              "raw",
              "-O",
              "luks",
              "-o",
              "key-secret=key,iter-time=10",
              folder.resolve(from).toString(),
              folder.resolve(to).toString());
      tries++;
    } while (ran.err().contains("accurate CPU usage") && tries < 20);
    ran.ok();
  }

  @Test
  void readsAndWritesAnImageOfQemu() throws IOException {
    byte[] bytes = random(3 * MIB);
    Files.write(folder.resolve("b.raw"), bytes);
    encryptedByQemu("b.raw", "b.luks");
    MemoryDisk file = load(folder.resolve("b.luks"));
    BlockIo disk = open(file, "key");
    assertThat(disk.sizeBytes()).isEqualTo(bytes.length);
    assertThat(Content.read(disk, 0, bytes.length)).isEqualTo(bytes);
    Content.fill(disk, 12_345, 400_000, 7);
    java.util.Arrays.fill(bytes, 12_345, 412_345, (byte) 7);
    save(file, folder.resolve("b.luks"));
    Files.write(folder.resolve("b.raw"), bytes);
    requireSame("b.luks", "b.raw");
  }

  private void requireSame(String luks, String raw) {
    QemuImg.run(
            "compare",
            "--object",
            "secret,id=key,data=" + PASSWORD,
            "--image-opts",
            "driver=luks,key-secret=key,file.driver=file,file.filename=" + folder.resolve(luks),
            "driver=raw,file.driver=file,file.filename=" + folder.resolve(raw))
        .ok();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(5).nextBytes(bytes);
    return bytes;
  }

  private static void save(BlockIo disk, Path path) throws IOException {
    Files.write(path, Content.read(disk, 0, (int) disk.sizeBytes()));
  }

  private static MemoryDisk load(Path path) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    MemoryDisk disk = new MemoryDisk(bytes.length);
    Content.write(disk, 0, bytes);
    return disk;
  }

  @Test
  void nothingThatIsWrittenStandsInTheFile() {
    MemoryDisk file = image(MIB);
    Content.fill(open(file, "key"), 0, MIB, 'A');
    byte[] stored = Content.read(file, 0, (int) file.sizeBytes());
    assertThat(new String(stored, StandardCharsets.ISO_8859_1))
        .doesNotContain("AAAAAAAA")
        .doesNotContain(PASSWORD);
  }

  @Test
  void aWrongSecretOpensNothingAndIsNotTold() {
    MemoryDisk file = image(MIB);
    refused(Kind.INVALID, () -> open(file, "wrong"));
    refused(Kind.INVALID, () -> open(file, "none"));
    assertThatThrownBy(() -> open(file, "wrong")).hasMessageNotContaining("battery");
  }

  /// Changes wait for a trial, and trying a secret is meant to take long.
  @Test
  void aTrialTriesTheSecretOnlyWhenSomebodyReads() {
    BlockIo wrong = onTrial("wrong");
    assertThat(wrong.sizeBytes()).isEqualTo(MIB);
    refused(Kind.INVALID, () -> Content.read(wrong, 0, 512));
    refused(Kind.INVALID, () -> onTrial("none"));
    assertThat(Content.read(onTrial("key"), 0, 512)).hasSize(512);
  }

  private BlockIo onTrial(String secret) {
    NodeSpec spec = Bench.spec(driver, Map.of("file", "f", "keySecret", secret));
    Children children = new Children(Map.of(ChildName.FILE, image(MIB)));
    Opening opening = new Opening(spec, Bench.WRITER, children, bench().services());
    return driver.rehearse(opening).bind(children);
  }

  @Test
  void aSecretInAFileOpensAnImage() throws IOException {
    Path key = folder.resolve("key");
    Files.writeString(key, PASSWORD);
    LuksDriver withFiles = new LuksDriver(new Secrets(Map.of("there", key)));
    MemoryDisk file = image(MIB);
    Map<String, Object> given = Map.of("file", "f", "keySecret", "there");
    assertThat(bench().open(withFiles, given, Map.of("f", file)).disk().sizeBytes()).isEqualTo(MIB);
  }

  @Test
  void aLengthOfHalfSectorsIsRefused() {
    assertThatThrownBy(() -> image(1000)).hasMessageContaining("'size'");
  }

  @Test
  void tellsWhatTheHeaderSaysAndNoKey() {
    assertThat(driver.describe(image(MIB)))
        .containsEntry("virtualSizeBytes", (long) MIB)
        .containsEntry("cipher", "aes-256-xts-plain64")
        .containsEntry("hash", "sha256")
        .containsEntry("keySlots", 1L);
  }

  @Test
  void aPieceOfASectorAtTheEndOfTheFileIsNoPartOfTheDisk() {
    MemoryDisk file = image(MIB);
    long payload = file.sizeBytes() - MIB;
    file.resize(payload + MIB - 100);
    assertThat(open(file, "key").sizeBytes()).isEqualTo(MIB - 512);
    assertThat(driver.describe(file)).containsEntry("virtualSizeBytes", MIB - 512L);
  }

  /// Both read the sector, change their half and write all of it: one must wait for the other.
  @Test
  void writersOfOneSectorDoNotUndoEachOther() throws InterruptedException {
    BlockIo disk = open(image(MIB), "key");
    for (int round = 1; round <= 200; round++) {
      int value = round;
      Thread other = Thread.ofPlatform().start(() -> Content.fill(disk, 256, 256, value));
      Content.fill(disk, 0, 256, -value);
      other.join();
      byte[] sector = Content.read(disk, 0, 512);
      assertThat(sector[0]).as("round %d", round).isEqualTo((byte) -value);
      assertThat(sector[256]).as("round %d", round).isEqualTo((byte) value);
    }
  }

  @Test
  void aHeaderThatIsDamagedIsRefusedOrOpensAsItWas() {
    MemoryDisk file = image(MIB);
    byte[] good = Content.read(file, 0, Header.BYTES);
    Random random = new Random(11);
    for (int i = 0; i < 150; i++) {
      byte[] bad = good.clone();
      bad[i < 120 ? i : random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      Content.write(file, 0, bad);
      try {
        assertThat(open(file, "key").sizeBytes()).isLessThanOrEqualTo(file.sizeBytes());
      } catch (BlockException e) {
        assertThat(e.kind()).isIn(Kind.BAD_IMAGE, Kind.UNSUPPORTED, Kind.INVALID);
      }
    }
  }

  /// A change of keys looks which secret the node would be opened with; another one by then is
  /// another question.
  @Test
  void aChangeOfKeysIsGivenUpWhenTheNodeGetsAnotherSecretMeanwhile() {
    MemoryDisk file = image(MIB);
    Bench.Opened opened = bench().open(driver, goodRequest(), Map.of("f", file));
    secrets.put("second", "second".getBytes(StandardCharsets.UTF_8));
    Amendable disk = (Amendable) opened.disk();
    amend(disk, added());
    Amendable.Amendment late = disk.amendment(added());
    late.advance(disk);
    late.compute();
    NodeSpec after = opened.spec().withOptions(opened.spec().options().with("keySecret", "second"));
    Grant grant = Bench.WRITER;
    opened
        .node()
        .prepare(new Node.NodeChange(opened.spec(), after, grant, grant, opened.children()))
        .commit();
    assertThatThrownBy(() -> late.write(disk)).hasMessageContaining("keySecret");
    amend(disk, new Options(Map.of("state", "inactive", "oldSecret", "key")));
    open(file, "second");
    assertThatThrownBy(() -> open(file, "key")).isInstanceOf(BlockException.class);
  }

  private static Options added() {
    return new Options(Map.of("state", "active", "newSecret", "second", "iterations", 1000L));
  }

  private static void amend(Amendable disk, Options options) {
    Amendable.Amendment amendment = disk.amendment(options);
    amendment.advance(disk);
    amendment.compute();
    amendment.write(disk);
  }

  /// It is asked while changes of the graph wait, and a disk may hang.
  @Test
  void whetherKeysCanChangeIsToldWithoutReading() {
    MemoryDisk file = image(MIB);
    secrets.put("second", "second".getBytes(StandardCharsets.UTF_8));
    Hanging hanging = new Hanging(file);
    Amendable disk = (Amendable) bench().open(driver, goodRequest(), Map.of("f", hanging)).disk();
    hanging.hangs = true;
    disk.amendment(added());
    Options taken = added().with("keyslot", 0L);
    assertThatThrownBy(() -> disk.amendment(taken)).hasMessageContaining("the only key");
  }

  private static final class Hanging extends FilterDisk {
    private boolean hangs;

    Hanging(BlockIo file) {
      super(file);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      assertThat(hangs).as("somebody would wait for ever").isFalse();
      super.read(offset, into);
    }
  }

  @Test
  void aChangeOfKeysIsGivenUpWhenTheHeaderIsAnotherMeanwhile() {
    MemoryDisk file = image(MIB);
    secrets.put("second", "second".getBytes(StandardCharsets.UTF_8));
    Amendable first = (Amendable) open(file, "key");
    Amendable.Amendment late = first.amendment(added());
    late.advance(first);
    late.compute();
    amend((Amendable) open(file, "key"), added());
    byte[] before = Content.read(file, 0, MIB);
    assertThatThrownBy(() -> late.write(first)).hasMessageContaining("meanwhile");
    assertThat(Content.read(file, 0, MIB)).isEqualTo(before);
  }
}
