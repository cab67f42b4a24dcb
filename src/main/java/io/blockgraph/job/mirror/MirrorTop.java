package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import io.blockgraph.job.JobFilter;
import io.blockgraph.job.JobId;
import java.util.List;

/// The driver `mirror-top`: the filter a mirror job puts above its source to see every write.
///
/// Only a mirror job can open one; asked for by anybody else it is refused.
public final class MirrorTop implements Driver {
  /// Its name.
  public static final DriverName NAME = new DriverName("mirror-top");

  /// The edge to the disk that is being copied to.
  static final ChildName TARGET = new ChildName("target");

  /// The roles of that edge: it holds data, and needs no permission, for the job holds them.
  static final Roles TARGET_ROLES = Roles.of(Role.DATA);

  /// The option that names the job.
  static final String JOB = JobFilter.JOB;

  private final ActiveMirrors mirrors;

  /// The driver for the mirrors of `mirrors`.
  public MirrorTop(ActiveMirrors mirrors) {
    this.mirrors = mirrors;
  }

  @Override
  public DriverName name() {
    return NAME;
  }

  @Override
  public boolean isOffered() {
    return false;
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            JobFilter.jobOption("mirror"),
            new OptionSpec.Field(
                ChildName.FILE.value(),
                new OptionSpec.Type.Child(
                    ChildName.FILE.value(), Roles.FILTER, OptionSpec.Nullability.NOT_NULL),
                OptionSpec.Need.REQUIRED,
                "The disk that is copied."),
            new OptionSpec.Field(
                TARGET.value(),
                new OptionSpec.Type.Child(
                    TARGET.value(), TARGET_ROLES, OptionSpec.Nullability.NOT_NULL),
                OptionSpec.Need.REQUIRED,
                "The disk it is copied to.")));
  }

  @Override
  public DriverRules rules() {
    return MirrorTopRules.INSTANCE;
  }

  /// The job begins only after a dry run: what its filter would show is the disk below it.
  @Override
  public Node rehearse(Opening opening) {
    return new Node() {
      @Override
      public BlockIo bind(Children children) {
        return children.get(ChildName.FILE);
      }

      @Override
      public void close(Children children) {
        // Nothing was opened.
      }
    };
  }

  @Override
  public Node open(Opening opening) {
    String job = opening.spec().options().text(JOB).orElse("");
    Tracker tracker =
        mirrors.find(new JobId(job)).orElseThrow(() -> JobFilter.withoutJob(opening, "mirror"));
    return new MirrorTopNode(tracker);
  }
}
