package io.blockgraph.driver.raw;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CopyOffload;
import io.blockgraph.driver.FilterDisk;
import java.util.Optional;

/// The whole file as a disk: everything is passed on.
final class WholeDisk extends FilterDisk implements CopyOffload {
  WholeDisk(BlockIo file) {
    super(file);
  }

  @Override
  public Optional<Place> place(ByteRange range) {
    return CopyOffload.placeIn(child(), range);
  }

  @Override
  public void makeRoom(long sizeBytes) {
    makeRoomBelow(sizeBytes);
  }
}
