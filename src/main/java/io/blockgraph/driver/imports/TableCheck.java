package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.ImageFormat.CheckReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Looks whether every entry of an image's tables points into its file. What the entries point to
/// is not read.
final class TableCheck {
  private static final int MAX_FINDINGS = 100;

  /// About so many entries are looked at: no table says so much that a check would never end.
  private static final long MAX_COST = 1L << 25;

  private final ImportedImage image;
  private final List<BlockIo> files;
  private final List<String> findings = new ArrayList<>();
  private long corruptions;
  private long dataBytes;
  private long cost;

  TableCheck(ImportedImage image, List<BlockIo> files) {
    this.image = image;
    this.files = files;
  }

  CheckReport report() {
    long at = 0;
    while (at < image.sizeBytes() && cost < MAX_COST) {
      at += step(at);
    }
    boolean complete = at >= image.sizeBytes();
    if (!complete) {
      findings.add("the check ended at offset " + at + " of the disk: too many entries");
    }
    return new CheckReport(
        corruptions,
        0,
        complete ? 0 : 1,
        List.copyOf(findings),
        Map.of("virtualSize", image.sizeBytes(), "dataBytes", dataBytes));
  }

  /// Looks at one run; answers how long it is.
  private long step(long at) {
    try {
      Span span = image.find(files, at, image.sizeBytes() - at);
      cost += image.cost(span);
      dataBytes += span.kind() == Span.Kind.HOLE ? 0 : span.bytes();
      return span.bytes();
    } catch (BlockException e) {
      if (e.kind() != BlockException.Kind.CORRUPT) {
        throw e;
      }
      cost += ImportedImage.MAX_RUN_UNITS;
      corruptions++;
      if (findings.size() < MAX_FINDINGS) {
        findings.add(String.valueOf(e.getMessage()));
      }
      return image.unitBytes() - at % image.unitBytes();
    }
  }
}
