package io.blockgraph.driver;

/// A place within a JSON value, as a JSON pointer (RFC 6901).
///
/// @param text empty for the whole, else `/` before each token
record Pointer(String text) {
  /// The member `name` of the object here.
  Pointer member(String name) {
    return new Pointer(text + "/" + name.replace("~", "~0").replace("/", "~1"));
  }

  /// The element `index` of the array here.
  Pointer element(int index) {
    return new Pointer(text + "/" + index);
  }
}
