package io.blockgraph.job;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.FilterRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import java.util.List;

/// The driver of a filter that a job puts between a disk and what backs it, for what it takes and
/// shares there: all requests pass as they are. Jobs differ in name and rules only.
///
/// Only a job can put one in; asked for by anybody else it is refused.
public abstract class JobGap implements Driver {
  private final DriverName name;
  private final String job;
  private final String below;
  private final FilterRules rules;

  /// @param job the kind of job: `commit`
  /// @param below what its child is, in a sentence
  protected JobGap(DriverName name, String job, String below, FilterRules rules) {
    this.name = name;
    this.job = job;
    this.below = below;
    this.rules = rules;
  }

  @Override
  public final DriverName name() {
    return name;
  }

  @Override
  public boolean isOffered() {
    return false;
  }

  @Override
  public final OptionSpec options() {
    return new OptionSpec(
        List.of(
            JobFilter.jobOption(job), OptionSpec.Field.filtered(ChildName.FILE.value(), below)));
  }

  @Override
  public final DriverRules rules() {
    return rules;
  }

  @Override
  public final Node open(Opening opening) {
    JobFilter.requireJob(opening, job);
    return new Node() {
      @Override
      public BlockIo bind(Children children) {
        return new Disk(children.get(ChildName.FILE));
      }

      @Override
      public void close(Children children) {
        // Nothing is open but the child, and that is not ours.
      }
    };
  }

  private static final class Disk extends FilterDisk {
    Disk(BlockIo child) {
      super(child);
    }
  }
}
