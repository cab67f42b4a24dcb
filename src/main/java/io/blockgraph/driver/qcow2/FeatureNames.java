package io.blockgraph.driver.qcow2;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The names of feature bits, which an image may carry for programs that do not know the bits.
final class FeatureNames {
  private static final int ENTRY_BYTES = 48;
  private static final int NAME_BYTES = 46;

  private FeatureNames() {}

  /// Names the incompatible feature bits in `bits`: number, and name if the image tells it.
  static String of(List<HeaderExtension> extensions, long bits) {
    return IntStream.range(0, 64)
        .filter(bit -> (bits >>> bit & 1) != 0)
        .mapToObj(bit -> "bit " + bit + name(extensions, bit))
        .collect(Collectors.joining(", "));
  }

  private static String name(List<HeaderExtension> extensions, int bit) {
    for (HeaderExtension e : extensions) {
      if (e.type() != HeaderExtension.FEATURE_NAMES) {
        continue;
      }
      byte[] data = e.data();
      for (int at = 0; at + ENTRY_BYTES <= data.length; at += ENTRY_BYTES) {
        if (data[at] == 0 && data[at + 1] == bit) {
          return " ("
              + printable(new String(data, at + 2, NAME_BYTES, StandardCharsets.US_ASCII))
              + ")";
        }
      }
    }
    return "";
  }

  private static String printable(String stored) {
    int end = stored.indexOf(0);
    return (end < 0 ? stored : stored.substring(0, end)).replaceAll("[^ -~]", "?");
  }
}
