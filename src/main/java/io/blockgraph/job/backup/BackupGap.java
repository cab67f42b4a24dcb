package io.blockgraph.job.backup;

import io.blockgraph.driver.FilterRules;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.job.JobGap;

/// The driver `backup-gap`: the filter that a backup job puts between the source and an overlay
/// that leads to its target. Clients go on writing the source, so what backs the overlay has to
/// share write; the target must not, or somebody could write it along with the job. The gap shares
/// below what nobody has to share above.
///
/// Only a job can put one in; asked for by anybody else it is refused.
public final class BackupGap extends JobGap {
  /// Its name.
  public static final DriverName NAME = new DriverName("backup-gap");

  /// The driver.
  public BackupGap() {
    super(NAME, "backup", "What backs the overlay.", Rules.INSTANCE);
  }

  private enum Rules implements FilterRules {
    INSTANCE;

    private static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
    private static final Permissions ALL_BUT_RESIZE = Permissions.ALL.without(Permission.RESIZE);

    /// It is there for the overlay alone.
    @Override
    public boolean isWayIn() {
      return false;
    }

    /// Old bytes are on the target before the source changes: the overlay shows the same all the
    /// time.
    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      boolean read = parents.taken().has(Permission.CONSISTENT_READ);
      return new Grant(read ? READ : Permissions.NONE, ALL_BUT_RESIZE);
    }

    @Override
    public String inWords(NodeSpec node, ChildSpec child) {
      return "the filter of a backup job below its target takes no more than consistent-read and"
          + " shares everything but resize: the source may be written, for the job copies first";
    }
  }
}
