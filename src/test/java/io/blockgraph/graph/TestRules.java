package io.blockgraph.graph;

import java.util.Map;
import java.util.Optional;

/// Drivers of the graph's own tests, one of each kind, by the letter of the table of permissions: a
/// `file` without children, `filter`s with one, a `format` with a file and perhaps a backing disk,
/// a `quorum`, a `verify` with two sides, and a `moment`, a filter that admits overlays above it.
record TestRules() implements RuleBook {
  static final DriverName FILE = new DriverName("file");
  static final DriverName FILTER = new DriverName("filter");
  static final DriverName COPY_ON_READ = new DriverName("copy-on-read");
  static final DriverName FORMAT = new DriverName("format");
  static final DriverName RAW = new DriverName("raw");
  static final DriverName QUORUM = new DriverName("quorum");
  static final DriverName VERIFY = new DriverName("verify");
  static final DriverName MOMENT = new DriverName("moment");

  private static final Map<DriverName, DriverRules> ALL =
      Map.of(
          FILE, new Leaf(),
          FILTER, new Filter(Permissions.NONE, false),
          MOMENT, new Filter(Permissions.NONE, true),
          COPY_ON_READ, new Filter(Permissions.of(Permission.WRITE_UNCHANGED), false),
          FORMAT, new Format(true),
          RAW, new Format(false),
          QUORUM, new Quorum(),
          VERIFY, new Verify());

  @Override
  public Optional<DriverRules> rulesOf(DriverName driver) {
    return Optional.ofNullable(ALL.get(driver));
  }

  private record Leaf() implements DriverRules {
    @Override
    public boolean isFilter() {
      return false;
    }

    @Override
    public boolean supportsBacking() {
      return false;
    }

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      throw new IllegalStateException("a leaf was asked for the grant of a child");
    }

    @Override
    public Optional<String> objection(NodeSpec node) {
      return node.children().isEmpty() ? Optional.empty() : Optional.of("it cannot have children");
    }
  }

  private record Filter(Permissions also, boolean admitsOverlay) implements DriverRules {
    @Override
    public boolean isFilter() {
      return true;
    }

    @Override
    public boolean supportsBacking() {
      return false;
    }

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      Grant passed = RolePermissions.filtered(parents);
      return node.readOnly() ? passed : new Grant(passed.taken().union(also), passed.shared());
    }
  }

  private record Format(boolean supportsBacking) implements DriverRules {
    @Override
    public boolean isFilter() {
      return false;
    }

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      return RolePermissions.byRole(node, child, parents);
    }

    @Override
    public Optional<String> objection(NodeSpec node) {
      return node.child(ChildName.FILE).isPresent()
          ? Optional.empty()
          : Optional.of("it needs a child 'file'");
    }
  }

  private record Quorum() implements DriverRules {
    private static final Permissions READERS =
        Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED);

    @Override
    public boolean isFilter() {
      return false;
    }

    @Override
    public boolean supportsBacking() {
      return false;
    }

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      return new Grant(parents.taken(), parents.shared().intersect(READERS));
    }

    @Override
    public Optional<String> objection(NodeSpec node) {
      return node.children().size() < node.options().number("voteThreshold").orElse(1L)
          ? Optional.of("it has fewer children than votes are needed")
          : Optional.empty();
    }

    @Override
    public boolean allowsDuplicates(NodeSpec node) {
      return node.options().flag("allowDuplicate", false);
    }

    @Override
    public ReplaceRule replaceRule(NodeSpec node) {
      return new ReplaceRule.OwnChildren();
    }
  }

  private record Verify() implements DriverRules {
    @Override
    public boolean isFilter() {
      return true;
    }

    @Override
    public boolean supportsBacking() {
      return false;
    }

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      return RolePermissions.byRole(node, child, parents);
    }

    @Override
    public Optional<String> objection(NodeSpec node) {
      return node.child(new ChildName("test")).isPresent()
          ? Optional.empty()
          : Optional.of("it needs a child 'test'");
    }

    @Override
    public ReplaceRule replaceRule(NodeSpec node) {
      return new ReplaceRule.SameData(node.children().stream().map(ChildSpec::name).toList());
    }
  }
}
