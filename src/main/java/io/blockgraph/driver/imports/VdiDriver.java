package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import io.blockgraph.graph.Options;
import java.util.List;

/// A disk in a VirtualBox image, to be read.
public final class VdiDriver extends ImportDriver {
  /// The driver `vdi`.
  public VdiDriver() {
    super("vdi");
  }

  @Override
  ImportedImage image(List<BlockIo> files, Options options) {
    return VdiImage.open(files.getFirst());
  }
}
