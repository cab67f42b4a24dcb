package io.blockgraph.driver.luks;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The cipher of an image that is only derived when somebody reads. Any thread.
final class LateCipher implements Supplier<Xts> {
  private final Supplier<Xts> derivation;
  private @Nullable Xts derived;

  LateCipher(Supplier<Xts> derivation) {
    this.derivation = derivation;
  }

  @Override
  public synchronized Xts get() {
    Xts cipher = derived == null ? derivation.get() : derived;
    derived = cipher;
    return cipher;
  }
}
