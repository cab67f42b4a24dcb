package io.blockgraph.driver.copybeforewrite;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Clustered;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.CopyBeforeWrite;
import io.blockgraph.driver.CopyBeforeWrite.Ends;
import io.blockgraph.driver.CopyBeforeWrite.OnError;
import io.blockgraph.driver.CopyBeforeWrite.Part;
import io.blockgraph.driver.CopyBeforeWriteRules;
import io.blockgraph.driver.EqualLengths;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.StartsFromBitmap;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/// An open filter: which clusters it has copied, and whether its moment is lost.
final class CopyBeforeWriteNode implements Node, StartsFromBitmap {
  private final CopyBeforeWrite moment;
  private final Optional<Place> bitmap;
  private final LongAdder discardedBytes = new LongAdder();

  /// What was asked for.
  ///
  /// @param clusterBytes how much is copied at once, at least
  /// @param bitmap what says how much of the disk is kept
  record Settings(long clusterBytes, OnError onError, long timeoutMs, Optional<Place> bitmap) {}

  private CopyBeforeWriteNode(CopyBeforeWrite moment, Optional<Place> bitmap) {
    this.moment = moment;
    this.bitmap = bitmap;
  }

  /// The moment is now.
  static CopyBeforeWriteNode begin(Opening opening, Settings settings) {
    return of(opening.children().get(ChildName.FILE).sizeBytes(), opening, settings);
  }

  private static CopyBeforeWriteNode of(long sizeBytes, Opening opening, Settings settings) {
    CopyBeforeWrite.Terms terms =
        new CopyBeforeWrite.Terms(
            Math.max(settings.clusterBytes(), clusterBytes(opening.children())),
            Part.ALL,
            settings.onError(),
            settings.timeoutMs(),
            Zeroable.Mode.OPAQUE,
            CopyBeforeWrite.Readers.AWAITED);
    NodeName name = opening.spec().name();
    NodeEvents events = opening.services().events();
    return new CopyBeforeWriteNode(
        new CopyBeforeWrite(
            sizeBytes,
            terms,
            why ->
                events.report(
                    name,
                    NodeEvents.Kind.IO_ERROR,
                    Map.of(
                        "operation",
                        "copy-before-write",
                        "error",
                        String.valueOf(why.getMessage()),
                        "action",
                        "break-snapshot"))),
        settings.bitmap());
  }

  /// What is copied at once can be freed at once: it is never less than a cluster of the target.
  private static long clusterBytes(Children children) {
    return Clustered.clusterBytes(children.get(CopyBeforeWriteRules.TARGET));
  }

  /// Its moment was kept by a service that has ended, or before it was handed over. How long the
  /// disk was then is how long the target is; the file may have grown since.
  static CopyBeforeWriteNode lost(Opening opening, Settings settings) {
    CopyBeforeWriteNode node = of(lengthThen(opening.children()), opening, settings);
    node.moment.breakOff(
        new BlockException(
            BlockException.Kind.IO,
            "what had been copied was remembered by a node that is gone: the service was started"
                + " anew, or the node handed over and taken back"));
    return node;
  }

  /// A target that cannot tell its length does not keep a disk from being used whose past is gone.
  private static long lengthThen(Children children) {
    try {
      return children.get(CopyBeforeWriteRules.TARGET).sizeBytes();
    } catch (BlockException _) {
      return children.get(ChildName.FILE).sizeBytes();
    }
  }

  /// None when the moment is lost.
  @Override
  public Optional<Place> startBitmap() {
    return bitmap.filter(_ -> moment.broken() == null);
  }

  @Override
  public void startFrom(DirtyBits bits) {
    moment.keepOnly(bits);
  }

  @Override
  public BlockIo bind(Children children) {
    return new KeepingDisk(
        new Ends(children.get(ChildName.FILE), children.get(CopyBeforeWriteRules.TARGET)),
        moment,
        discardedBytes);
  }

  @Override
  public void requireFit(NodeSpec after, Children before, Children next) {
    EqualLengths.requireKept(after, before, next, this::fitTheMoment);
  }

  /// The moment is as long as the disk was when the filter was opened.
  @Override
  public void requireStill(NodeSpec spec, Children children) {
    if (moment.broken() == null) {
      EqualLengths.require(spec, children);
      moment.requireLength(spec.name(), children.get(ChildName.FILE).sizeBytes());
    }
  }

  /// The file may have become longer since.
  private boolean fitTheMoment(Children children) {
    return children.get(ChildName.FILE).sizeBytes() >= moment.sizeBytes()
        && children.get(CopyBeforeWriteRules.TARGET).sizeBytes() == moment.sizeBytes();
  }

  @Override
  public Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    BlockException why = moment.broken();
    facts.put("clusterSizeBytes", moment.kept().clusterBytes());
    facts.put("uncopiedBytes", moment.kept().missingBytes());
    facts.put("discardedBytes", discardedBytes.sum());
    facts.put("pointInTime", why == null ? "kept" : "lost");
    if (why != null) {
      facts.put("lostBecause", String.valueOf(why.getMessage()));
    }
    return facts;
  }

  @Override
  public void close(Children children) {
    // Nothing is open but the children, and those are not ours.
  }
}
