package io.blockgraph.driver.throttle;

import io.blockgraph.driver.Driver;
import io.blockgraph.driver.FilterRules;
import io.blockgraph.driver.Grouping;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.throttle.Limits.Measure;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.UserId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A filter that lets requests through no faster than given rates. It has one state: the limits of
/// groups, told right after the graph has changed.
public final class ThrottleDriver implements Driver, Grouping {
  private static final long MAX_RATE = 1_000_000_000_000_000L;
  private static final long MAX_BURST_SECONDS = 86_400;
  private static final int MAX_NAME = 64;

  private final ThrottleGroups groups = new ThrottleGroups();

  @Override
  public DriverName name() {
    return new DriverName("throttle");
  }

  @Override
  public OptionSpec options() {
    List<Field> fields = new ArrayList<>();
    fields.add(Field.filtered("file", "The disk whose requests are slowed down."));
    fields.add(
        new Field(
            ThrottleGroups.OPTION,
            new OptionSpec.Type.Text(MAX_NAME),
            Need.OPTIONAL,
            "The throttle group whose limits it shares, in the place of its own."));
    fields.addAll(limits());
    return new OptionSpec(fields);
  }

  private static List<Field> limits() {
    List<Field> fields = new ArrayList<>();
    for (Measure measure : Measure.values()) {
      fields.addAll(fieldsOf(measure));
    }
    fields.add(
        number(
            "iopsSize",
            MAX_RATE,
            0,
            "A request of more bytes counts as several; 0 counts each as one."));
    return fields;
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
    return new ThrottleNode(opening.spec(), groups, opening.services().ticker());
  }

  /// With groups that are nobody else's.
  @Override
  public Node rehearse(Opening opening) {
    return new ThrottleNode(opening.spec(), new ThrottleGroups(), opening.services().ticker());
  }

  @Override
  public OptionSpec groupOptions() {
    return new OptionSpec(limits());
  }

  @Override
  public Optional<String> groupObjection(Options options) {
    return Limits.objection(options);
  }

  @Override
  public Optional<UserId> groupOf(NodeSpec node) {
    return ThrottleGroups.nameIn(node);
  }

  @Override
  public void grouped(UserId group, Options options) {
    groups.use(group, Limits.of(options));
  }

  @Override
  public void ungrouped(UserId group) {
    groups.forget(group);
  }

  private enum Rules implements FilterRules {
    INSTANCE;

    @Override
    public Optional<String> objection(NodeSpec node) {
      return ThrottleGroups.nameIn(node)
          .flatMap(group -> badName(group.value()))
          .or(() -> bothGroupAndLimits(node))
          .or(() -> Limits.objection(node.options()));
    }

    private static Optional<String> badName(String group) {
      return NodeName.isWellFormed(group)
          ? Optional.empty()
          : Optional.of("no throttle group can be named '" + group + "'");
    }

    private static Optional<String> bothGroupAndLimits(NodeSpec node) {
      if (ThrottleGroups.nameIn(node).isEmpty()) {
        return Optional.empty();
      }
      return limits().stream()
          .map(Field::name)
          .filter(name -> node.options().number(name).isPresent())
          .findFirst()
          .map(
              name ->
                  "a node of a throttle group has its limits from there, and no '" + name + "'");
    }
  }
}
