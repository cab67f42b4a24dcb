package io.blockgraph.driver.qcow2;

import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.OptionSpec.Nullability;
import io.blockgraph.driver.qcow2.CreateOptions.Format;
import io.blockgraph.driver.qcow2.CreateOptions.Links;
import io.blockgraph.driver.qcow2.CreateOptions.Preallocation;
import io.blockgraph.driver.qcow2.Settings.OverlapCheck;
import io.blockgraph.driver.qcow2.Settings.PassDiscard;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The options of qcow2 nodes and of new images: what is there, and what it means.
final class Qcow2Options {
  private static final long MAX_CACHE_BYTES = 1L << 30;
  private static final long MIN_CACHE_BYTES = 64L << 10;

  private Qcow2Options() {}

  static OptionSpec node() {
    return new OptionSpec(
        List.of(
            child("file", "file", Roles.IMAGE, Need.REQUIRED, "Where the image is."),
            child(
                "backing",
                "backing",
                Roles.BACKING,
                Need.OPTIONAL,
                "What shows through where the image holds nothing; null for nothing. Must be said"
                    + " when the image names a backing file, which is never followed."),
            child(
                "dataFile",
                "data-file",
                Roles.of(Role.DATA),
                Need.OPTIONAL,
                "Where the data is, for an image with an external data file."),
            option(
                "lazyRefcounts",
                new OptionSpec.Type.Flag(false),
                "Write refcounts late, with the dirty flag set; as if the image asked for it."),
            option(
                "passDiscardRequest",
                new OptionSpec.Type.Flag(true),
                "Discard in the file what discards and zeroing freed."),
            option(
                "passDiscardSnapshot",
                new OptionSpec.Type.Flag(true),
                "Discard in the file what deleting or applying an internal snapshot freed."),
            option(
                "passDiscardOther",
                new OptionSpec.Type.Flag(false),
                "Discard in the file what was freed otherwise."),
            option(
                "overlapCheck",
                new OptionSpec.Type.Choice(words(OverlapCheck.values()), "cached"),
                "Which metadata every write is checked against."),
            option(
                "l2CacheSizeBytes",
                new OptionSpec.Type.Size(
                    MIN_CACHE_BYTES, MAX_CACHE_BYTES, Optional.of(Settings.DEFAULT.l2CacheBytes())),
                "The most memory for L2 tables; 1 MiB maps 8 GiB with clusters of 64 KiB."),
            option(
                "refcountCacheSizeBytes",
                new OptionSpec.Type.Size(
                    MIN_CACHE_BYTES,
                    MAX_CACHE_BYTES,
                    Optional.of(Settings.DEFAULT.refcountCacheBytes())),
                "The most memory for refcounts.")));
  }

  static Settings settings(Options options) {
    Set<PassDiscard> pass = EnumSet.noneOf(PassDiscard.class);
    if (options.flag("passDiscardRequest", true)) {
      pass.add(PassDiscard.REQUEST);
    }
    if (options.flag("passDiscardSnapshot", true)) {
      pass.add(PassDiscard.SNAPSHOT);
    }
    if (options.flag("passDiscardOther", false)) {
      pass.add(PassDiscard.OTHER);
    }
    return new Settings(
        OverlapCheck.valueOf(
            options.text("overlapCheck").orElse("cached").toUpperCase(Locale.ROOT)),
        options.flag("lazyRefcounts", false),
        pass,
        options.number("l2CacheSizeBytes").orElse(Settings.DEFAULT.l2CacheBytes()),
        options.number("refcountCacheSizeBytes").orElse(Settings.DEFAULT.refcountCacheBytes()));
  }

  static OptionSpec creation() {
    Format usual = Format.DEFAULT;
    return new OptionSpec(
        List.of(
            new Field(
                "size",
                new OptionSpec.Type.Size(0, Long.MAX_VALUE, Optional.empty()),
                Need.REQUIRED,
                "The length of the disk in bytes, rounded up to 512."),
            option(
                "version",
                new OptionSpec.Type.Int(2, 3, Optional.of(3L)),
                "The version of the format."),
            option(
                "clusterSize",
                new OptionSpec.Type.Size(512, 2 << 20, Optional.of(usual.clusterSize())),
                "Bytes of a cluster, a power of two."),
            option(
                "refcountBits",
                new OptionSpec.Type.Int(1, 64, Optional.of((long) usual.refcountBits())),
                "Width of a refcount, a power of two; 16 in version 2."),
            option(
                "extendedL2",
                new OptionSpec.Type.Flag(false),
                "Whether clusters have 32 subclusters."),
            option(
                "lazyRefcounts",
                new OptionSpec.Type.Flag(false),
                "Whether refcounts may be written late."),
            option(
                "compressionType",
                new OptionSpec.Type.Choice(words(Compression.values()), "zlib"),
                "How compressed clusters are compressed."),
            option(
                "preallocation",
                new OptionSpec.Type.Choice(words(Preallocation.values()), "off"),
                "What is allocated from the beginning."),
            option(
                "backingFile",
                new OptionSpec.Type.Text(1023),
                "The backing file's name, only recorded."),
            option("backingFormat", new OptionSpec.Type.Text(64), "Its format, only recorded."),
            option(
                "dataFile",
                new OptionSpec.Type.Text(1023),
                "The external data file's name, only recorded."),
            option(
                "dataFileRaw",
                new OptionSpec.Type.Flag(false),
                "Whether the data file is a valid raw image at all times.")));
  }

  static CreateOptions created(Options options) {
    Format usual = Format.DEFAULT;
    Format format =
        new Format(
            options.number("version").orElse(3L).intValue(),
            options.number("clusterSize").orElse(usual.clusterSize()),
            options.number("refcountBits").orElse((long) usual.refcountBits()).intValue(),
            options.flag("extendedL2", false),
            options.flag("lazyRefcounts", false),
            Compression.valueOf(upper(options, "compressionType", "ZLIB")));
    Links links =
        new Links(
            options.text("backingFile"),
            options.text("backingFormat"),
            options.text("dataFile"),
            options.flag("dataFileRaw", false));
    return new CreateOptions(
        options.number("size").orElseThrow(),
        format,
        links,
        Preallocation.valueOf(upper(options, "preallocation", "OFF")));
  }

  private static String upper(Options options, String name, String otherwise) {
    return options.text(name).orElse(otherwise).toUpperCase(Locale.ROOT);
  }

  private static List<String> words(Enum<?>[] values) {
    return java.util.Arrays.stream(values).map(v -> v.name().toLowerCase(Locale.ROOT)).toList();
  }

  private static Field option(String name, OptionSpec.Type type, String doc) {
    return new Field(name, type, Need.OPTIONAL, doc);
  }

  private static Field child(String name, String edge, Roles roles, Need need, String doc) {
    Nullability nullability = edge.equals("backing") ? Nullability.NULLABLE : Nullability.NOT_NULL;
    return new Field(name, new OptionSpec.Type.Child(edge, roles, nullability), need, doc);
  }
}
