package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.BitmapKeeper;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.KeptBitmap;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.ChildName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An open qcow2 node: the image's tables, and no disk.
final class Qcow2Node implements Node, BitmapKeeper {
  private final Qcow2Image image;

  Qcow2Node(Qcow2Image image) {
    this.image = image;
  }

  @Override
  public BlockIo bind(Children children) {
    return image.bind(
        children.get(ChildName.FILE),
        Qcow2Driver.find(children, ChildName.BACKING),
        dataFile(children));
  }

  private static @Nullable BlockIo dataFile(Children children) {
    return Qcow2Driver.find(children, ChildName.DATA_FILE);
  }

  /// A node that will only be read has everything in its file before: most of it now, while
  /// requests go on, and the rest when they are held.
  @Override
  public Prepared prepare(NodeChange change) {
    if (change.before().readOnly() && !change.after().readOnly()) {
      image.requireWritable();
    }
    if (change.before().readOnly() || !change.after().readOnly()) {
      return Prepared.NOTHING;
    }
    bind(change.children()).flush();
    return new Prepared() {
      @Override
      public void settle() {
        image.settle(change.children().get(ChildName.FILE), dataFile(change.children()));
      }
    };
  }

  /// What is only in memory stays there.
  @Override
  public void rehearse(NodeChange change) {
    if (change.before().readOnly() && !change.after().readOnly()) {
      image.requireWritable();
    }
  }

  @Override
  public Map<String, Object> facts() {
    Map<String, Object> facts = image.info().asMap();
    image
        .contradiction()
        .ifPresent(
            reason -> {
              facts.put("corrupt", true);
              facts.put("corruption", reason);
            });
    return facts;
  }

  @Override
  public Optional<String> bitmapObjection() {
    return image.bitmaps.objection();
  }

  @Override
  public List<KeptBitmap> storedBitmaps(Children children) {
    return image.bitmaps.load(children.get(ChildName.FILE));
  }

  @Override
  public void storeBitmaps(Children children, List<KeptBitmap> bitmaps) {
    image.store(children.get(ChildName.FILE), dataFile(children), bitmaps);
  }

  @Override
  public void followBitmaps(Supplier<List<KeptBitmap>> bitmaps) {
    image.bitmaps.follow(bitmaps);
  }

  @Override
  public void close(Children children) {
    image.close(children.get(ChildName.FILE), dataFile(children));
  }
}
