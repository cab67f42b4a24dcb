package io.blockgraph.os;

import static io.blockgraph.os.Failures.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.os.ImageRoots.Devices;
import io.blockgraph.os.OpenFile.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Beneath the root lie links to a secret; no name may lead there.
final class ConfinementTest {
  private static final String SECRET = "secret";
  private static final Duration RACE = Duration.ofSeconds(2);

  @TempDir Path folder;
  private Path root;
  private Path outside;
  private ImageRoots roots;

  @BeforeEach
  void prepare() throws Exception {
    root = Files.createDirectories(folder.resolve("root/sub")).getParent();
    outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("secret"), SECRET);
    Files.createDirectory(folder.resolve("root-twin"));
    Files.writeString(folder.resolve("root-twin/secret"), SECRET);
    Files.writeString(root.resolve("real"), "harmless");
    link("link", outside.resolve("secret"));
    link("relative", Path.of("../outside/secret"));
    link("dir", outside);
    link("slash", Path.of("/"));
    link("inner", Path.of("real"));
    link("loop", Path.of("loop"));
    link("proc", Path.of("/proc/self/root"));
    link("chain", Path.of("link"));
    link("sub/up", Path.of("../.."));
    roots = ImageRoots.open(List.of(root), Devices.ALLOWED);
  }

  @AfterEach
  void close() throws Exception {
    roots.close();
    Files.delete(root.resolve("slash")); // nothing that clears the folder shall meet these
    Files.delete(root.resolve("proc"));
  }

  private void link(String name, Path to) throws IOException {
    Files.createSymbolicLink(root.resolve(name), to);
  }

  /// A name and the kind of refusal; `ROOT` and `OUT` stand for the directories.
  record Hostile(Kind kind, String name) {
    static Stream<Hostile> of(Kind kind, String... names) {
      return Stream.of(names).map(name -> new Hostile(kind, name));
    }

    @Override
    public String toString() {
      String shown = ImagePath.quoted(name);
      return kind + " " + shown.substring(0, Math.min(60, shown.length()));
    }
  }

  static Stream<Hostile> hostileNames() {
    return Stream.of(outsideNames(), links(), invalidNames(), encodedNames()).flatMap(s -> s);
  }

  private static Stream<Hostile> outsideNames() {
    return Hostile.of(
        Kind.FORBIDDEN,
        "..",
        "../",
        "../outside/secret",
        "sub/../../outside/secret",
        "sub/..",
        "sub/../real",
        "./../outside/secret",
        "../root/real",
        "../root-twin/secret",
        "a/../../../../etc/passwd",
        "/",
        "//",
        "/etc/passwd",
        "//etc/passwd",
        "/proc/self/mem",
        "/proc/self/fd/0",
        "/dev/zero",
        "OUT/secret",
        "ROOT/../outside/secret",
        "ROOT-twin/secret",
        "ROOT/sub/../../outside/secret",
        "ROOT/..",
        "ROOT",
        "/.",
        "/..",
        "sub/.././../outside/secret");
  }

  private static Stream<Hostile> links() {
    return Hostile.of(
        Kind.FORBIDDEN,
        "link",
        "relative",
        "dir/secret",
        "dir",
        "slash/etc/passwd",
        "inner",
        "loop",
        "loop/x",
        "proc/etc/passwd",
        "chain",
        "sub/up/outside/secret",
        "ROOT/link",
        "ROOT//dir//secret",
        "./link",
        "dir/",
        "sub/./up/root/real");
  }

  private static Stream<Hostile> invalidNames() {
    return Hostile.of(
        Kind.INVALID,
        "",
        "\0",
        "real\0",
        "real\0.img",
        "../outside/secret\0",
        "a\nb",
        "a\rb",
        "a\r\nSet-Cookie",
        "\u001b[2J",
        "a\tb",
        "\u007f",
        "\u0085",
        "real\u202egmi.",
        "\u2066real\u2069",
        "\u200freal",
        "\u2028",
        "\ud800",
        "a\udc00b",
        "\ufffd",
        "x".repeat(256),
        "x".repeat(4097),
        "/".repeat(4097),
        "../".repeat(2000),
        "./".repeat(2048) + "real",
        ".",
        "./",
        "sub",
        "sub/",
        "ROOT/",
        "ROOT/.",
        "\u00e4".repeat(2048));
  }

  private static Stream<Hostile> encodedNames() {
    return Hostile.of(
        Kind.NOT_FOUND,
        "..%2foutside%2fsecret",
        "%2e%2e/outside/secret",
        "%252e%252e%252fsecret",
        "..%c0%af",
        "..\\outside\\secret",
        "\\etc\\passwd",
        "...",
        ".../secret",
        ". /secret",
        ".. /secret",
        "~",
        "~/secret",
        "~root/.profile",
        "$HOME",
        "${jndi:x}",
        "`id`",
        "$(id)",
        "*",
        "?",
        "re*l",
        "real/",
        "real/x",
        "real/.",
        "file:///etc/passwd",
        "nbd://127.0.0.1/x",
        "json:{}",
        "C:\\secret",
        "REAL",
        "real ",
        " real",
        "real.",
        "-rf",
        "|id",
        "\uff0e\uff0e/secret",
        "\u2024\u2024/secret",
        "re\u0430l");
  }

  @ParameterizedTest
  @MethodSource("hostileNames")
  void opensNothingByAHostileName(Hostile hostile) throws Exception {
    String path = expand(hostile.name);

    assertFails(hostile.kind, () -> roots.open(path, Access.READ_ONLY));
    for (Access access : Access.values()) {
      assertThat(triedToOpen(path, access)).isFalse();
    }
    createAndDelete(path);
    assertThat(outside.resolve("secret")).hasContent(SECRET);
    assertThat(folder.resolve("root-twin/secret")).hasContent(SECRET);
    try (Stream<Path> files = Files.list(outside)) {
      assertThat(files).hasSize(1);
    }
  }

  private String expand(String name) {
    return name.replace("ROOT", root.toString()).replace("OUT", outside.toString());
  }

  private boolean triedToOpen(String path, Access access) {
    try (OpenFile file = roots.open(path, access)) {
      return file.sizeBytes() >= 0;
    } catch (BlockException e) {
      return false;
    }
  }

  /// Some of these names are fine for a new file: then it lies beneath the root under exactly that
  /// name.
  private void createAndDelete(String path) {
    try (OpenFile made = roots.create(path)) {
      assertThat(Path.of(made.name())).exists().startsWith(root);
      assertThat(roots.delete(path, made.identity())).isTrue();
    } catch (BlockException e) {
      assertThat(e.kind()).isIn(Kind.FORBIDDEN, Kind.INVALID, Kind.NOT_FOUND, Kind.EXISTS);
    }
  }

  @Test
  void theKernelAloneRefusesWhatTheLettersLetPass() {
    try (ImageRoot bare = ImageRoot.open(root)) {
      assertThat(Errno.nameOf(bare.open("../outside/secret", 0))).isEqualTo("EXDEV");
      assertThat(Errno.nameOf(bare.open("/etc/passwd", 0))).isEqualTo("EXDEV");
      assertThat(Errno.nameOf(bare.open("link", 0))).isEqualTo("ELOOP");
      assertThat(Errno.nameOf(bare.open("dir/secret", 0))).isEqualTo("ELOOP");
      assertThat(Errno.nameOf(bare.open("inner", 0))).isEqualTo("ELOOP");
    }
  }

  @Test
  void neverFollowsALinkThatReplacesAFileMeanwhile() throws Exception {
    link("evil", outside.resolve("secret"));
    race("victim", () -> swap("real", "evil", "victim"));
  }

  @Test
  void neverFollowsALinkThatReplacesADirectoryMeanwhile() throws Exception {
    Files.writeString(root.resolve("sub/secret"), "harmless");
    race("place/secret", () -> exchange("sub", "dir", "place"));
  }

  private interface Swap {
    void once() throws IOException;
  }

  /// Opens `name` again and again while another thread swaps what it is; both outcomes must occur,
  /// and only these.
  private void race(String name, Swap swap) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Thread swapper = Thread.ofPlatform().start(() -> swapUntil(stop, swap));
    int opened = 0;
    int refused = 0;
    long end = System.nanoTime() + RACE.toNanos();
    while (System.nanoTime() < end) {
      try (OpenFile file = roots.open(name, Access.READ_ONLY)) {
        assertThat(Patterns.read(file, 0, 1).get(JAVA_BYTE, 0)).isEqualTo((byte) 'h');
        opened++;
      } catch (BlockException e) {
        assertThat(e.kind()).isIn(Kind.FORBIDDEN, Kind.NOT_FOUND);
        refused += e.kind() == Kind.FORBIDDEN ? 1 : 0;
      }
    }
    stop.set(true);
    assertThat(swapper.join(Duration.ofSeconds(10))).isTrue();
    assertThat(opened).isPositive();
    assertThat(refused).isPositive();
  }

  private static void swapUntil(AtomicBoolean stop, Swap swap) {
    try {
      while (!stop.get()) {
        swap.once();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void swap(String file, String link, String victim) throws IOException {
    Path next = root.resolve("next");
    Files.createLink(next, root.resolve(file));
    Files.move(next, root.resolve(victim), StandardCopyOption.ATOMIC_MOVE);
    Files.createSymbolicLink(next, Files.readSymbolicLink(root.resolve(link)));
    Files.move(next, root.resolve(victim), StandardCopyOption.ATOMIC_MOVE);
  }

  private void exchange(String directory, String link, String place) throws IOException {
    Files.move(root.resolve(directory), root.resolve(place));
    Files.move(root.resolve(place), root.resolve(directory));
    Files.move(root.resolve(link), root.resolve(place));
    Files.move(root.resolve(place), root.resolve(link));
  }
}
