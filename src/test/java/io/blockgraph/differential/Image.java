package io.blockgraph.differential;

/// A copy of a template; the same copy named twice is the same file.
record Image(Template template, int copy) {
  String filename() {
    return template.word() + "-" + copy + ".img";
  }
}
