package io.blockgraph.nbd;

/// A file that TLS needs cannot be used. Its message names the file and never what stands in it.
public final class BadTlsFile extends Exception {
  private static final long serialVersionUID = 1L;

  /// Which of the files it is, in the words of whoever names them.
  private final String field;

  /// A file that is bad in itself.
  public BadTlsFile(String field, String why) {
    super(why);
    this.field = field;
  }

  /// A file that cannot be read or used, and what came of trying.
  public BadTlsFile(String field, String why, Throwable cause) {
    super(why, cause);
    this.field = field;
  }

  /// Which of the files is bad, in the words of whoever names them: `certificate`, `key`, ...
  public String field() {
    return field;
  }
}
