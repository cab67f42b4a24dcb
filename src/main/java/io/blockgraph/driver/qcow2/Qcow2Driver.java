package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.AmendableFormat;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.ImageFormat;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// A disk in a qcow2 image. Names inside an image are shown and never followed.
public final class Qcow2Driver implements Driver, ImageFormat, AmendableFormat {
  private final Inflation inflation;

  /// A driver whose nodes inflate compressed clusters in the thread that reads them.
  public Qcow2Driver() {
    this.inflation = Inflation.IN_CALLER;
  }

  /// A driver whose nodes inflate compressed clusters at the same time and ahead of readers.
  ///
  /// @param executor bounded, and it may refuse: what it does not start, the reading thread does
  ///   itself
  public Qcow2Driver(Executor executor) {
    this.inflation = new Inflation(executor);
  }

  @Override
  public DriverName name() {
    return new DriverName("qcow2");
  }

  @Override
  public OptionSpec options() {
    return Qcow2Options.node();
  }

  @Override
  public DriverRules rules() {
    return Qcow2Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    NodeSpec spec = opening.spec();
    NodeEvents events = opening.services().events();
    Children children = opening.children();
    Qcow2Image image =
        Qcow2Image.open(
            children.get(ChildName.FILE),
            find(children, ChildName.DATA_FILE),
            Qcow2Options.settings(spec.options()),
            new Qcow2Image.Services(
                reason ->
                    events.report(
                        spec.name(), NodeEvents.Kind.IMAGE_CORRUPTED, Map.of("reason", reason)),
                inflation));
    requireDecision(spec, image);
    if (!spec.readOnly()) {
      image.requireWritable();
    }
    return new Qcow2Node(image);
  }

  /// An image that names a backing file shows other data without it: the caller has to say which it
  /// shall be.
  private static void requireDecision(NodeSpec spec, Qcow2Image image) {
    boolean said =
        spec.child(ChildName.BACKING).isPresent() || spec.options().values().containsKey("backing");
    if (!said && image.info().backingFile().isPresent()) {
      throw new BlockException(
          BlockException.Kind.INVALID,
          "node '"
              + spec.name()
              + "': the image names the backing file '"
              + image.info().backingFile().get()
              + "', which is never followed; name the node that holds it as 'backing', or say"
              + " 'backing': null");
    }
  }

  static @Nullable BlockIo find(Children children, ChildName name) {
    return children.find(name).orElse(null);
  }

  @Override
  public OptionSpec createOptions() {
    return Qcow2Options.creation();
  }

  @Override
  public OptionSpec amendOptions() {
    return AmendOptions.SPEC;
  }

  @Override
  public void create(BlockIo file, Options options) {
    Qcow2Creator.create(file, Qcow2Options.created(options));
  }

  @Override
  public void requirePossible(Options options) {
    NewImage.of(Qcow2Options.created(options)).header();
  }

  @Override
  public Map<String, Object> describe(BlockIo file) {
    return new Qcow2Info(Qcow2Header.read(file)).asMap();
  }

  @Override
  public CheckReport check(BlockIo file) {
    return Qcow2Checker.check(file).report();
  }
}
