package io.blockgraph.differential;

/// What a node stands on.
sealed interface Below {
  /// A node that is there.
  record Node(String name) implements Below {
    @Override
    public String toString() {
      return name;
    }
  }

  /// The file of an image, opened along with the node.
  record File(Image image) implements Below {
    @Override
    public String toString() {
      return "[" + image.filename() + "]";
    }
  }
}
