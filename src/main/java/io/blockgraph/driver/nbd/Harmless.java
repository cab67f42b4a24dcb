package io.blockgraph.driver.nbd;

/// What a server says in words, as it may be shown to people.
final class Harmless {
  private static final int MOST = 200;

  private Harmless() {}

  /// What an exception says.
  static String words(Exception e) {
    String message = e.getMessage();
    return message == null ? "the connection is broken" : message;
  }

  /// The text without anything that is not printed, and not longer than a line or two.
  static String text(String said) {
    String short_ = said.substring(0, Math.min(MOST, said.length()));
    return "'" + short_.replaceAll("[^\\p{Print}]", "?") + "'";
  }
}
