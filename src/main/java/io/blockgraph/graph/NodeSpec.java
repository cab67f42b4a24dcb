package io.blockgraph.graph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that is said about a node: enough to open it again after a restart.
///
/// @param name the node
/// @param driver who drives it; always named by the caller, never probed
/// @param access whether it may be written
/// @param origin who made it and so may remove it
/// @param options the driver's own options
/// @param children in the driver's order; names are unique
public record NodeSpec(
    NodeName name,
    DriverName driver,
    Access access,
    Origin origin,
    Options options,
    List<ChildSpec> children) {

  /// Whether a node may be written.
  public enum Access {
    READ_WRITE,
    READ_ONLY
  }

  /// Who made a node.
  public enum Origin {
    /// A caller named it; it stays until the caller deletes it.
    NAMED,
    /// It came inline with its parent and goes when its last parent goes: at the end of every plan
    /// the planner removes the INLINE nodes that nobody uses, and then what only they used. Nobody
    /// else has to know.
    INLINE,
    /// A job put it in and takes it out again; hidden from lists unless asked for.
    IMPLICIT
  }

  /// Copies `children`.
  public NodeSpec {
    children = List.copyOf(children);
  }

  /// Whether WRITE and WRITE_UNCHANGED are refused.
  public boolean readOnly() {
    return access == Access.READ_ONLY;
  }

  /// Under this name the options say that a node is inactive: nothing of it is open, it takes and
  /// shares nothing below, and its requests fail. Not given means active.
  public static final String ACTIVE = "active";

  /// Whether the node is open and in use, as opposed to handed over to somebody else.
  public boolean active() {
    return options.flag(ACTIVE, true);
  }

  /// The same node, active or not.
  public NodeSpec withActive(boolean wanted) {
    Map<String, Object> values = new LinkedHashMap<>(options.values());
    values.remove(ACTIVE);
    Options rest = new Options(values);
    return withOptions(wanted ? rest : rest.with(ACTIVE, false));
  }

  /// The child of that name.
  public Optional<ChildSpec> child(ChildName child) {
    return children.stream().filter(c -> c.name().equals(child)).findFirst();
  }

  /// The same node with other children.
  public NodeSpec withChildren(List<ChildSpec> others) {
    return new NodeSpec(name, driver, access, origin, options, others);
  }

  /// The same node with another access.
  public NodeSpec withAccess(Access other) {
    return new NodeSpec(name, driver, other, origin, options, children);
  }

  /// The same node, which stays when nobody uses it.
  public NodeSpec kept() {
    return new NodeSpec(name, driver, access, Origin.NAMED, options, children);
  }

  /// The same node with other options.
  public NodeSpec withOptions(Options others) {
    return new NodeSpec(name, driver, access, origin, others, children);
  }
}
