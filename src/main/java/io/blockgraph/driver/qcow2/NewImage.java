package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.qcow2.CreateOptions.Links;
import io.blockgraph.driver.qcow2.Qcow2Header.Trailer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An image that is going to be made, thought through: nothing of it is in a file yet.
///
/// @param options what it shall be
/// @param geometry its fixed numbers
/// @param sizeBytes the length of the disk, in whole sectors
/// @param layout where its parts will lie
record NewImage(CreateOptions options, Geometry geometry, long sizeBytes, CreateLayout layout) {
  private static final int V3_HEADER_BYTES = 112;
  private static final long SECTOR_BYTES = 512;

  /// The image of these options.
  ///
  /// @throws BlockException INVALID naming the option
  static NewImage of(CreateOptions options) {
    Geometry geometry = CreateCheck.geometry(options);
    long sizeBytes = (options.sizeBytes() + SECTOR_BYTES - 1) & -SECTOR_BYTES;
    CreateLayout layout = CreateLayout.of(options, geometry, sizeBytes);
    return new NewImage(options, geometry, sizeBytes, layout);
  }

  /// The header of the image.
  ///
  /// @throws BlockException INVALID when the names do not fit
  Qcow2Header header() {
    Tables tables =
        new Tables(
            geometry.offsetOf(layout.firstL1()),
            (int) Math.max(1, geometry.l1EntriesFor(sizeBytes)),
            geometry.offsetOf(1),
            (int) layout.refcountTable(),
            0,
            0);
    int headerLength = geometry.version() == 2 ? Qcow2Header.V2_BYTES : V3_HEADER_BYTES;
    Trailer trailer =
        new Trailer(headerLength, new byte[0], options.links().backingFile(), extensions());
    Qcow2Header header = new Qcow2Header(geometry, sizeBytes, tables, features(), trailer);
    long needed = trailer.headerLength() + 8L + namesBytes(trailer);
    if (needed > geometry.clusterSize()) {
      throw CreateCheck.refused(
          options.links().backingFile().isPresent() ? "backingFile" : "dataFile",
          "too long",
          "the names need " + needed + " bytes of the first cluster, " + geometry.clusterSize());
    }
    return header;
  }

  private static long namesBytes(Trailer trailer) {
    long extensions = trailer.extensions().stream().mapToLong(HeaderExtension::storedBytes).sum();
    String name = trailer.backingName().orElse("");
    return extensions + name.getBytes(StandardCharsets.UTF_8).length;
  }

  private List<HeaderExtension> extensions() {
    Links links = options.links();
    List<HeaderExtension> extensions = new ArrayList<>();
    add(extensions, HeaderExtension.BACKING_FORMAT, links.backingFormat());
    add(extensions, HeaderExtension.DATA_FILE_NAME, links.dataFile());
    return extensions;
  }

  private static void add(List<HeaderExtension> to, int type, Optional<String> text) {
    text.ifPresent(
        name -> to.add(new HeaderExtension(type, 0, name.getBytes(StandardCharsets.UTF_8))));
  }

  private Features features() {
    Links links = options.links();
    long incompatible =
        (links.dataFile().isPresent() ? Features.DATA_FILE : 0)
            | (geometry.compression() == Compression.ZLIB ? 0 : Features.COMPRESSION)
            | (geometry.extendedL2() ? Features.EXTENDED_L2 : 0);
    long compatible = options.format().lazyRefcounts() ? Features.LAZY_REFCOUNTS : 0;
    return new Features(incompatible, compatible, links.dataFileRaw() ? Features.RAW_DATA_FILE : 0);
  }
}
