package io.blockgraph.driver.luks;

import io.blockgraph.driver.Amendable;

/// A change of the keys of an image, made in a copy of its header first.
final class KeyAmendment implements Amendable.Amendment {
  private final KeyRequest request;
  private final HeaderCopy copy;
  private final LuksNode.Key opened;

  KeyAmendment(KeyRequest request, HeaderCopy copy, LuksNode.Key opened) {
    this.request = request;
    this.copy = copy;
    this.opened = opened;
    request.requirePossible(Header.read(copy), opened.passwords());
  }

  @Override
  public void compute() {
    request.in(copy, opened.passwords());
  }

  @Override
  public long bytes() {
    return copy.writtenBytes();
  }

  @Override
  public void write(Amendable disk) {
    ((LuksDisk) disk).amend(opened, copy);
  }
}
