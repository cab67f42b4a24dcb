package io.blockgraph.driver.raw;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.FilterDisk;

/// The whole file as a disk: everything is passed on.
final class WholeDisk extends FilterDisk {
  WholeDisk(BlockIo file) {
    super(file);
  }
}
