package io.blockgraph.driver.luks;

import io.blockgraph.driver.Amendable;

/// A change of the keys of an image, made in a copy of its header first.
final class KeyAmendment implements Amendable.Amendment {
  private final KeyRequest request;
  private final HeaderCopy copy;
  private final Passwords passwords;

  KeyAmendment(KeyRequest request, HeaderCopy copy, Passwords passwords) {
    this.request = request;
    this.copy = copy;
    this.passwords = passwords;
    request.requirePossible(Header.read(copy), passwords);
  }

  @Override
  public void compute() {
    request.in(copy, passwords);
  }

  @Override
  public long bytes() {
    return copy.writtenBytes();
  }

  @Override
  public void write(Amendable disk) {
    ((LuksDisk) disk).amend(copy::replay);
  }
}
