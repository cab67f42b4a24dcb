package io.blockgraph.driver.qcow2;

import io.blockgraph.driver.Amendable;

/// A change of version or flags, thought of.
record Qcow2Amendment(AmendOptions wanted) implements Amendable.Amendment {
  private static final long SECTOR_BYTES = 512;

  @Override
  public long bytes() {
    return SECTOR_BYTES;
  }

  @Override
  public void write(Amendable disk) {
    ((Qcow2Io) disk).amend(wanted);
  }
}
