package io.blockgraph.os;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A path as a caller gave it, checked for what no root can make good: nothing is decoded,
/// normalised or followed.
///
/// @param text the path as given
record ImagePath(String text) {
  /// The longest path the kernel takes, without the byte that ends it.
  private static final int MAX_BYTES = 4095;

  /// What stands in a Java string for bytes that are no UTF-8.
  private static final int UNDECODABLE = 0xfffd;

  /// @throws BlockException INVALID for an empty or too long path and for characters that nobody
  ///   should have to read in a list or a log
  ImagePath {
    if (text.isEmpty()) {
      throw new BlockException(Kind.INVALID, "an image path is empty");
    }
    if (!text.codePoints().allMatch(ImagePath::isPlain)) {
      throw new BlockException(
          Kind.INVALID,
          "image path "
              + quoted(text)
              + " has control, direction or unpaired surrogate characters");
    }
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw new BlockException(
          Kind.INVALID, "an image path has " + bytes + " bytes; the most is " + MAX_BYTES);
    }
  }

  /// Whether a name found in a directory could be given as a path.
  static boolean isAcceptable(String name) {
    return !name.equals(".")
        && !name.equals("..")
        && name.codePoints().allMatch(ImagePath::isPlain);
  }

  /// Whether it climbs out of a directory somewhere. No image needs that to be named.
  boolean stepsUp() {
    return Arrays.asList(text.split("/", -1)).contains("..");
  }

  boolean isAbsolute() {
    return text.startsWith("/");
  }

  /// The path in quotes, with every character that could change the look of a message spelt out.
  static String quoted(String path) {
    StringBuilder quoted = new StringBuilder("'");
    path.codePoints()
        .limit(MAX_BYTES)
        .forEach(
            c -> quoted.append(isPlain(c) ? Character.toString(c) : String.format("\\u%04x", c)));
    return quoted.append("'").toString();
  }

  private static boolean isPlain(int codePoint) {
    return !Character.isISOControl(codePoint)
        && codePoint != UNDECODABLE
        && !isSurrogate(codePoint)
        && !changesDirection(codePoint)
        && Character.getType(codePoint) != Character.LINE_SEPARATOR
        && Character.getType(codePoint) != Character.PARAGRAPH_SEPARATOR;
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  private static boolean changesDirection(int codePoint) {
    return switch (Character.getDirectionality(codePoint)) {
      case Character.DIRECTIONALITY_LEFT_TO_RIGHT_EMBEDDING,
          Character.DIRECTIONALITY_LEFT_TO_RIGHT_OVERRIDE,
          Character.DIRECTIONALITY_RIGHT_TO_LEFT_EMBEDDING,
          Character.DIRECTIONALITY_RIGHT_TO_LEFT_OVERRIDE,
          Character.DIRECTIONALITY_POP_DIRECTIONAL_FORMAT,
          Character.DIRECTIONALITY_LEFT_TO_RIGHT_ISOLATE,
          Character.DIRECTIONALITY_RIGHT_TO_LEFT_ISOLATE,
          Character.DIRECTIONALITY_FIRST_STRONG_ISOLATE,
          Character.DIRECTIONALITY_POP_DIRECTIONAL_ISOLATE ->
          true;
      default -> codePoint == 0x200e || codePoint == 0x200f || codePoint == 0x061c;
    };
  }
}
