package io.blockgraph.driver.qcow2;

import io.blockgraph.driver.Amendable;
import org.jspecify.annotations.Nullable;

/// A change of version or flags, thought of.
final class Qcow2Amendment implements Amendable.Amendment {
  private static final long SECTOR_BYTES = 512;

  private final AmendOptions wanted;
  private @Nullable ZeroFlagSearch begun;

  Qcow2Amendment(AmendOptions wanted) {
    this.wanted = wanted;
  }

  @Override
  public boolean advance(Amendable disk) {
    Qcow2Io image = (Qcow2Io) disk;
    return image.advanceAmend(wanted, search(image));
  }

  private ZeroFlagSearch search(Qcow2Io image) {
    ZeroFlagSearch search = begun == null ? image.beginAmend(wanted) : begun;
    begun = search;
    return search;
  }

  @Override
  public long readBytes() {
    return begun == null ? 0 : begun.readBytes();
  }

  @Override
  public long bytes() {
    return SECTOR_BYTES;
  }

  @Override
  public void write(Amendable disk) {
    Qcow2Io image = (Qcow2Io) disk;
    image.amend(wanted, search(image));
  }
}
