package io.blockgraph.driver;

import io.blockgraph.graph.Options;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Turns what a caller sent, as the plain values a JSON parser gives (`Map`, `List`, `String`,
/// `Integer`, `Long`, `BigInteger`, `Double`, `Boolean`, `null`), into requests, strictly: nothing
/// is guessed, converted, probed or ignored, and everything that is wrong is told at once.
/// Stateless; nothing is opened or looked up in a graph.
public final class RequestValidator {
  /// Whether a node must be given a name.
  public enum Naming {
    REQUIRED,
    OPTIONAL
  }

  private final DriverRegistry drivers;

  /// A validator of nodes of these drivers.
  public RequestValidator(DriverRegistry drivers) {
    this.drivers = drivers;
  }

  /// A node, which must have a name, with the nodes inline below it.
  public Checked<NodeRequest> node(@Nullable Object given) {
    return node(given, "", Naming.REQUIRED);
  }

  /// A node with the nodes inline below it.
  ///
  /// @param given the value
  /// @param pointer the JSON pointer of the value within the request, empty for the whole
  /// @param naming whether `nodeName` must be there
  public Checked<NodeRequest> node(@Nullable Object given, String pointer, Naming naming) {
    Problems problems = new Problems();
    Optional<NodeRequest> request =
        new NodeCheck(drivers, problems)
            .node(given, new Pointer(pointer), NodeCheck.Place.top(naming));
    return request.isPresent() ? problems.orElse(request.get()) : problems.failed();
  }

  /// Options alone, as for making an image or for changing a node that is there.
  ///
  /// @param given an object
  /// @param spec what it may hold; children in it are left out
  /// @param pointer the JSON pointer of the object within the request, empty for the whole
  public static Checked<Options> options(@Nullable Object given, OptionSpec spec, String pointer) {
    Problems problems = new Problems();
    OptionSpec optionsOnly =
        new OptionSpec(spec.fields().stream().filter(FieldCheck::isOption).toList());
    Pointer at = new Pointer(pointer);
    Optional<Options> options =
        new ValueCheck(problems)
            .members(given, at)
            .map(members -> new FieldCheck(problems, optionsOnly).options(members, at));
    return options.isPresent() ? problems.orElse(options.get()) : problems.failed();
  }
}
