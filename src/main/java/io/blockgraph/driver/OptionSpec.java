package io.blockgraph.driver;

import io.blockgraph.graph.Roles;
import java.util.List;
import java.util.Optional;

/// What a driver takes: the source of validation, of the API document and of the driver's page.
///
/// @param fields in the order they are shown
public record OptionSpec(List<Field> fields) {
  /// Copies `fields`.
  public OptionSpec {
    fields = List.copyOf(fields);
  }

  /// One option or child.
  ///
  /// @param name camelCase, as in JSON
  /// @param type what its value may be
  /// @param need whether it must be given
  /// @param doc one sentence for people
  public record Field(String name, Type type, Need need, String doc) {
    /// The child a filter shows, which must be given.
    public static Field filtered(String name, String doc) {
      return new Field(
          name, new Type.Child(name, Roles.FILTER, Nullability.NOT_NULL), Need.REQUIRED, doc);
    }
  }

  /// Whether a field must be given.
  public enum Need {
    REQUIRED,
    OPTIONAL
  }

  /// What the value of a field may be.
  public sealed interface Type {
    /// A string of at most `maxLength` characters.
    record Text(int maxLength) implements Type {}

    /// A whole number from `min` to `max`, with the value that holds when none is given.
    record Int(long min, long max, Optional<Long> otherwise) implements Type {}

    /// A number of bytes, from `min` to `max`.
    record Size(long min, long max, Optional<Long> otherwise) implements Type {}

    /// True or false.
    record Flag(boolean otherwise) implements Type {}

    /// One of a few words.
    record Choice(List<String> words, String otherwise) implements Type {
      /// Copies `words`.
      public Choice {
        words = List.copyOf(words);
      }
    }

    /// A child: the name of a node, or a node inline; `null` says "none" where `nullable`.
    record Child(String childName, Roles roles, Nullability nullability) implements Type {}

    /// A list of children named `children.0`, `children.1`, ...
    record ChildList(Roles roles, int atLeast) implements Type {}

    /// A list of words.
    record Words(List<String> words) implements Type {
      /// Copies `words`.
      public Words {
        words = List.copyOf(words);
      }
    }

    /// An object.
    record Structure(OptionSpec fields) implements Type {}

    /// A list of objects.
    record Objects(OptionSpec item) implements Type {}
  }

  /// Whether an explicit `null` may stand for "no child".
  public enum Nullability {
    NULLABLE,
    NOT_NULL
  }
}
