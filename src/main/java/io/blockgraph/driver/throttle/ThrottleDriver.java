package io.blockgraph.driver.throttle;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.FilterRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.Prepared;
import io.blockgraph.driver.throttle.Limits.Measure;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A filter that lets requests through no faster than given rates.
public final class ThrottleDriver implements Driver {
  private static final long MAX_RATE = 1_000_000_000_000_000L;
  private static final long MAX_BURST_SECONDS = 86_400;

  @Override
  public DriverName name() {
    return new DriverName("throttle");
  }

  @Override
  public OptionSpec options() {
    List<Field> fields = new ArrayList<>();
    fields.add(Field.filtered("file", "The disk whose requests are slowed down."));
    for (Measure measure : Measure.values()) {
      fields.addAll(fieldsOf(measure));
    }
    fields.add(
        number(
            "iopsSize",
            MAX_RATE,
            0,
            "A request of more bytes counts as several; 0 counts each as one."));
    return new OptionSpec(fields);
  }

  private static List<Field> fieldsOf(Measure measure) {
    String unit = measure.countsBytes() ? "Bytes" : "Requests";
    String name = measure.option();
    return List.of(
        number(name, MAX_RATE, 0, unit + " per second in the long run; 0 for no limit."),
        number(name + "Max", MAX_RATE, 0, unit + " per second in a burst; 0 for no bursts."),
        number(
            name + "MaxLength", MAX_BURST_SECONDS, 1, "How many seconds such a burst may last."));
  }

  private static Field number(String name, long max, long otherwise, String doc) {
    return new Field(
        name, new OptionSpec.Type.Int(otherwise, max, Optional.of(otherwise)), Need.OPTIONAL, doc);
  }

  @Override
  public Set<String> changeableOptions() {
    return options().fields().stream()
        .map(Field::name)
        .filter(name -> !name.equals("file"))
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    Limits limits = Limits.of(opening.spec().options());
    return new ThrottleNode(new ThrottleGroup(opening.services().ticker(), limits));
  }

  private record ThrottleNode(ThrottleGroup group) implements Node {
    @Override
    public BlockIo bind(Children children) {
      return new ThrottleDisk(children.get(ChildName.FILE), group);
    }

    @Override
    public Prepared prepare(NodeChange change) {
      Limits next = Limits.of(change.after().options());
      return new Prepared() {
        @Override
        public void commit() {
          group.use(next);
        }
      };
    }

    @Override
    public void close(Children children) {
      // Nothing is held.
    }
  }

  private enum Rules implements FilterRules {
    INSTANCE;

    @Override
    public Optional<String> objection(NodeSpec node) {
      return Limits.objection(node.options());
    }
  }
}
