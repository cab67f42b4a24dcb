package io.blockgraph.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.os.ImageRoots;
import io.blockgraph.strangers.QemuIo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OsHostFilesTest {
  private static final int READ = Permissions.of(Permission.CONSISTENT_READ).bits();
  private static final int WRITE = Permissions.of(Permission.WRITE).bits();

  @TempDir Path given;
  private Path directory;
  private ImageRoots roots;
  private OsHostFiles files;

  @BeforeEach
  void open() throws IOException {
    directory = given.toRealPath();
    roots = ImageRoots.open(List.of(directory), ImageRoots.Devices.REFUSED);
    files = new OsHostFiles(roots);
  }

  @AfterEach
  void close() {
    roots.close();
  }

  @Test
  void aNewFileIsEmptyWritableAndNotMadeTwice() throws IOException {
    try (HostFile file = files.create("a.img")) {
      assertThat(file.sizeBytes()).isZero();
      write(file, 10, 5);
      file.sync();
    }
    assertThat(Files.readAllBytes(directory.resolve("a.img"))).hasSize(11).endsWith(5);
    refused(Kind.EXISTS, () -> files.create("a.img"));
  }

  @Test
  void aDeletedFileIsGoneAndDeletingItAgainIsNoError() {
    files.create("a.img").close();
    files.delete("a.img");
    assertThat(directory.resolve("a.img")).doesNotExist();
    files.delete("a.img");
  }

  @Test
  void twoNamesOfOneFileHaveOneIdentity() throws IOException {
    try (HostFile file = files.create("a.img")) {
      Files.createLink(directory.resolve("b.img"), directory.resolve("a.img"));
      try (HostFile same = files.open("b.img", HostFiles.Mode.READ_ONLY);
          HostFile other = files.create("c.img")) {
        assertThat(same.identity()).isEqualTo(file.identity()).isNotEqualTo(other.identity());
      }
    }
  }

  @Test
  void behindTheLastDataComesTheEnd() {
    try (HostFile file = files.create("a.img")) {
      file.truncate(1 << 20);
      assertThat(file.seekData(0)).isEqualTo(1 << 20);
      assertThat(file.seekHole(0)).isZero();
      assertThat(file.punchHole(new ByteRange(0, 1 << 20))).isIn(true, false);
      assertThat(file.sizeBytes()).isEqualTo(1 << 20);
    }
  }

  @Test
  void sharesStorageOnlyWhereTheFileSystemCan() {
    try (HostFile from = files.create("a.img");
        HostFile to = files.create("b.img")) {
      write(from, 99, 7);
      to.truncate(200);
      // No file system shares parts of its blocks.
      assertThat(from.cloneTo(to, new ByteRange(0, 100), 50)).isFalse();
      assertThat(read(to, 149)).isZero();
    }
  }

  @Test
  void locksOutlastTheDescriptorTheyWereTakenWith() {
    files.create("a.img").close();
    HostFile first = files.open("a.img", HostFiles.Mode.READ_WRITE);
    first.prepareLocks(WRITE, WRITE).commit();
    HostFile second = first.reopen(HostFiles.Mode.READ_ONLY);
    first.close();
    HostFile stranger = files.open("a.img", HostFiles.Mode.READ_WRITE);
    refused(Kind.LOCKED, () -> stranger.prepareLocks(WRITE, 0));
    second.close();
    stranger.prepareLocks(WRITE, 0).commit();
    stranger.close();
  }

  @Test
  void anAbortedChangeOfLocksChangesNothing() {
    files.create("a.img").close();
    try (HostFile mine = files.open("a.img", HostFiles.Mode.READ_WRITE);
        HostFile other = files.open("a.img", HostFiles.Mode.READ_WRITE)) {
      mine.prepareLocks(READ, 0).commit();
      mine.prepareLocks(WRITE, WRITE).abort();
      other.prepareLocks(WRITE, 0).commit();
      refused(Kind.LOCKED, () -> mine.prepareLocks(READ, WRITE));
    }
  }

  @Test
  void aFileThatWasReplacedUnderItsNameIsNotReopened() throws IOException {
    try (HostFile file = files.create("a.img")) {
      Files.move(directory.resolve("a.img"), directory.resolve("old.img"));
      files.create("a.img").close();
      refused(Kind.INVALID, () -> file.reopen(HostFiles.Mode.READ_ONLY));
    }
  }

  @Test
  void aWriterKeepsQemuFromWriting() {
    try (HostFile file = files.create("a.img")) {
      file.truncate(1 << 20);
      file.prepareLocks(READ | WRITE, WRITE).commit();
      String image = directory.resolve("a.img").toString();
      List<String> raw = List.of("-f", "raw");
      assertThat(QemuIo.tryRun(image, raw, QemuIo.write(1, 0, 512)).exitCode()).isNotZero();
      file.prepareLocks(READ, 0).commit();
      QemuIo.run(image, raw, QemuIo.write(1, 0, 512));
      assertThat(read(file, 511)).isEqualTo(1);
    }
  }

  private static void write(HostFile file, long offset, int value) {
    try (Arena arena = Arena.ofConfined()) {
      file.write(offset, arena.allocate(1).fill((byte) value));
    }
  }

  private static int read(HostFile file, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(1);
      assertThat(file.read(offset, into)).isEqualTo(1);
      return into.get(ValueLayout.JAVA_BYTE, 0);
    }
  }

  private static void refused(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(BlockException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }
}
