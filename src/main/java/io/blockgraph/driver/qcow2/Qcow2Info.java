package io.blockgraph.driver.qcow2;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an image says of itself. Names in it are shown and never followed.
///
/// @param header the header as it is now
record Qcow2Info(Qcow2Header header) {
  /// The name of the backing file that stands in the header.
  Optional<String> backingFile() {
    return header.trailer().backingName();
  }

  /// The name of the data file that stands in the header.
  Optional<String> dataFile() {
    return header.dataFileName();
  }

  /// Everything, by name, as plain values.
  Map<String, Object> asMap() {
    Geometry g = header.geometry();
    Features f = header.features();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("format", "qcow2");
    all.put("virtualSize", header.sizeBytes());
    all.put("version", (long) g.version());
    all.put("clusterSize", (long) g.clusterSize());
    all.put("refcountBits", (long) g.refcountBits());
    all.put("extendedL2", g.extendedL2());
    all.put("compressionType", g.compression().name().toLowerCase(java.util.Locale.ROOT));
    all.put("lazyRefcounts", f.lazyRefcounts());
    all.put("dirty", f.dirty());
    all.put("corrupt", f.corrupt());
    all.put("snapshots", (long) header.tables().snapshots());
    all.put("bitmaps", (long) header.bitmaps().map(BitmapsExtension::bitmaps).orElse(0));
    all.put("externalDataFile", f.dataFile());
    all.put("dataFileRaw", f.rawDataFile());
    backingFile().ifPresent(name -> all.put("backingFile", name));
    header.backingFormat().ifPresent(name -> all.put("backingFormat", name));
    dataFile().ifPresent(name -> all.put("dataFile", name));
    all.put(
        "unknownExtensions",
        header.trailer().extensions().stream()
            .map(HeaderExtension::type)
            .filter(type -> !KNOWN.contains(type))
            .map(type -> "0x" + Integer.toHexString(type))
            .toList());
    return all;
  }

  private static final List<Integer> KNOWN =
      List.of(
          HeaderExtension.BACKING_FORMAT,
          HeaderExtension.FEATURE_NAMES,
          HeaderExtension.BITMAPS,
          HeaderExtension.DATA_FILE_NAME);
}
