package io.blockgraph.job.backup;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.CompressedWrites;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.CompressingDisk;
import io.blockgraph.driver.CopyBeforeWrite;
import io.blockgraph.driver.CopyBeforeWriteRules;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.EqualLengths;
import io.blockgraph.driver.FilterRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Role;
import io.blockgraph.job.JobFilter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The driver `backup-top`: the filter a backup job puts above its source to copy what clients are
/// about to overwrite. Its moment begins when it opens.
///
/// Only a job can put one in; asked for by anybody else it is refused.
public final class BackupTop implements Driver {
  /// Its name.
  public static final DriverName NAME = new DriverName("backup-top");

  /// The option that names the job.
  static final String JOB = JobFilter.JOB;

  private static final String CLUSTER = "clusterBytes";
  private static final String PART = "part";
  private static final String ON_ERROR = "onCbwError";
  private static final String TIMEOUT = "timeoutMs";
  private static final String ZEROES = "zeroes";

  /// The option that has the target store the copy compressed.
  static final String COMPRESS = "compress";

  /// What the target is to who asks whether it can.
  private static final String WHAT = "the target of the backup";

  private static final String OVER_SOURCE = "targetOverSource";

  /// The options of a filter of `job`.
  ///
  /// @param overSource whether the target may show the source, where it holds nothing itself
  static Options options(String job, CopyBeforeWrite.Terms terms, boolean overSource) {
    return Options.NONE
        .with(JOB, job)
        .with(CLUSTER, terms.clusterBytes())
        .with(PART, terms.part().name())
        .with(ON_ERROR, terms.onError().name())
        .with(TIMEOUT, terms.timeoutMs())
        .with(ZEROES, terms.zeroes().name())
        .with(OVER_SOURCE, overSource);
  }

  private static CopyBeforeWrite.Terms terms(Options options) {
    return new CopyBeforeWrite.Terms(
        options.number(CLUSTER).orElseThrow(),
        CopyBeforeWrite.Part.valueOf(options.text(PART).orElseThrow()),
        CopyBeforeWrite.OnError.valueOf(options.text(ON_ERROR).orElseThrow()),
        options.number(TIMEOUT).orElseThrow(),
        Zeroable.Mode.valueOf(options.text(ZEROES).orElseThrow()),
        options.flag(OVER_SOURCE, true)
            ? CopyBeforeWrite.Readers.AWAITED
            : CopyBeforeWrite.Readers.NONE);
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
            JobFilter.jobOption("backup"),
            OptionSpec.Field.filtered(ChildName.FILE.value(), "The disk that is copied."),
            new OptionSpec.Field(
                CopyBeforeWriteRules.TARGET.value(),
                new OptionSpec.Type.Child(
                    CopyBeforeWriteRules.TARGET.value(),
                    CopyBeforeWriteRules.TARGET_ROLES,
                    OptionSpec.Nullability.NOT_NULL),
                OptionSpec.Need.REQUIRED,
                "The disk it is copied to.")));
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    JobFilter.requireJob(opening, "backup");
    EqualLengths.require(opening.spec(), opening.children());
    boolean compressed = opening.spec().options().flag(COMPRESS, false);
    if (compressed) {
      CompressingDisk.require(WHAT, opening.children().get(CopyBeforeWriteRules.TARGET));
    }
    NodeEvents events = opening.services().events();
    Map<String, Object> action = Map.of("operation", "copy-before-write", "action", "fail-job");
    return new BackupTopNode(
        new CopyBeforeWrite(
            opening.children().get(ChildName.FILE).sizeBytes(),
            terms(opening.spec().options()),
            why ->
                events.report(
                    opening.spec().name(),
                    NodeEvents.Kind.IO_ERROR,
                    new Options(action).with("error", String.valueOf(why.getMessage())).values())),
        compressed);
  }

  private record BackupTopNode(CopyBeforeWrite moment, boolean compressed) implements Node {
    @Override
    public BlockIo bind(Children children) {
      BlockIo target = children.get(CopyBeforeWriteRules.TARGET);
      return new BackupTopDisk(
          new CopyBeforeWrite.Ends(
              children.get(ChildName.FILE), compressed ? CompressingDisk.over(target) : target),
          moment);
    }

    @Override
    public void requireStill(NodeSpec spec, Children children) {
      EqualLengths.require(spec, children);
      moment.requireLength(spec.name(), children.get(ChildName.FILE).sizeBytes());
    }

    @Override
    public void requireFit(NodeSpec after, Children before, Children next) {
      EqualLengths.requireKept(after, before, next);
      BlockIo target = before.get(CopyBeforeWriteRules.TARGET);
      if (compressed && CompressedWrites.possible(target)) {
        CompressingDisk.require(WHAT, next.get(CopyBeforeWriteRules.TARGET));
      }
    }

    @Override
    public Map<String, Object> facts() {
      return Map.of(
          "clusterSizeBytes",
          moment.kept().clusterBytes(),
          "uncopiedBytes",
          moment.kept().missingBytes());
    }

    @Override
    public void close(Children children) {
      // Nothing is open but the children, and those are not ours.
    }
  }

  /// As copy-before-write, but the target is written by nobody else.
  private enum Rules implements FilterRules {
    INSTANCE;

    private static final Permissions READERS =
        Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED);

    /// What nobody writes any more looks as it did at the moment, and needs no copy before.
    @Override
    public boolean admitsOverlay() {
      return true;
    }

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      if (child.roles().has(Role.FILTERED)) {
        return CopyBeforeWriteRules.INSTANCE.childGrant(node, child, parents);
      }
      return new Grant(Permissions.of(Permission.WRITE), READERS);
    }

    @Override
    public String inWords(NodeSpec node, ChildSpec child) {
      return child.roles().has(Role.FILTERED)
          ? "the filter of a backup job takes what its parents take, and reads before they write;"
              + " it shares neither write nor resize: what is changed beside it would be missing"
              + " from the copy"
          : "the filter of a backup job writes its target and lets nobody else write it";
    }

    @Override
    public Optional<String> objection(NodeSpec node) {
      boolean complete =
          node.child(ChildName.FILE).isPresent()
              && node.child(CopyBeforeWriteRules.TARGET).isPresent();
      return complete
          ? Optional.empty()
          : Optional.of("the filter of a backup needs the children 'file' and 'target'");
    }
  }
}
