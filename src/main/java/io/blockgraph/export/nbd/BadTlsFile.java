package io.blockgraph.export.nbd;

/// A file that TLS needs cannot be used. Its message names the file and never what stands in it.
public final class BadTlsFile extends Exception {
  private static final long serialVersionUID = 1L;

  /// Which of [TlsFiles] it is.
  private final String field;

  BadTlsFile(String field, String why) {
    super(why);
    this.field = field;
  }

  BadTlsFile(String field, String why, Throwable cause) {
    super(why, cause);
    this.field = field;
  }

  /// The component of [TlsFiles] that is bad: `certificate`, `key`, `clientAuthorities`, `clients`.
  public String field() {
    return field;
  }
}
