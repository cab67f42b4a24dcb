package io.blockgraph.differential;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// What a side answered.
sealed interface Verdict {
  /// It did what it was asked.
  ///
  /// @param seen what a read brought, as text to compare; empty for all else
  record Accepted(String seen) implements Verdict {
    static final Accepted DONE = new Accepted("");
  }

  /// It did not.
  ///
  /// @param said its own words
  /// @param problem the whole of what it said, where that is more
  record Refused(Reason reason, String said, JsonNode problem) implements Verdict {
    Refused(Reason reason, String said) {
      this(reason, said, MissingNode.getInstance());
    }

    @Override
    public String toString() {
      return "refused (" + reason + "): " + said;
    }
  }

  /// What it comes to, in a word.
  default String word() {
    return switch (this) {
      case Accepted _ -> "done";
      case Refused(Reason reason, _, _) -> reason.name();
    };
  }

  default boolean isAccepted() {
    return this instanceof Accepted;
  }
}
