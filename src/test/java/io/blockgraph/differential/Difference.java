package io.blockgraph.differential;

import java.util.Optional;

/// One thing that is not the same on both sides.
sealed interface Difference {
  /// Of what kind it is: two sequences that fail for the same cause differ in the same kind.
  default String kind() {
    return getClass().getSimpleName();
  }

  /// One did it and the other did not, or for another reason, or they read different bytes.
  record Answers(Verdict daemon, Verdict ours) implements Difference {
    @Override
    public String kind() {
      return "Answers " + daemon.word() + ", " + ours.word();
    }

    @Override
    public String toString() {
      return "answers\n      daemon: " + daemon + "\n      ours:   " + ours;
    }
  }

  /// A node is not the same, or only one has it.
  record Nodes(String name, Optional<Picture.Node> daemon, Optional<Picture.Node> ours)
      implements Difference {
    @Override
    public String toString() {
      return two("node " + name, daemon, ours);
    }
  }

  /// An edge is not the same, or only one has it.
  record Edges(String id, Optional<Picture.Edge> daemon, Optional<Picture.Edge> ours)
      implements Difference {
    @Override
    public String toString() {
      return two("edge " + id, daemon, ours);
    }
  }

  /// A job is not the same, or only one has it.
  record Jobs(String id, Optional<Picture.Job> daemon, Optional<Picture.Job> ours)
      implements Difference {
    @Override
    public String toString() {
      return two("job " + id, daemon, ours);
    }
  }

  /// An export serves another node, or only one has it.
  record Exports(String id, Optional<String> daemon, Optional<String> ours) implements Difference {
    @Override
    public String toString() {
      return two("export " + id, daemon, ours);
    }
  }

  /// A bitmap is not the same, or only one has it.
  record Bitmaps(String name, Optional<Picture.Bitmap> daemon, Optional<Picture.Bitmap> ours)
      implements Difference {
    @Override
    public String toString() {
      return two("bitmap " + name, daemon, ours);
    }
  }

  /// In the end a node holds other bytes.
  record Bytes(String node, Verdict daemon, Verdict ours) implements Difference {
    @Override
    public String toString() {
      return two("bytes of " + node, Optional.of(daemon), Optional.of(ours));
    }
  }

  /// In the end a bitmap marks other parts.
  record Marks(String bitmap, String daemon, String ours) implements Difference {}

  /// In the end qemu-img finds an error or a leak in an image.
  record Faulty(String image, String findings) implements Difference {}

  /// A side did not go on.
  record Broke(String what) implements Difference {
    /// The first line says what happened, and later ones where.
    @Override
    public String kind() {
      return "Broke " + what.lines().findFirst().orElse("");
    }
  }

  private static String two(String what, Optional<?> daemon, Optional<?> ours) {
    return "%s%n      daemon: %s%n      ours:   %s"
        .formatted(
            what, daemon.map(Object::toString).orElse("-"), ours.map(Object::toString).orElse("-"));
  }
}
