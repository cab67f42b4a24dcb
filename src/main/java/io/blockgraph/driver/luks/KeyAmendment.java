package io.blockgraph.driver.luks;

import io.blockgraph.driver.Amendable;
import org.jspecify.annotations.Nullable;

/// A change of the keys of an image, made in a copy of its header first.
final class KeyAmendment implements Amendable.Amendment {
  private final KeyRequest request;
  private final LuksNode.Key opened;
  private @Nullable HeaderCopy read;

  KeyAmendment(KeyRequest request, LuksNode.Key opened) {
    this.request = request;
    this.opened = opened;
  }

  /// Reads the header and the keys: all that the disk is needed for.
  @Override
  public boolean advance(Amendable disk) {
    HeaderCopy now = ((LuksDisk) disk).headerCopy();
    request.requirePossible(Header.read(now), opened.passwords());
    read = now;
    return false;
  }

  private HeaderCopy copy() {
    if (read == null) {
      throw new IllegalStateException("the header was not read");
    }
    return read;
  }

  @Override
  public void compute() {
    request.in(copy(), opened.passwords());
  }

  @Override
  public long bytes() {
    return copy().writtenBytes();
  }

  @Override
  public void write(Amendable disk) {
    ((LuksDisk) disk).amend(opened, copy());
  }
}
