package io.blockgraph.driver.blkdebug;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permission;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A filter for tests: fails requests by operation and place, and bends the permissions of its
/// child.
public final class BlkdebugDriver implements Driver {
  private static final List<String> PERMISSIONS =
      Arrays.stream(Permission.values()).map(Permission::word).toList();

  @Override
  public DriverName name() {
    return new DriverName("blkdebug");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            Field.filtered("file", "The disk that is shown."),
            new Field(
                "injectError",
                new OptionSpec.Type.Objects(fault()),
                Need.OPTIONAL,
                "Errors that strike requests; the first that fits does."),
            words(BlkdebugRules.TAKE, "Permissions taken on the child beyond what parents take."),
            words(BlkdebugRules.UNSHARE, "Permissions on the child not shared with others.")));
  }

  private static Field words(String name, String doc) {
    return new Field(name, new OptionSpec.Type.Words(PERMISSIONS), Need.OPTIONAL, doc);
  }

  private static OptionSpec fault() {
    return new OptionSpec(
        List.of(
            new Field(
                "operation",
                new OptionSpec.Type.Choice(Fault.Operation.words(), "read"),
                Need.REQUIRED,
                "What fails."),
            place(
                "sector",
                Fault.MAX_SECTOR,
                "The sector of 512 bytes where it strikes; instead of offset and length."),
            place(
                "offset",
                Long.MAX_VALUE,
                "The first byte where it strikes; the start when not given."),
            place(
                "length", Long.MAX_VALUE, "How many bytes from there; to the end when not given."),
            new Field(
                "errno",
                new OptionSpec.Type.Choice(Fault.Errno.words(), "EIO"),
                Need.OPTIONAL,
                "The error."),
            new Field(
                "once",
                new OptionSpec.Type.Flag(false),
                Need.OPTIONAL,
                "Whether only one request fails."),
            new Field(
                "immediately",
                new OptionSpec.Type.Flag(true),
                Need.OPTIONAL,
                "Whether the request fails before it reaches the child, or after the child has done"
                    + " it.")));
  }

  private static Field place(String name, long max, String doc) {
    return new Field(name, new OptionSpec.Type.Int(0, max, Optional.empty()), Need.OPTIONAL, doc);
  }

  @Override
  public Set<String> changeableOptions() {
    return Set.of("injectError", BlkdebugRules.TAKE, BlkdebugRules.UNSHARE);
  }

  @Override
  public DriverRules rules() {
    return BlkdebugRules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    return new BlkdebugNode(faults(opening.spec().options()));
  }

  @SuppressWarnings("unchecked") // the option specification says so
  private static List<Fault> faults(Options options) {
    return options.list("injectError").stream()
        .map(item -> new Fault((Map<String, ?>) item))
        .toList();
  }

  /// The faults live here, not in a view: one that is spent stays spent when the graph around it
  /// changes.
  private static final class BlkdebugNode implements Node {
    private volatile List<Fault> faults;

    BlkdebugNode(List<Fault> faults) {
      this.faults = faults;
    }

    @Override
    public BlockIo bind(Children children) {
      return new BlkdebugDisk(children.get(ChildName.FILE), () -> faults);
    }

    @Override
    public Prepared prepare(NodeChange change) {
      if (change
          .before()
          .options()
          .list("injectError")
          .equals(change.after().options().list("injectError"))) {
        return Prepared.NOTHING;
      }
      List<Fault> next = faults(change.after().options());
      return new Prepared() {
        @Override
        public void commit() {
          faults = next;
        }
      };
    }

    @Override
    public void close(Children children) {
      // Nothing is held.
    }
  }
}
