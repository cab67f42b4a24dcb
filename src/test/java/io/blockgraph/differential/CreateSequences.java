package io.blockgraph.differential;

import static io.blockgraph.differential.Sequence.add;
import static io.blockgraph.differential.Sequence.qcow2Over;
import static io.blockgraph.differential.Sequence.read;
import static io.blockgraph.differential.Sequence.write;
import static io.blockgraph.differential.Sequence.writer;

import io.blockgraph.differential.Command.Direct;
import io.blockgraph.differential.Command.FileName;
import io.blockgraph.differential.Command.Http;
import io.blockgraph.differential.Command.Qmp;
import io.blockgraph.differential.Command.Task;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Images that are made, and what cannot be.
final class CreateSequences {
  private static final Image IMAGE = new Image(Template.RAW_NOTHING, 1);
  private static final Command FILE = add("f", new Blueprint.File(IMAGE, Access.WRITABLE));
  private static final Map<String, Object> PLAIN = Map.of();

  /// The length of encrypted images: what was not written of them is noise.
  private static final int WRITTEN = 65536;

  private static final int FEW_ROUNDS = 1000;

  private CreateSequences() {}

  static List<Sequence> all() {
    return Stream.of(files(), images(), encrypted(), refused()).flatMap(List::stream).toList();
  }

  // ---- files

  private static List<Sequence> files() {
    return Stream.of("off", "falloc", "full", "metadata")
        .map(how -> Sequence.of("make a file, " + how, file(70_000, Map.of("preallocation", how))))
        .toList();
  }

  private static Task file(long size, Map<String, Object> options) {
    Map<String, Object> qemus = new HashMap<>(options);
    qemus.putAll(Map.of("driver", "file", "filename", new FileName("made.img"), "size", size));
    Map<String, Object> ours = new HashMap<>(options);
    ours.putAll(Map.of("jobId", "c", "driver", "raw", "filename", "made.img", "size", size));
    return new Task(
        "c",
        new Direct(
            new Qmp("blockdev-create", Map.of("job-id", "c", "options", qemus)),
            new Http("POST", "/create-jobs", ours)),
        "made.img");
  }

  // ---- images

  private static List<Sequence> images() {
    return Stream.of(
            PLAIN,
            Map.<String, Object>of("version", "v2"),
            Map.<String, Object>of("cluster-size", 512),
            Map.<String, Object>of("cluster-size", 2 << 20),
            Map.<String, Object>of("refcount-bits", 1),
            Map.<String, Object>of("refcount-bits", 64),
            Map.<String, Object>of("lazy-refcounts", true),
            Map.<String, Object>of("preallocation", "metadata"),
            Map.<String, Object>of("preallocation", "falloc"),
            Map.<String, Object>of("preallocation", "full"),
            Map.<String, Object>of("extended-l2", true),
            Map.<String, Object>of("extended-l2", true, "preallocation", "metadata"),
            Map.<String, Object>of("compression-type", "zstd"),
            Map.<String, Object>of("backing-file", "x.qcow2", "backing-fmt", "qcow2"),
            Map.<String, Object>of("backing-file", "x.raw", "backing-fmt", "raw", "version", "v2"),
            Map.<String, Object>of("backing-file", "y".repeat(1023), "backing-fmt", "raw"),
            Map.<String, Object>of(
                "version", "v3", "cluster-size", 4096, "refcount-bits", 8, "lazy-refcounts", true))
        .map(CreateSequences::made)
        .toList();
  }

  /// Made, opened without its backing file, and used.
  private static Sequence made(Map<String, Object> options) {
    if (options.containsKey("backing-file")) {
      return Sequence.of(
          "make an image with " + shortened(options), FILE, image(Sizes.LONG, options));
    }
    return Sequence.of(
        "make an image with " + shortened(options),
        FILE,
        image(Sizes.LONG, options),
        qcow2Over("disk", "f"),
        writer("e", "disk"),
        write("e", 65536, 0xe1),
        read("e"));
  }

  private static String shortened(Map<String, Object> options) {
    String words = new java.util.TreeMap<>(options).toString();
    return words.length() > 100 ? words.substring(0, 100) : words;
  }

  private static Task image(long size, Map<String, Object> options) {
    Map<String, Object> all = new HashMap<>(options);
    all.put("size", size);
    return over("qcow2", "f", all);
  }

  private static Task over(String driver, String node, Map<String, Object> options) {
    Map<String, Object> qemus = new HashMap<>(options);
    qemus.putAll(Map.of("driver", driver, "file", node));
    Map<String, Object> ours = new HashMap<>(Map.of("jobId", "c", "driver", driver, "node", node));
    options.forEach((name, value) -> ours.put(word(name), mine(name, value)));
    return new Task(
        "c",
        new Direct(
            new Qmp("blockdev-create", Map.of("job-id", "c", "options", qemus)),
            new Http("POST", "/create-jobs", ours)),
        IMAGE.filename());
  }

  private static String word(String name) {
    return switch (name) {
      case "backing-fmt" -> "backingFormat";
      case "iter-time" -> "iterations";
      default -> Asks.camel(name);
    };
  }

  private static Object mine(String name, Object value) {
    return switch (name) {
      case "version" -> Integer.parseInt(value.toString().substring(1));
      case "iter-time" -> FEW_ROUNDS;
      default -> value;
    };
  }

  // ---- encrypted images

  private static List<Sequence> encrypted() {
    Stream<Map<String, Object>> impossible =
        Stream.of(
            Map.of("size", WRITTEN),
            Map.of("size", WRITTEN, "key-secret", "nobody"),
            Map.of("size", -1, "key-secret", "ka"),
            Map.of("key-secret", "ka"),
            Map.of("size", WRITTEN, "key-secret", "ka", "nonsense", 1));
    Stream<Map<String, Object>> unknown =
        Stream.of(
            Map.of("cipher-alg", "aes-128"),
            Map.of("hash-alg", "sha512"),
            Map.of("preallocation", "full"));
    return Stream.of(
            Stream.of(
                Sequence.of(
                        "make an encrypted image",
                        FILE,
                        encrypted(PLAIN),
                        opened("kb"),
                        opened("ka"),
                        writer("e", "disk"),
                        new Command.Write("e", 0, WRITTEN, 0xe1),
                        read("e"))
                    .meeting(IntendedDifference.D55),
                Sequence.of("make an encrypted image over nothing", encrypted(PLAIN))),
            impossible.map(
                options ->
                    Sequence.of(
                        "make no encrypted image with " + shortened(options),
                        FILE,
                        over("luks", "f", options))),
            unknown.map(
                options ->
                    Sequence.of(
                            "make an encrypted image with " + shortened(options),
                            FILE,
                            encrypted(options))
                        .meeting(IntendedDifference.D63)))
        .flatMap(sequences -> sequences)
        .toList();
  }

  /// With as little work as each side can be told to need for a key.
  private static Task encrypted(Map<String, Object> options) {
    Map<String, Object> all = new HashMap<>(options);
    all.putAll(Map.of("size", WRITTEN, "key-secret", "ka", "iter-time", 60));
    return over("luks", "f", all);
  }

  private static Command opened(String secret) {
    return add("disk", new Blueprint.Luks(new Below.Node("f"), secret, Access.WRITABLE));
  }

  // ---- what cannot be

  private static List<Sequence> refused() {
    Stream<Map<String, Object>> options =
        Stream.of(
            Map.of("version", "v4"),
            Map.of("cluster-size", 256),
            Map.of("cluster-size", 4 << 20),
            Map.of("cluster-size", 3000),
            Map.of("refcount-bits", 3),
            Map.of("refcount-bits", 128),
            Map.of("refcount-bits", 8, "version", "v2"),
            Map.of("lazy-refcounts", true, "version", "v2"),
            Map.of("extended-l2", true, "version", "v2"),
            Map.of("extended-l2", true, "cluster-size", 8192),
            Map.of("compression-type", "zstd", "version", "v2"),
            Map.of("compression-type", "lz4"),
            Map.of("preallocation", "some"),
            Map.of("backing-fmt", "qcow2"),
            Map.of("backing-file", "x", "backing-fmt", "raw", "preallocation", "metadata"),
            Map.of("backing-file", "y".repeat(1024), "backing-fmt", "raw"),
            Map.of("data-file-raw", true),
            Map.of("nonsense", 1));
    List<Sequence> sequences =
        options
            .map(
                option ->
                    Sequence.of(
                        "make no image with " + shortened(option), FILE, image(Sizes.LONG, option)))
            .toList();
    List<Sequence> others =
        List.of(
            Sequence.of("make an image of part of a sector", FILE, image(1000, PLAIN))
                .meeting(IntendedDifference.D53),
            Sequence.of("make an image of less than nothing", FILE, image(-1, PLAIN)),
            Sequence.of("make an image of nothing", FILE, image(0, PLAIN)),
            Sequence.of("make an image that is too large", FILE, image(1L << 62, PLAIN)),
            Sequence.of("make an image of no length", FILE, over("qcow2", "f", PLAIN)),
            Sequence.of("make an image over nothing", over("qcow2", "no", Map.of("size", 65536))),
            Sequence.of(
                "make a quorum over a node", FILE, over("quorum", "f", Map.of("size", 65536))),
            Sequence.of("make a file twice", file(65536, PLAIN), file(65536, PLAIN))
                .meeting(IntendedDifference.D54),
            Sequence.of("make a file of less than nothing", file(-1, PLAIN)),
            Sequence.of(
                "make an image over one that is used",
                FILE,
                image(Sizes.LONG, PLAIN),
                qcow2Over("disk", "f"),
                image(Sizes.LONG, PLAIN)),
            Sequence.of(
                "make an image over one that is written",
                FILE,
                image(Sizes.LONG, PLAIN),
                qcow2Over("disk", "f"),
                writer("e", "disk"),
                image(Sizes.LONG, PLAIN)));
    return Stream.concat(sequences.stream(), others.stream()).toList();
  }
}
