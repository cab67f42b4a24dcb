package io.blockgraph.histories;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Chance, the same again for the same seed. Each step of a history and each client has dice of its
/// own, so that leaving a step out changes nothing about the others. One thread.
final class Dice {
  private final RandomGenerator random;

  /// The dice number `which` of `seed`.
  Dice(long seed, long which) {
    random =
        RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 0x9E37_79B9_7F4A_7C15L + which);
  }

  /// A number from 0 up to, not including, `bound`.
  int below(int bound) {
    return random.nextInt(bound);
  }

  /// A number from `least` to `most`.
  int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  /// True in `percent` of 100 cases.
  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  /// One of them.
  <T> T oneOf(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  /// One of them.
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  final <T> T oneOf(T... all) {
    return all[random.nextInt(all.length)];
  }

  /// Random bytes.
  byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
