package io.blockgraph.rest;

import io.blockgraph.graph.Edge;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Role;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An edge as it is shown.
///
/// @param id stable as long as the parent has this child
/// @param parentKind node, export, job or command
/// @param parent the parent's name or id
/// @param name the child's name in the parent
/// @param child the node it leads to
/// @param roles what the child is to the parent; none for users
/// @param taken what the parent may do
/// @param shared what it allows others
/// @param frozenBy the job that forbids a change
@Schema(name = "Edge")
public record EdgeView(
    String id,
    String parentKind,
    String parent,
    String name,
    String child,
    List<String> roles,
    List<String> taken,
    List<String> shared,
    @Nullable String frozenBy) {

  static EdgeView of(Edge edge) {
    return new EdgeView(
        edge.id().value(),
        kind(edge.parent()),
        edge.parent().id(),
        edge.name().value(),
        edge.child().value(),
        edge.roles().toList().stream().map(Role::word).toList(),
        words(edge.grant().taken()),
        words(edge.grant().shared()),
        edge.frozenBy().map(job -> job.value()).orElse(null));
  }

  private static String kind(Parent parent) {
    return switch (parent) {
      case Parent.OfNode _ -> "node";
      case Parent.OfUser(_, var user) -> user.word();
    };
  }

  private static List<String> words(Permissions permissions) {
    return permissions.toList().stream().map(Permission::word).toList();
  }
}
