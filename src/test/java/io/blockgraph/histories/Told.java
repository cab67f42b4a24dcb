package io.blockgraph.histories;

/// What came of a request.
///
/// @param kind what, in a word
/// @param code of a refusal, as over HTTP; empty when it was done
/// @param sentence for people
public record Told(Kind kind, String code, String sentence) {
  /// It was done.
  public static final Told DONE = new Told(Kind.DONE, "", "done");

  /// What came of it.
  public enum Kind {
    /// It was done.
    DONE,
    /// The rules stand against it, or the request makes no sense.
    REFUSED,
    /// The world is not as it should be: a file is missing or locked, a deadline has passed.
    BROKE
  }

  /// Whether it was done.
  public boolean isDone() {
    return kind == Kind.DONE;
  }

  @Override
  public String toString() {
    return isDone() ? "done" : kind + " " + code + " (" + sentence + ")";
  }
}
