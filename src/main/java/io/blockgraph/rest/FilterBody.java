package io.blockgraph.rest;

import io.blockgraph.driver.Checked;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.NodeRequest;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Filters;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A filter that is asked for: a node without the child it shows, which is the node of the address,
/// and the edges that shall lead to it.
final class FilterBody {
  static final String EDGES = "edges";

  private final DriverRegistry drivers;
  private final RequestValidator validator;

  FilterBody(DriverRegistry drivers, RequestValidator validator) {
    this.drivers = drivers;
    this.validator = validator;
  }

  Filters.Request read(@Nullable Object body, NodeSpec below) {
    if (!(body instanceof Map<?, ?> given)) {
      throw new ProblemException(ProblemKind.INVALID_REQUEST, "a filter is an object");
    }
    Map<String, @Nullable Object> node = new LinkedHashMap<>();
    given.forEach((name, value) -> node.put(String.valueOf(name), value));
    Set<EdgeId> edges = edges(node);
    node.remove(EDGES);
    driver(node).ifPresent(driver -> complete(node, driver, below));
    Checked<NodeRequest> checked = validator.node(node);
    return new Filters.Request(below.name(), Answers.of(checked), edges);
  }

  /// As writable as the node it shows, when it does not say.
  private void complete(Map<String, @Nullable Object> node, Driver driver, NodeSpec below) {
    String shown =
        filtered(driver)
            .orElseThrow(
                () ->
                    new ProblemException(
                        Problem.of(
                                ProblemKind.NOT_A_FILTER,
                                "driver '" + driver.name() + "' is no filter")
                            .advising("choose one of " + String.join(", ", filters()))));
    if (node.containsKey(shown)) {
      throw Answers.field("/" + shown, "is node '" + below.name() + "', as the address says");
    }
    node.put(shown, below.name().value());
    node.putIfAbsent("readOnly", below.readOnly());
    if (!below.active()) {
      node.putIfAbsent(NodeSpec.ACTIVE, false);
    }
  }

  private Optional<Driver> driver(Map<String, @Nullable Object> node) {
    return node.get("driver") instanceof String name
        ? drivers.find(new DriverName(name))
        : Optional.empty();
  }

  private List<String> filters() {
    return drivers.all().stream()
        .filter(Driver::isOffered)
        .filter(driver -> driver.rules().isFilter())
        .map(driver -> driver.name().value())
        .toList();
  }

  /// The name of the child that a filter of this driver shows.
  static Optional<String> filtered(Driver driver) {
    return driver.rules().isFilter()
        ? driver.options().fields().stream()
            .filter(field -> isFiltered(field.type()))
            .map(OptionSpec.Field::name)
            .findFirst()
        : Optional.empty();
  }

  private static boolean isFiltered(OptionSpec.Type type) {
    return type instanceof OptionSpec.Type.Child child && child.roles().has(Role.FILTERED);
  }

  /// None when not given.
  private static Set<EdgeId> edges(Map<String, @Nullable Object> node) {
    if (!node.containsKey(EDGES)) {
      return Set.of();
    }
    if (!(node.get(EDGES) instanceof List<?> given) || given.isEmpty()) {
      throw Answers.field("/" + EDGES, "wants a list of ids of edges, at least one");
    }
    List<Problem.FieldError> wrong = new ArrayList<>();
    Set<EdgeId> edges = new LinkedHashSet<>();
    for (int i = 0; i < given.size(); i++) {
      if (given.get(i) instanceof String id) {
        edges.add(new EdgeId(id));
      } else {
        wrong.add(new Problem.FieldError("/" + EDGES + "/" + i, "wants the id of an edge"));
      }
    }
    if (!wrong.isEmpty()) {
      throw new ProblemException(
          Problem.of(ProblemKind.INVALID_REQUEST, "wants the id of an edge").with(wrong));
    }
    return edges;
  }
}
