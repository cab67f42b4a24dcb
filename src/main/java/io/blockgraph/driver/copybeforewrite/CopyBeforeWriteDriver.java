package io.blockgraph.driver.copybeforewrite;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.CopyBeforeWrite.OnError;
import io.blockgraph.driver.CopyBeforeWriteRules;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.EqualLengths;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.OptionSpec.Nullability;
import io.blockgraph.driver.StartsFromBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import java.util.List;
import java.util.Optional;

/// A filter that keeps how its disk looked when it was put above it: what is about to change is
/// copied to another disk before.
///
/// What has been copied is remembered by the open node and by nobody else. A node that is opened
/// again at the start of the service keeps no moment any more, and lets all writes pass.
public final class CopyBeforeWriteDriver implements Driver {
  private static final String ON_ERROR = "onCbwError";
  private static final String TIMEOUT = "cbwTimeout";
  private static final String CLUSTER = "minClusterSize";
  private static final String BREAK_WRITE = "break-guest-write";
  private static final String BREAK_SNAPSHOT = "break-snapshot";
  private static final String BITMAP = "bitmap";
  private static final String NODE = "node";
  private static final String NAME = "name";
  private static final long LEAST_CLUSTER_BYTES = 64 << 10;
  private static final long MOST_CLUSTER_BYTES = 64 << 20;
  private static final long MOST_TIMEOUT_S = 3600;

  @Override
  public DriverName name() {
    return new DriverName("copy-before-write");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            Field.filtered(ChildName.FILE.value(), "The disk whose present content is kept."),
            new Field(
                CopyBeforeWriteRules.TARGET.value(),
                new OptionSpec.Type.Child(
                    CopyBeforeWriteRules.TARGET.value(),
                    CopyBeforeWriteRules.TARGET_ROLES,
                    Nullability.NOT_NULL),
                Need.REQUIRED,
                "Where old bytes go before they are overwritten; as long as the file."),
            new Field(
                ON_ERROR,
                new OptionSpec.Type.Choice(List.of(BREAK_WRITE, BREAK_SNAPSHOT), BREAK_WRITE),
                Need.OPTIONAL,
                "What becomes of a write whose old bytes cannot be copied: it fails, or it goes on"
                    + " and the point in time is lost."),
            new Field(
                TIMEOUT,
                new OptionSpec.Type.Int(0, MOST_TIMEOUT_S, Optional.of(0L)),
                Need.OPTIONAL,
                "How many seconds a write waits for other copies before that counts as an error;"
                    + " 0 for the 60 seconds that any request waits for another."),
            new Field(
                CLUSTER,
                new OptionSpec.Type.Size(
                    LEAST_CLUSTER_BYTES, MOST_CLUSTER_BYTES, Optional.of(LEAST_CLUSTER_BYTES)),
                Need.OPTIONAL,
                "How much is copied at once, a power of two; at least a cluster of the target."),
            new Field(
                BITMAP,
                new OptionSpec.Type.Structure(place()),
                Need.OPTIONAL,
                "A dirty bitmap of a disk of the same length: no more than what it says at the"
                    + " moment is kept, and the rest of the past cannot be seen.")));
  }

  private static OptionSpec place() {
    return new OptionSpec(
        List.of(
            new Field(
                NODE, new OptionSpec.Type.Text(NodeName.MAX_LENGTH), Need.REQUIRED, "Whose it is."),
            new Field(
                NAME, new OptionSpec.Type.Text(BitmapName.MAX_BYTES), Need.REQUIRED, "Its name.")));
  }

  @Override
  public Optional<StartsFromBitmap.Place> startBitmap(Options options) {
    return options
        .object(BITMAP)
        .filter(CopyBeforeWriteDriver::isWellFormed)
        .map(
            place ->
                new StartsFromBitmap.Place(
                    new NodeName(place.text(NODE).orElseThrow()),
                    new BitmapName(place.text(NAME).orElseThrow())));
  }

  private static boolean isWellFormed(Options place) {
    return NodeName.isWellFormed(place.text(NODE).orElseThrow())
        && BitmapName.isWellFormed(place.text(NAME).orElseThrow());
  }

  @Override
  public DriverRules rules() {
    return CopyBeforeWriteRules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    EqualLengths.require(opening.spec(), opening.children());
    return CopyBeforeWriteNode.begin(opening, settings(opening.spec().options()));
  }

  @Override
  public Node reopen(Opening opening) {
    return CopyBeforeWriteNode.lost(opening, settings(opening.spec().options()));
  }

  @Override
  public Node rehearseReopening(Opening opening) {
    return reopen(opening);
  }

  private CopyBeforeWriteNode.Settings settings(Options options) {
    Optional<StartsFromBitmap.Place> bitmap = startBitmap(options);
    if (bitmap.isEmpty() && options.object(BITMAP).isPresent()) {
      throw new BlockException(
          BlockException.Kind.INVALID, BITMAP + " has a name that no node or bitmap can have");
    }
    long cluster = options.number(CLUSTER).orElse(LEAST_CLUSTER_BYTES);
    if (Long.bitCount(cluster) != 1) {
      throw new BlockException(
          BlockException.Kind.INVALID, CLUSTER + " " + cluster + " is not a power of two");
    }
    OnError onError =
        options.text(ON_ERROR).orElse(BREAK_WRITE).equals(BREAK_SNAPSHOT)
            ? OnError.BREAK_SNAPSHOT
            : OnError.BREAK_GUEST_WRITE;
    return new CopyBeforeWriteNode.Settings(
        cluster, onError, options.number(TIMEOUT).orElse(0L) * 1000, bitmap);
  }
}
