package io.blockgraph.driver;

import io.blockgraph.driver.NodeRequest.ChildRequest;
import io.blockgraph.driver.NodeRequest.Target;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Nullability;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.NodeSpec.Access;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Looks at a node and the nodes inline below it. One instance per request.
final class NodeCheck {
  /// Inline nodes nest at most so deep; a longer chain is made of references.
  static final int MAX_DEPTH = 64;

  private static final String DRIVER = "driver";
  private static final String NODE_NAME = "nodeName";
  private static final String READ_ONLY = "readOnly";
  private static final String ACTIVE = NodeSpec.ACTIVE;
  private static final List<String> COMMON = List.of(DRIVER, NODE_NAME, READ_ONLY, ACTIVE);

  private final DriverRegistry drivers;
  private final Problems problems;
  private final ValueCheck values;
  private final Set<NodeName> names = new HashSet<>();

  NodeCheck(DriverRegistry drivers, Problems problems) {
    this.drivers = drivers;
    this.problems = problems;
    this.values = new ValueCheck(problems);
  }

  /// Where in the request a node stands.
  ///
  /// @param naming whether it must have a name
  /// @param access what it is when it does not say
  /// @param activity whether it is open when it does not say
  /// @param depth how many inline nodes are above it
  record Place(RequestValidator.Naming naming, Access access, Activity activity, int depth) {
    static Place top(RequestValidator.Naming naming) {
      return new Place(naming, Access.READ_WRITE, Activity.ACTIVE, 0);
    }

    /// The place of an inline child: it inherits the access, a backing disk is read-only unless it
    /// says otherwise.
    static Place below(Place parent, Said said, Roles roles) {
      return new Place(
          RequestValidator.Naming.OPTIONAL,
          roles.has(Role.COW) ? Access.READ_ONLY : said.access(),
          said.activity(),
          parent.depth() + 1);
    }
  }

  /// Whether a node is open from the beginning.
  enum Activity {
    ACTIVE,
    INACTIVE
  }

  /// What a node is, by what it says or where it stands.
  record Said(Access access, Activity activity) {
    Options in(Options options) {
      return activity == Activity.ACTIVE ? options : options.with(ACTIVE, false);
    }
  }

  /// The request, or nothing and at least one problem; there may be problems also when there is a
  /// request.
  Optional<NodeRequest> node(@Nullable Object given, Pointer at, Place place) {
    if (place.depth() > MAX_DEPTH) {
      problems.add(
          at,
          "inline nodes nest deeper than " + MAX_DEPTH + "; name the lower ones and refer to them");
      return Optional.empty();
    }
    return values.members(given, at).flatMap(members -> node(members, at, place));
  }

  private Optional<NodeRequest> node(Map<?, ?> members, Pointer at, Place place) {
    Optional<NodeName> name = name(members, at, place);
    Said said = new Said(access(members, at, place), activity(members, at, place));
    return driver(members, at)
        .map(
            driver -> {
              FieldCheck fields = new FieldCheck(problems, driver.options());
              fields.unknown(members, COMMON, at);
              fields.missing(members, at);
              return new NodeRequest(
                  name,
                  driver.name(),
                  said.access(),
                  said.in(explicitNones(driver.options(), members, fields.values(members, at))),
                  new ChildrenOf(driver.options(), members, at).requests(place, said));
            });
  }

  /// A child that is `null` is not the same as one that was not mentioned: the driver may want to
  /// be told that there shall be none. Options hold no nulls, so the one that is named like the
  /// child is false.
  private static Options explicitNones(OptionSpec spec, Map<?, ?> members, Options options) {
    Options all = options;
    for (Field field : spec.fields()) {
      boolean nullable =
          field.type() instanceof OptionSpec.Type.Child child
              && child.nullability() == Nullability.NULLABLE;
      if (nullable && members.containsKey(field.name()) && members.get(field.name()) == null) {
        all = all.with(field.name(), false);
      }
    }
    return all;
  }

  private Optional<Driver> driver(Map<?, ?> members, Pointer at) {
    List<String> known =
        drivers.all().stream()
            .filter(Driver::isOffered)
            .map(driver -> driver.name().value())
            .toList();
    if (!members.containsKey(DRIVER)) {
      problems.add(
          at.member(DRIVER),
          "'driver' must be given, it is never guessed; known are " + String.join(", ", known));
      return Optional.empty();
    }
    if (!(members.get(DRIVER) instanceof String text)) {
      return values.wrong(members.get(DRIVER), "the name of a driver", at.member(DRIVER));
    }
    Optional<Driver> driver = drivers.find(new DriverName(text)).filter(Driver::isOffered);
    if (driver.isEmpty()) {
      problems.add(
          at.member(DRIVER),
          "there is no driver "
              + Problems.quoted(text)
              + "; known are "
              + String.join(", ", known)
              + ValueCheck.meant(text, known));
    }
    return driver;
  }

  private Optional<NodeName> name(Map<?, ?> members, Pointer at, Place place) {
    Pointer here = at.member(NODE_NAME);
    if (!members.containsKey(NODE_NAME)) {
      if (place.naming() == RequestValidator.Naming.REQUIRED) {
        problems.add(here, "'nodeName' must be given");
      }
      return Optional.empty();
    }
    Optional<NodeName> name = wellFormed(members.get(NODE_NAME), here);
    if (name.isPresent() && !names.add(name.get())) {
      problems.add(here, "two nodes of this request are named '" + name.get() + "'");
    }
    return name;
  }

  private Optional<NodeName> wellFormed(@Nullable Object given, Pointer at) {
    if (!(given instanceof String text)) {
      return values.wrong(given, "the name of a node", at);
    }
    if (!NodeName.isWellFormed(text)) {
      problems.add(
          at,
          "wants a letter, then letters, digits, '.', '_' or '-', at most 64 together, not "
              + Problems.quoted(text));
      return Optional.empty();
    }
    return Optional.of(new NodeName(text));
  }

  private Access access(Map<?, ?> members, Pointer at, Place place) {
    if (!members.containsKey(READ_ONLY)) {
      return place.access();
    }
    return values
        .value(members.get(READ_ONLY), new OptionSpec.Type.Flag(false), at.member(READ_ONLY))
        .map(flag -> (Boolean) flag ? Access.READ_ONLY : Access.READ_WRITE)
        .orElse(place.access());
  }

  private Activity activity(Map<?, ?> members, Pointer at, Place place) {
    if (!members.containsKey(ACTIVE)) {
      return place.activity();
    }
    return values
        .value(members.get(ACTIVE), new OptionSpec.Type.Flag(true), at.member(ACTIVE))
        .map(flag -> (Boolean) flag ? Activity.ACTIVE : Activity.INACTIVE)
        .orElse(place.activity());
  }

  /// The children of one node.
  private final class ChildrenOf {
    private final OptionSpec spec;
    private final Map<?, ?> members;
    private final Pointer at;

    ChildrenOf(OptionSpec spec, Map<?, ?> members, Pointer at) {
      this.spec = spec;
      this.members = members;
      this.at = at;
    }

    List<ChildRequest> requests(Place parent, Said said) {
      List<ChildRequest> children = new ArrayList<>();
      for (Field field : spec.fields()) {
        if (members.containsKey(field.name())) {
          children.addAll(requests(field, roles -> Place.below(parent, said, roles)));
        }
      }
      return children;
    }

    private List<ChildRequest> requests(Field field, Function<Roles, Place> below) {
      Object given = members.get(field.name());
      Pointer here = at.member(field.name());
      return switch (field.type()) {
        case OptionSpec.Type.Child(String child, Roles roles, Nullability nullability) ->
            given == null && nullability == Nullability.NULLABLE
                ? List.of()
                : child(given, here, below.apply(roles))
                    .map(target -> new ChildRequest(new ChildName(child), roles, target))
                    .stream()
                    .toList();
        case OptionSpec.Type.ChildList list -> list(given, here, list, below.apply(list.roles()));
        case OptionSpec.Type.Text _,
            OptionSpec.Type.Int _,
            OptionSpec.Type.Size _,
            OptionSpec.Type.Flag _,
            OptionSpec.Type.Choice _,
            OptionSpec.Type.Words _,
            OptionSpec.Type.Structure _,
            OptionSpec.Type.Objects _ ->
            List.of();
      };
    }

    private List<ChildRequest> list(
        @Nullable Object given, Pointer here, OptionSpec.Type.ChildList list, Place place) {
      List<?> elements = values.elements(given, here).orElse(List.of());
      if (given instanceof List<?> && elements.size() < list.atLeast()) {
        problems.add(
            here, "wants at least " + list.atLeast() + " children, not " + elements.size());
      }
      List<ChildRequest> children = new ArrayList<>();
      for (int i = 0; i < elements.size(); i++) {
        ChildName name = ChildName.indexed(i);
        child(elements.get(i), here.element(i), place)
            .ifPresent(target -> children.add(new ChildRequest(name, list.roles(), target)));
      }
      return children;
    }

    private Optional<Target> child(@Nullable Object given, Pointer here, Place place) {
      return switch (given) {
        case String _ -> wellFormed(given, here).map(Target.Reference::new);
        case Map<?, ?> _ -> node(given, here, place).map(Target.Inline::new);
        case null, default ->
            values.wrong(given, "the name of a node, or a node as an object", here);
      };
    }
  }
}
