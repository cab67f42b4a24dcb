package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.qcow2.CreateOptions.Format;
import io.blockgraph.driver.qcow2.CreateOptions.Links;
import io.blockgraph.driver.qcow2.CreateOptions.Preallocation;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Says which images can be made; each refusal names the option, its value and what is possible.
final class CreateCheck {
  private CreateCheck() {}

  /// The fixed numbers of an image with these options.
  ///
  /// @throws BlockException INVALID naming the option
  static Geometry geometry(CreateOptions options) {
    Format format = options.format();
    version(format);
    powerOfTwo(
        "clusterSize",
        format.clusterSize(),
        1L << Limits.MIN_CLUSTER_BITS,
        1L << Limits.MAX_CLUSTER_BITS);
    powerOfTwo("refcountBits", format.refcountBits(), 1, 64);
    if (format.extendedL2() && format.clusterSize() < 1L << Limits.MIN_EXTENDED_CLUSTER_BITS) {
      throw refused("extendedL2", "true", "needs a clusterSize of at least 16384");
    }
    links(options.links());
    preallocation(options);
    Geometry geometry =
        new Geometry(
            format.version(),
            Long.numberOfTrailingZeros(format.clusterSize()),
            Integer.numberOfTrailingZeros(format.refcountBits()),
            format.extendedL2(),
            format.compression());
    size(options.sizeBytes(), geometry);
    return geometry;
  }

  /// A refusal of an option.
  static BlockException refused(String option, Object value, String why) {
    return new BlockException(
        BlockException.Kind.INVALID, "option '" + option + "' is " + value + ": " + why);
  }

  private static void version(Format format) {
    if (format.version() != 2 && format.version() != 3) {
      throw refused("version", format.version(), "must be 2 or 3");
    }
    if (format.version() == 3) {
      return;
    }
    if (format.refcountBits() != 16) {
      throw refused("refcountBits", format.refcountBits(), "must be 16 in version 2");
    }
    if (format.lazyRefcounts()) {
      throw refused("lazyRefcounts", "true", "needs version 3");
    }
    if (format.extendedL2()) {
      throw refused("extendedL2", "true", "needs version 3");
    }
    if (format.compression() != Compression.ZLIB) {
      throw refused("compressionType", "zstd", "needs version 3");
    }
  }

  private static void powerOfTwo(String option, long value, long least, long most) {
    if (value < least || value > most || Long.bitCount(value) != 1) {
      throw refused(option, value, "must be a power of two from " + least + " to " + most);
    }
  }

  private static void size(long bytes, Geometry geometry) {
    long most = Math.min(Long.MAX_VALUE - 511, mostBytes(geometry));
    if (bytes < 0 || bytes > most) {
      throw refused("size", bytes, "must be 0 to " + most + " for this cluster size");
    }
  }

  private static long mostBytes(Geometry geometry) {
    long entries = Limits.MAX_L1_BYTES / 8;
    int bits = geometry.l1CoverageBits();
    return entries > Long.MAX_VALUE >>> bits ? Long.MAX_VALUE : entries << bits;
  }

  private static void links(Links links) {
    name("backingFile", links.backingFile());
    name("backingFormat", links.backingFormat());
    name("dataFile", links.dataFile());
    if (links.backingFormat().isPresent() && links.backingFile().isEmpty()) {
      throw refused("backingFormat", links.backingFormat().get(), "needs a backingFile");
    }
    if (links.dataFileRaw() && links.dataFile().isEmpty()) {
      throw refused("dataFileRaw", "true", "needs a dataFile");
    }
    if (links.dataFileRaw() && links.backingFile().isPresent()) {
      throw refused("dataFileRaw", "true", "cannot be combined with a backingFile");
    }
  }

  private static void name(String option, Optional<String> name) {
    if (name.isPresent()) {
      int bytes = name.get().getBytes(StandardCharsets.UTF_8).length;
      if (bytes == 0 || bytes > Limits.MAX_NAME_BYTES || name.get().indexOf(0) >= 0) {
        throw refused(option, "a name of " + bytes + " bytes", "must be 1 to 1023 and hold no NUL");
      }
    }
  }

  private static void preallocation(CreateOptions options) {
    Links links = options.links();
    Preallocation mode = options.preallocation();
    if (options.format().version() == 2 && links.dataFile().isPresent()) {
      throw refused("dataFile", links.dataFile().get(), "needs version 3");
    }
    if (mode == Preallocation.OFF) {
      return;
    }
    if (links.backingFile().isPresent() && !options.format().extendedL2()) {
      throw refused("preallocation", mode, "over a backing file it needs extendedL2");
    }
    if (links.dataFile().isPresent() && mode != Preallocation.METADATA) {
      throw refused(
          "preallocation", mode, "the storage of a data file is reserved where it is made");
    }
  }
}
