package io.blockgraph.os;

import static io.blockgraph.os.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.os.ImageRoots.Devices;
import io.blockgraph.os.OpenFile.Access;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageRootsTest {
  @TempDir Path folder;
  private Path first;
  private Path second;
  private ImageRoots roots;

  @BeforeEach
  void open() throws Exception {
    first = Files.createDirectories(folder.resolve("first/sub")).getParent();
    second = Files.createDirectory(folder.resolve("second"));
    roots = ImageRoots.open(List.of(first, second), Devices.REFUSED);
  }

  @AfterEach
  void close() {
    roots.close();
  }

  @Test
  void opensARelativePathBeneathTheFirstRootThatHasIt() throws Exception {
    Files.writeString(second.resolve("a"), "second");
    assertThat(sizeOf("a")).isEqualTo(6);

    Files.writeString(first.resolve("a"), "1st");
    assertThat(sizeOf("a")).isEqualTo(3);
    assertThat(sizeOf(second.resolve("a").toString())).isEqualTo(6);
  }

  @Test
  void saysOfAFileThatCannotBeMadeWhatMakingItSays() throws Exception {
    Files.writeString(first.resolve("there"), "");
    Files.createSymbolicLink(first.resolve("link"), second);
    roots.requireAbsent("a");
    roots.requireAbsent("sub/a");
    for (String path : List.of("there", "no/a", "there/a", "../a", "link", "link/a", "/etc/a")) {
      assertThat(failure(() -> roots.requireAbsent(path)))
          .as(path)
          .isEqualTo(failure(() -> roots.create(path).close()));
    }
    assertThat(first.resolve("a")).doesNotExist();
  }

  private static String failure(Runnable call) {
    BlockException e =
        org.assertj.core.api.Assertions.catchThrowableOfType(BlockException.class, call::run);
    return e.kind() + ": " + e.getMessage();
  }

  private long sizeOf(String path) {
    try (OpenFile file = roots.open(path, Access.READ_ONLY)) {
      return file.sizeBytes();
    }
  }

  @Test
  void makesARelativePathBeneathTheFirstRootAndAnAbsoluteOneWhereItLies() {
    roots.create("sub/a").close();
    roots.create(second + "/b").close();

    assertThat(first.resolve("sub/a")).isEmptyFile();
    assertThat(second.resolve("b")).isEmptyFile();
  }

  @Test
  void refusesToMakeWhatIsThereAndToMakeItNowhere() {
    roots.create("a").close();

    assertFails(Kind.EXISTS, () -> roots.create("a")).contains("'a'", "EEXIST");
    assertFails(Kind.NOT_FOUND, () -> roots.create("no/a")).contains("'no/a'");
    assertFails(Kind.EXISTS, () -> roots.create("sub"));
  }

  @Test
  void namesPathAndRootsWhenItRefuses() {
    assertFails(Kind.FORBIDDEN, () -> roots.open("/etc/passwd", Access.READ_ONLY))
        .contains("'/etc/passwd'", "'" + first + "'", "'" + second + "'");
    assertFails(Kind.FORBIDDEN, () -> roots.open("../second/a", Access.READ_ONLY))
        .contains("'../second/a'", "'" + first + "'", "'" + second + "'");
    assertFails(Kind.NOT_FOUND, () -> roots.open("no.img", Access.READ_ONLY))
        .contains("'no.img'", "'" + first + "'", "'" + second + "'");
  }

  @Test
  void namesAFileByItsOneAbsolutePath() throws Exception {
    Files.createFile(second.resolve("b"));

    assertThat(roots.nameOf("b")).isEqualTo(second + "/b");
    assertThat(roots.nameOf("new")).isEqualTo(first + "/new");
    assertThat(roots.nameOf(".//sub/./x")).isEqualTo(first + "/sub/x");
    assertThat(roots.nameOf(second + "//b")).isEqualTo(second + "/b");
  }

  @Test
  void opensByTheRealNameOfARootThatIsALink() throws Exception {
    Files.createFile(first.resolve("a"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), first);
    try (ImageRoots linked = ImageRoots.open(List.of(link), Devices.REFUSED);
        OpenFile byReal = linked.open(first.resolve("a").toString(), Access.READ_ONLY);
        OpenFile byLink = linked.open(link.resolve("a").toString(), Access.READ_ONLY)) {
      assertThat(byReal.identity()).isEqualTo(byLink.identity());
      assertThat(byReal.name()).isEqualTo(link + "/a");
    }
  }

  @Test
  void staysInADirectoryThatIsRenamed() throws Exception {
    Files.writeString(first.resolve("a"), "abc");
    Files.move(first, folder.resolve("moved"));

    assertThat(sizeOf("a")).isEqualTo(3);
  }

  @Test
  void doesNotWaitForTheOtherEndOfAPipe() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", first + "/pipe").start().waitFor()).isZero();

    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          for (Access access : Access.values()) {
            assertFails(Kind.INVALID, () -> roots.open("pipe", access)).contains("is a pipe");
          }
          assertFails(Kind.INVALID, () -> roots.delete("pipe")).contains("is a pipe");
        });
  }

  @Test
  void opensNothingButRegularFiles() throws Exception {
    assertFails(Kind.INVALID, () -> roots.open("sub", Access.READ_ONLY)).contains("is a directory");
    assertFails(Kind.INVALID, () -> roots.open("sub", Access.READ_WRITE)).contains("EISDIR");
    try (ImageRoots devices = ImageRoots.open(List.of(Path.of("/dev")), Devices.ALLOWED)) {
      assertFails(Kind.INVALID, () -> devices.open("null", Access.READ_WRITE))
          .contains("is a character device");
    }
  }

  @Test
  void tellsFilesApartByIdentity() throws Exception {
    try (OpenFile a = roots.create("a");
        OpenFile again = roots.open("a", Access.READ_ONLY);
        OpenFile b = roots.create("b")) {
      assertThat(again.identity()).isEqualTo(a.identity()).isNotEqualTo(b.identity());
      assertThat(a.identity().inode())
          .isEqualTo((long) Files.getAttribute(first.resolve("a"), "unix:ino"));
    }
  }

  @Test
  void deletesOnlyTheFileThatWasMeant() throws Exception {
    try (OpenFile mine = roots.create("a")) {
      Files.move(first.resolve("a"), first.resolve("elsewhere"));
      Files.writeString(first.resolve("a"), "not mine");

      assertThat(roots.delete("a", mine.identity())).isFalse();
      assertThat(roots.delete("elsewhere", mine.identity())).isTrue();
      assertThat(roots.delete("elsewhere", mine.identity())).isFalse();
    }
    assertThat(first.resolve("a")).hasContent("not mine");
    assertThat(first.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void deletesAFileOfAnyIdentityAndNothingElse() throws Exception {
    Files.createFile(first.resolve("sub/a"));
    Path outside = Files.createFile(folder.resolve("outside"));
    Files.createSymbolicLink(first.resolve("link"), outside);

    assertThat(roots.delete("sub/a")).isTrue();
    assertThat(roots.delete("sub/a")).isFalse();
    assertFails(Kind.INVALID, () -> roots.delete("sub")).contains("a directory");
    assertFails(Kind.INVALID, () -> roots.delete("link")).contains("a symbolic link");
    assertThat(outside).exists();
  }

  @Test
  void listsADirectoryWithinALimit() throws Exception {
    for (int i = 0; i < 1000; i++) {
      Files.createFile(first.resolve("sub/image-" + i));
    }
    assertThat(roots.list("sub", 1000))
        .hasSize(1000)
        .contains(new DirectoryEntry("image-0", DirectoryEntry.Type.FILE))
        .contains(new DirectoryEntry("image-999", DirectoryEntry.Type.FILE));
    assertThat(roots.list(".", 10))
        .containsExactly(new DirectoryEntry("sub", DirectoryEntry.Type.DIRECTORY));
    assertFails(Kind.INVALID, () -> roots.list("sub", 999)).contains("more than 999");
    assertFails(Kind.NOT_FOUND, () -> roots.list("sub/image-1", 10));
  }

  @Test
  void saysWhetherAFileIsThere() throws Exception {
    Files.createFile(second.resolve("b"));

    assertThat(roots.exists("b")).isTrue();
    assertThat(roots.exists("c")).isFalse();
    assertFails(Kind.FORBIDDEN, () -> roots.exists("/etc/passwd"));
  }

  @Test
  void refusesARootThatIsNoDirectory() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertFails(Kind.NOT_FOUND, () -> rootAt(folder.resolve("no"))).contains("/no'", "ENOENT");
    assertFails(Kind.NOT_FOUND, () -> rootAt(file)).contains("/file'", "ENOTDIR");
    assertFails(Kind.INVALID, () -> ImageRoots.open(List.of(), Devices.REFUSED));
  }

  private static void rootAt(Path path) {
    ImageRoots.open(List.of(path), Devices.REFUSED).close();
  }
}
