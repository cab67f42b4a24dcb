package io.blockgraph.driver.quorum;

import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/// Several disks that should hold the same: reads are voted on, writes go to all.
public final class QuorumDriver implements Driver {
  private final Executor executor;
  private final Together together;

  /// A driver whose nodes ask their children one after the other.
  public QuorumDriver() {
    this(Runnable::run, Together.WHERE_IT_PAYS);
  }

  /// A driver whose nodes ask their children at the same time.
  ///
  /// @param executor bounded, and it may refuse: what it does not start, the asking thread does
  ///   itself
  /// @param together when
  public QuorumDriver(Executor executor, Together together) {
    this.executor = executor;
    this.together = together;
  }

  /// When children are asked at the same time.
  public enum Together {
    /// Whenever that can be.
    ALWAYS,
    /// Large requests, flushes, and any while a child is slow.
    WHERE_IT_PAYS
  }

  @Override
  public DriverName name() {
    return new DriverName("quorum");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new Field(
                "children",
                new OptionSpec.Type.ChildList(Roles.of(Role.DATA), 1),
                Need.REQUIRED,
                "The disks that vote; all of one length."),
            new Field(
                Settings.THRESHOLD,
                new OptionSpec.Type.Int(1, Settings.MAX_CHILDREN, Optional.empty()),
                Need.REQUIRED,
                "How many children must agree on what is read, and how many must take a write."),
            new Field(
                Settings.PATTERN,
                new OptionSpec.Type.Choice(List.of("quorum", "fifo"), "quorum"),
                Need.OPTIONAL,
                "Whether a read asks all children, or one after the other until one answers."),
            new Field(
                Settings.REWRITE,
                new OptionSpec.Type.Flag(false),
                Need.OPTIONAL,
                "Whether children that lost a vote get the winner's bytes."),
            new Field(
                Settings.BLKVERIFY,
                new OptionSpec.Type.Flag(false),
                Need.OPTIONAL,
                "Whether two children are compared and every difference is an error."),
            new Field(
                Settings.ALLOW_DUPLICATE,
                new OptionSpec.Type.Flag(false),
                Need.OPTIONAL,
                "Whether the same node may be a child twice, and so vote twice.")));
  }

  @Override
  public Set<String> changeableOptions() {
    return Set.of(
        Settings.THRESHOLD,
        Settings.PATTERN,
        Settings.REWRITE,
        Settings.BLKVERIFY,
        Settings.ALLOW_DUPLICATE);
  }

  @Override
  public DriverRules rules() {
    return QuorumRules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    Pace pace = new Pace(opening.services().ticker(), together);
    return QuorumNode.open(opening, new FanOut(executor), pace);
  }
}
