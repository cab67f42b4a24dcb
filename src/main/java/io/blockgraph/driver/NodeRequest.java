package io.blockgraph.driver;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Roles;
import java.util.List;
import java.util.Optional;

/// A node that a caller asks for, with the nodes given inline below it; every option is validated,
/// nothing is opened.
///
/// @param name what it shall be called; empty only for an inline node, which then gets a name of
///   the engine's choice
/// @param driver who drives it; there is such a driver
/// @param access whether it may be written, inheritance already resolved
/// @param options as given; what was not given is not in it; false under the name of a child says
///   that `null` was given for it
/// @param children in the driver's order
public record NodeRequest(
    Optional<NodeName> name,
    DriverName driver,
    NodeSpec.Access access,
    Options options,
    List<ChildRequest> children) {
  /// Copies `children`.
  public NodeRequest {
    children = List.copyOf(children);
  }

  /// A child that is asked for.
  ///
  /// @param name the edge's name within the parent
  /// @param roles what the child is to the parent
  /// @param target which node it is
  public record ChildRequest(ChildName name, Roles roles, Target target) {}

  /// The node a child leads to.
  public sealed interface Target {
    /// A node that is there, or that the same request names elsewhere.
    record Reference(NodeName node) implements Target {}

    /// A node that is made along with its parent.
    record Inline(NodeRequest node) implements Target {}
  }
}
