package io.blockgraph.os;

import static io.blockgraph.os.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.ByteRange;
import io.blockgraph.os.ImageRoots.Devices;
import io.blockgraph.os.OpenFile.Access;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpenFileTest {
  private static final long MIB = 1 << 20;
  private static final int MOST_TRIES = 20;

  @TempDir Path folder;
  private ImageRoots roots;
  private OpenFile file;

  @BeforeEach
  void create() {
    roots = ImageRoots.open(List.of(folder), Devices.REFUSED);
    file = roots.create("a.img");
  }

  @AfterEach
  void close() {
    file.close();
    roots.close();
  }

  @Test
  void readsWhatWasWrittenAtAnyOffset() {
    file.write(12_345, Patterns.of(0x5a, 70_001));

    assertThat(Patterns.isFull(Patterns.read(file, 0, 12_345), 0)).isTrue();
    assertThat(Patterns.isFull(Patterns.read(file, 12_345, 70_001), 0x5a)).isTrue();
    assertThat(file.sizeBytes()).isEqualTo(12_345 + 70_001);
  }

  @Test
  void saysHowManyBytesThereWereBeforeTheEnd() {
    file.write(0, Patterns.of(1, 1000));
    MemorySegment into = Patterns.of(9, 4096);

    assertThat(file.read(300, into)).isEqualTo(700);
    assertThat(Patterns.prefix(into, 1)).isEqualTo(700);
    assertThat(Patterns.isFull(into.asSlice(700), 9)).isTrue();
    assertThat(file.read(1000, into)).isZero();
    assertThat(file.read(5000, into)).isZero();
  }

  @Test
  void readsAndWritesNothingWithoutComplaint() {
    file.write(77, Patterns.of(0, 0));

    assertThat(file.read(77, Patterns.of(0, 0))).isZero();
    assertThat(file.sizeBytes()).isZero();
  }

  @Test
  void readsAtOnceWhatIsInMemory() {
    file.write(0, Patterns.of(0x33, 8192));
    MemorySegment into = Patterns.of(0, 4096);

    assertThat(file.readNoWait(4096, into)).isEqualTo(4096);
    assertThat(Patterns.isFull(into, 0x33)).isTrue();
    assertThat(file.readNoWait(8192, into)).isZero();
  }

  @Test
  void doesNotWaitForBytesThatAreOnDiskOnly() throws Exception {
    file.write(0, Patterns.of(0x33, 4 * MIB));
    file.sync();
    int tries = 0;
    long first;
    do {
      // The kernel keeps a page that it is busy with, whatever it is advised.
      dropFromMemory(folder.resolve("a.img"));
      first = file.readNoWait(2 * MIB, Patterns.of(0, 4096));
      tries++;
    } while (first != OpenFile.WOULD_BLOCK && tries < MOST_TRIES);

    // Only the first look counts: it makes the kernel read ahead, so a second may find the bytes.
    assertThat(first).isEqualTo(OpenFile.WOULD_BLOCK);
    assertThat(Patterns.isFull(Patterns.read(file, 2 * MIB, 4096), 0x33)).isTrue();
    assertThat(file.readNoWait(2 * MIB, Patterns.of(0, 4096))).isEqualTo(4096);
  }

  private static void dropFromMemory(Path path) throws Exception {
    // GNU dd advises the kernel to forget the file's pages, which are clean after a sync.
    String of = "of=" + path;
    List<String> command = List.of("dd", of, "oflag=nocache", "conv=notrunc,fdatasync", "count=0");
    assertThat(new ProcessBuilder(command).redirectErrorStream(true).start().waitFor()).isZero();
  }

  @Test
  void makesHolesAndKeepsTheLength() throws Exception {
    file.write(0, Patterns.of(0x44, MIB));

    assertThat(file.punchHole(new ByteRange(MIB / 2, MIB))).isTrue();

    assertThat(Patterns.isFull(Patterns.read(file, 0, MIB / 2), 0x44)).isTrue();
    assertThat(Patterns.isFull(Patterns.read(file, MIB / 2, MIB / 2), 0)).isTrue();
    assertThat(file.sizeBytes()).isEqualTo(MIB);
    assertThat(file.seekHole(0)).isEqualTo(MIB / 2);
    assertThat(file.seekData(MIB / 2)).isEqualTo(OpenFile.NO_DATA);
  }

  @Test
  void zeroesWithoutGivingSpaceBack() throws Exception {
    file.write(0, Patterns.of(0x44, MIB));
    file.sync();

    assertThat(file.zeroRange(new ByteRange(4096, MIB / 2))).isTrue();

    assertThat(Patterns.isFull(Patterns.read(file, 4096, MIB / 2), 0)).isTrue();
    assertThat(file.sizeBytes()).isEqualTo(MIB);
    assertThat(allocatedBytes("a.img")).isGreaterThanOrEqualTo(MIB);
  }

  @Test
  void allocatesSpaceAheadOfWrites() throws Exception {
    file.write(0, Patterns.of(0x44, 10));

    assertThat(file.allocate(new ByteRange(0, MIB))).isTrue();

    assertThat(file.sizeBytes()).isEqualTo(MIB);
    assertThat(allocatedBytes("a.img")).isGreaterThanOrEqualTo(MIB);
    assertThat(Patterns.prefix(Patterns.read(file, 0, MIB), 0x44)).isEqualTo(10);
  }

  private long allocatedBytes(String name) throws Exception {
    Process du = new ProcessBuilder("stat", "-c", "%b", folder.resolve(name).toString()).start();
    return 512 * Long.parseLong(du.inputReader(StandardCharsets.UTF_8).readLine());
  }

  @Test
  void findsDataAndHoles() {
    file.truncate(8 * MIB);
    file.write(2 * MIB, Patterns.of(1, MIB));

    assertThat(file.seekData(0)).isEqualTo(2 * MIB);
    assertThat(file.seekData(2 * MIB + 5)).isEqualTo(2 * MIB + 5);
    assertThat(file.seekHole(2 * MIB)).isEqualTo(3 * MIB);
    assertThat(file.seekData(3 * MIB)).isEqualTo(OpenFile.NO_DATA);
    assertThat(file.seekHole(8 * MIB)).isEqualTo(8 * MIB);
    assertThat(file.seekHole(9 * MIB)).isEqualTo(9 * MIB);
  }

  @Test
  void sharesStorageOrSaysThatItCannot() {
    file.write(0, Patterns.of(0x66, MIB));
    try (OpenFile target = roots.create("b.img")) {
      boolean shared = file.cloneRange(new ByteRange(MIB / 2, 65_536), target, 4096);
      assertThat(target.sizeBytes()).isEqualTo(shared ? 4096 + 65_536 : 0);
    }
  }

  @Test
  void sharesNothingOfAnEmptyRange() {
    file.write(0, Patterns.of(0x66, MIB));
    try (OpenFile target = roots.create("b.img")) {
      assertThat(file.cloneRange(new ByteRange(0, 0), target, 0)).isTrue();
      assertThat(target.sizeBytes()).isZero();
    }
  }

  @Test
  void refusesEveryChangeOfAFileThatIsOpenReadOnly() {
    try (OpenFile reader = roots.open("a.img", Access.READ_ONLY)) {
      ByteRange range = new ByteRange(0, 10);
      assertFails(Kind.READ_ONLY, () -> reader.write(0, Patterns.of(0, 1))).contains("a.img");
      assertFails(Kind.READ_ONLY, () -> reader.truncate(0));
      assertFails(Kind.READ_ONLY, () -> reader.punchHole(range));
      assertFails(Kind.READ_ONLY, () -> reader.zeroRange(range));
      assertFails(Kind.READ_ONLY, () -> reader.allocate(range));
      assertFails(Kind.READ_ONLY, () -> file.cloneRange(range, reader, 0));
    }
  }

  @Test
  void namesCallFileAndErrorWhenTheKernelRefuses() {
    assertFails(Kind.INVALID, () -> file.read(-1, Patterns.of(0, 1)))
        .isEqualTo("pread of 1 bytes at -1 in '" + file.name() + "' failed with EINVAL");
    assertFails(Kind.INVALID, () -> file.truncate(-5)).contains("ftruncate to -5 bytes", "EINVAL");
    assertFails(Kind.NO_SPACE, () -> file.write(Long.MAX_VALUE - 1, Patterns.of(0, 1)));
  }

  @Test
  void takesAFileOfEightTebibytes() {
    long most = 8 * MIB * MIB;
    file.truncate(most);
    file.write(most - 512, Patterns.of(3, 512));

    assertThat(file.sizeBytes()).isEqualTo(most);
    assertThat(file.seekData(0)).isBetween(most - 65_536, most - 512);
    assertThat(Patterns.isFull(Patterns.read(file, most - 512, 512), 3)).isTrue();
  }

  @Test
  void takesNoMemoryOfTheHeap() {
    assertThatThrownBy(() -> file.read(0, MemorySegment.ofArray(new byte[10])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> file.readNoWait(0, MemorySegment.ofArray(new byte[10])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesEveryCallAfterClosing() {
    file.close();
    file.close();

    assertFails(Kind.CLOSED, () -> file.read(0, Patterns.of(0, 1))).contains("a.img' is closed");
    assertFails(Kind.CLOSED, () -> file.readNoWait(0, Patterns.of(0, 1)));
    assertFails(Kind.CLOSED, () -> file.write(0, Patterns.of(0, 1)));
    assertFails(Kind.CLOSED, file::sync);
    assertFails(Kind.CLOSED, file::sizeBytes);
    assertFails(Kind.CLOSED, () -> file.punchHole(new ByteRange(0, 1)));
  }

  @Test
  void answersThatAFileSystemCannotInsteadOfFailing() throws Exception {
    Path memory =
        Files.createTempDirectory(Path.of("/dev/shm"), "blockgraph"); // tmpfs has no ZERO_RANGE
    try (ImageRoots other = ImageRoots.open(List.of(memory), Devices.REFUSED);
        OpenFile there = other.create("m.img")) {
      there.write(0, Patterns.of(0x77, 8192));
      assertThat(there.zeroRange(new ByteRange(0, 4096))).isFalse();
      assertThat(there.zeroRange(new ByteRange(0, 4096))).isFalse();
      assertThat(Patterns.isFull(Patterns.read(there, 0, 8192), 0x77)).isTrue();
      assertThat(there.punchHole(new ByteRange(0, 4096))).isTrue();
      other.delete("m.img");
    }
    Files.delete(memory);
  }

  @Test
  void saysThatStorageOfTwoFileSystemsCannotBeShared() throws Exception {
    Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "blockgraph");
    file.write(0, Patterns.of(0x21, 8192));
    try (ImageRoots other = ImageRoots.open(List.of(memory), Devices.REFUSED);
        OpenFile there = other.create("m.img")) {
      assertThat(file.cloneRange(new ByteRange(0, 8192), there, 0)).isFalse();
      other.delete("m.img");
    }
    Files.delete(memory);
  }

  @Test
  void manyWaitersShareASync() throws Exception {
    file.write(0, Patterns.of(1, MIB));
    List<Thread> threads =
        java.util.stream.IntStream.range(0, 16)
            .mapToObj(i -> Thread.ofPlatform().start(() -> syncAfterWriting(i)))
            .toList();
    for (Thread thread : threads) {
      assertThat(thread.join(java.time.Duration.ofSeconds(20))).isTrue();
    }
    assertThat(Patterns.isFull(Patterns.read(file, 0, 16 * 512), 2)).isTrue();
  }

  private void syncAfterWriting(int index) {
    for (int i = 0; i < 20; i++) {
      file.write(index * 512L, Patterns.of(2, 512));
      file.sync();
    }
  }
}
