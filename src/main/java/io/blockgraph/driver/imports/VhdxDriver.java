package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import io.blockgraph.graph.Options;
import java.util.List;

/// A disk in a Hyper-V image, to be read.
public final class VhdxDriver extends ImportDriver {
  /// The driver `vhdx`.
  public VhdxDriver() {
    super("vhdx");
  }

  @Override
  ImportedImage image(List<BlockIo> files, Options options) {
    return VhdxImage.open(files.getFirst());
  }
}
