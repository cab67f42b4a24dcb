package io.blockgraph.strangers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// `qemu-img`, one method per subcommand. Formats are always named, nothing is probed.
public final class QemuImg {
  private QemuImg() {}

  /// What `qemu-img check` found.
  ///
  /// @param exitCode 0 clean, 1 the check itself failed, 2 corruptions, 3 leaks only, 63 not
  ///   supported by the format
  public record Check(
      int exitCode, long corruptions, long leaks, long checkErrors, JsonNode json, Ran ran) {
    /// Whether there is neither corruption nor leak nor trouble.
    public boolean isClean() {
      return exitCode == 0 && corruptions == 0 && leaks == 0 && checkErrors == 0;
    }

    /// A count of the report by its name in the JSON, 0 when it is left out.
    public long count(String name) {
      return json.path(name).asLong(0);
    }
  }

  /// `create -f qcow2` with options as `-o` takes them.
  public static void create(Path image, long sizeBytes, Map<String, String> options) {
    List<String> arguments = new ArrayList<>(List.of("create", "-q", "-f", "qcow2"));
    addOptions(arguments, options);
    arguments.addAll(List.of(image.toString(), Long.toString(sizeBytes)));
    run(arguments).ok();
  }

  /// `create -f raw`.
  public static void createRaw(Path image, long sizeBytes) {
    run("create", "-q", "-f", "raw", image.toString(), Long.toString(sizeBytes)).ok();
  }

  /// `check` of a qcow2 image; never repairs.
  public static Check check(Path image) {
    Ran ran = tryCheck(image);
    if (ran.diedBySignal() || ran.out().isBlank()) {
      ran.fail("gave no report");
    }
    return parse(ran);
  }

  /// `check` of an image that may be hopeless: the bare run, which may have died by a signal or
  /// printed no JSON.
  public static Ran tryCheck(Path image) {
    return run("check", "-f", "qcow2", "--output=json", image.toString());
  }

  /// The report of a run of [#tryCheck] that printed one.
  public static Check parse(Ran ran) {
    JsonNode json = ran.json();
    return new Check(
        ran.exitCode(),
        json.path("corruptions").asLong(0),
        json.path("leaks").asLong(0),
        json.path("check-errors").asLong(0),
        json,
        ran);
  }

  /// Fails unless `check` finds nothing at all.
  public static void assertClean(Path image) {
    Check check = check(image);
    if (!check.isClean()) {
      check.ran().fail("is not clean");
    }
  }

  /// Fails when `check` finds more than leaks, which a kill may leave behind.
  public static void assertLeaksAtMost(Path image) {
    Check check = check(image);
    if (check.corruptions() > 0 || check.checkErrors() > 0) {
      check.ran().fail("is not sound");
    }
  }

  /// `check -r leaks` or `check -r all`.
  public static Ran repair(Path image, String what) {
    return run("check", "-f", "qcow2", "-r", what, image.toString());
  }

  /// `rebase -u`: only names another backing file, which need not be there.
  public static void rebaseUnsafe(Path image, String backing, String backingFormat) {
    run("rebase", "-u", "-f", "qcow2", "-b", backing, "-F", backingFormat, image.toString()).ok();
  }

  /// Fails unless both images have the same content; sizes may differ by zeroes.
  public static void assertSameContent(
      Path first, String firstFormat, Path second, String secondFormat) {
    compare(first, firstFormat, second, secondFormat).ok();
  }

  /// `compare`: exit code 0 same, 1 different.
  public static Ran compare(Path first, String firstFormat, Path second, String secondFormat) {
    return run(
        "compare", "-f", firstFormat, "-F", secondFormat, first.toString(), second.toString());
  }

  /// `info`, as JSON.
  public static JsonNode info(Path image, String format) {
    return run("info", "-f", format, "--output=json", image.toString()).ok().json();
  }

  /// `map`, as JSON.
  public static JsonNode map(Path image, String format) {
    return run("map", "-f", format, "--output=json", image.toString()).ok().json();
  }

  /// `convert` of the whole content to another format; `extra` are further arguments (`-c`, `-o`,
  /// ...).
  public static void convert(
      Path from, String fromFormat, Path to, String toFormat, String... extra) {
    List<String> arguments =
        new ArrayList<>(List.of("convert", "-q", "-f", fromFormat, "-O", toFormat));
    arguments.addAll(List.of(extra));
    arguments.addAll(List.of(from.toString(), to.toString()));
    run(arguments).ok();
  }

  /// `snapshot -c`, `-a` or `-d` of an internal snapshot.
  public static void snapshot(Path image, String flag, String name) {
    run("snapshot", "-q", flag, name, image.toString()).ok();
  }

  /// `bitmap` with the given action (`--add`, `--disable`, ...) on a persistent bitmap.
  public static void bitmap(Path image, String name, String... action) {
    List<String> arguments = new ArrayList<>(List.of("bitmap", "-f", "qcow2"));
    arguments.addAll(List.of(action));
    arguments.addAll(List.of(image.toString(), name));
    run(arguments).ok();
  }

  /// `resize` of a qcow2 or raw image, shrinking allowed.
  public static void resize(Path image, String format, long sizeBytes) {
    run("resize", "-q", "-f", format, "--shrink", image.toString(), Long.toString(sizeBytes)).ok();
  }

  /// `measure` of a new image of `sizeBytes`, as JSON.
  public static JsonNode measure(long sizeBytes, Map<String, String> options) {
    List<String> arguments = new ArrayList<>(List.of("measure", "--output=json", "-O", "qcow2"));
    addOptions(arguments, options);
    arguments.addAll(List.of("--size", Long.toString(sizeBytes)));
    return run(arguments).ok().json();
  }

  /// `dd`: copies `count` blocks of `blockBytes` from block `skip` on.
  public static void dd(
      Path from, String fromFormat, Path to, long blockBytes, long count, long skip) {
    run(
            "dd",
            "-f",
            fromFormat,
            "-O",
            "raw",
            "bs=" + blockBytes,
            "count=" + count,
            "skip=" + skip,
            "if=" + from,
            "of=" + to)
        .ok();
  }

  /// `rebase -u`: only records another backing file.
  public static void recordBacking(Path image, String backing, String format) {
    run("rebase", "-q", "-u", "-f", "qcow2", "-b", backing, "-F", format, image.toString()).ok();
  }

  /// Any other subcommand.
  public static Ran run(String... arguments) {
    return run(List.of(arguments));
  }

  private static Ran run(List<String> arguments) {
    return Tool.QEMU_IMG.run(arguments);
  }

  private static void addOptions(List<String> arguments, Map<String, String> options) {
    if (!options.isEmpty()) {
      arguments.add("-o");
      arguments.add(
          options.entrySet().stream()
              .map(option -> option.getKey() + "=" + option.getValue().replace(",", ",,"))
              .collect(Collectors.joining(",")));
    }
  }
}
