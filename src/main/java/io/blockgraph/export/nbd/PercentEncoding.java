package io.blockgraph.export.nbd;

import java.nio.charset.StandardCharsets;

/// Text as it can stand in the path or the query of a URI (RFC 3986): stricter than `java.net.URI`,
/// which leaves `&` and `+` alone, and letters beyond ASCII, which NBD clients do not take.
final class PercentEncoding {
  private static final String PLAIN =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

  private PercentEncoding() {}

  /// The UTF-8 bytes of `text`, all but letters, digits, `-._~` and `/` written as `%XX`.
  static String of(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      boolean plain = PLAIN.indexOf(b) >= 0;
      encoded.append(plain ? String.valueOf((char) b) : "%%%02X".formatted(b & 0xff));
    }
    return encoded.toString();
  }
}
