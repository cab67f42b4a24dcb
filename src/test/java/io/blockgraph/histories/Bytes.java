package io.blockgraph.histories;

import java.util.Arrays;
import java.util.Optional;

/// Contents of small disks.
final class Bytes {
  private Bytes() {}

  /// Runs of zeroes and of random bytes, as disks have them.
  static byte[] random(Dice dice, int length) {
    byte[] content = new byte[length];
    int at = 0;
    while (at < length) {
      int run = Math.min(length - at, 1 + dice.below(dice.oneOf(700, 9_000, 70_000)));
      if (dice.chance(55)) {
        System.arraycopy(dice.bytes(run), 0, content, at, run);
      }
      at += run;
    }
    return content;
  }

  /// The first `length` bytes, zeroes where there are none.
  static byte[] resized(byte[] content, int length) {
    return Arrays.copyOf(content, length);
  }

  /// Where two contents differ first, in a sentence; empty when they are the same.
  static Optional<String> difference(byte[] wanted, byte[] found) {
    int at = Arrays.mismatch(wanted, found);
    if (at < 0) {
      return Optional.empty();
    }
    int wrong = 0;
    int last = at;
    int shorter = Math.min(wanted.length, found.length);
    for (int i = at; i < shorter; i++) {
      if (wanted[i] != found[i]) {
        wrong++;
        last = i;
      }
    }
    return Optional.of(
        "%d bytes wanted, %d found, %d wrong from %d to %d: wanted %s, found %s"
            .formatted(
                wanted.length, found.length, wrong, at, last, at(wanted, at), at(found, at)));
  }

  private static String at(byte[] content, int offset) {
    return Arrays.toString(
        Arrays.copyOfRange(content, offset, Math.min(content.length, offset + 8)));
  }
}
