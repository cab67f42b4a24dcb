package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.qcow2.Qcow2Header.Trailer;
import java.util.List;
import java.util.stream.IntStream;

/// The header of an image in another version. Pure functions.
final class VersionChange {
  private static final int SECTOR = 512;
  private static final int V3_HEADER_BYTES = 112;
  private static final int REFCOUNT_BITS = 16;

  private VersionChange() {}

  /// The header `before` in the version that it has not. It fits into a sector, so that it can be
  /// written at once.
  ///
  /// @throws BlockException UNSUPPORTED naming what only version 3 has, or what is too long
  static Qcow2Header of(Qcow2Header before, int version) {
    Qcow2Header after = version == 2 ? older(before) : newer(before);
    int bytes = after.toBytes().length;
    if (bytes > SECTOR) {
      throw unsupported(
          "its header would take %d bytes, and more than %d cannot be written at once: the name of"
                  .formatted(bytes, SECTOR)
              + " its backing file is too long");
    }
    return after;
  }

  private static Qcow2Header newer(Qcow2Header before) {
    Trailer trailer =
        new Trailer(
            V3_HEADER_BYTES,
            new byte[0],
            before.trailer().backingName(),
            before.trailer().extensions());
    return before.withGeometry(before.geometry().withVersion(3)).withTrailer(trailer);
  }

  private static Qcow2Header older(Qcow2Header before) {
    requireOlderPossible(before);
    List<HeaderExtension> extensions =
        before.trailer().extensions().stream()
            .filter(e -> e.type() != HeaderExtension.FEATURE_NAMES)
            .filter(e -> e.type() != HeaderExtension.BITMAPS)
            .toList();
    Trailer trailer =
        new Trailer(Qcow2Header.V2_BYTES, new byte[0], before.trailer().backingName(), extensions);
    return before
        .withGeometry(before.geometry().withVersion(2))
        .withFeatures(Features.NONE)
        .withTrailer(trailer);
  }

  private static void requireOlderPossible(Qcow2Header header) {
    Geometry geometry = header.geometry();
    Features features = header.features();
    if (geometry.refcountBits() != REFCOUNT_BITS) {
      throw only3("refcounts of " + geometry.refcountBits() + " bits");
    }
    if (geometry.extendedL2()) {
      throw only3("subclusters (extended L2 entries)");
    }
    if (features.dataFile()) {
      throw only3("an external data file");
    }
    if ((features.incompatible() & Features.COMPRESSION) != 0) {
      throw only3("another compression type than zlib");
    }
    long others = features.incompatible() & ~Features.DIRTY;
    if (others != 0) {
      throw only3(
          "incompatible features: " + FeatureNames.of(header.trailer().extensions(), others));
    }
    if (header.tables().snapshots() > 0) {
      throw unsupported(
          "the image keeps internal snapshots, of which nobody knows whether version 2 can have"
              + " them; delete them first");
    }
    byte[] unknown = header.trailer().unknownFields();
    if (IntStream.range(0, unknown.length).anyMatch(i -> unknown[i] != 0)) {
      throw only3("fields in its header that are not known here");
    }
  }

  static BlockException only3(String what) {
    return unsupported("the image has " + what + ", which only version 3 can have");
  }

  private static BlockException unsupported(String why) {
    return new BlockException(BlockException.Kind.UNSUPPORTED, "the version cannot change: " + why);
  }
}
