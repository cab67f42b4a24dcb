package io.blockgraph.driver.http;

import java.net.http.HttpHeaders;
import java.util.Optional;

/// Which version of a resource an answer is of, as far as the server tells.
///
/// @param sizeBytes its length
/// @param etag its entity tag, weak or strong
/// @param modified when it was changed last
record Version(long sizeBytes, Optional<String> etag, Optional<String> modified) {
  static Version of(long sizeBytes, HttpHeaders headers) {
    return new Version(sizeBytes, headers.firstValue("ETag"), headers.firstValue("Last-Modified"));
  }

  /// What a request for this very version says, name and value; a server that keeps it answers 412
  /// when there is another.
  Optional<Condition> condition() {
    return etag.filter(tag -> !tag.startsWith("W/"))
        .map(tag -> new Condition("If-Match", tag))
        .or(() -> modified.map(date -> new Condition("If-Unmodified-Since", date)));
  }

  /// A header.
  record Condition(String name, String value) {}

  /// Whether `other` may be the same version: what both tell is the same.
  boolean mayBe(Version other) {
    return sizeBytes == other.sizeBytes
        && agree(etag, other.etag)
        && agree(modified, other.modified);
  }

  private static boolean agree(Optional<String> one, Optional<String> other) {
    return one.isEmpty() || other.isEmpty() || one.equals(other);
  }
}
