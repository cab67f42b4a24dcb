package io.blockgraph.driver;

import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.OptionSpec.Nullability;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import java.util.List;
import java.util.Optional;

/// Drivers that take every type of option and child, for tests of validation; they open nothing.
final class PlainDrivers {
  static final OptionSpec DISK =
      new OptionSpec(
          List.of(
              new Field("filename", new OptionSpec.Type.Text(20), Need.REQUIRED, "Where it is."),
              new Field(
                  "size",
                  new OptionSpec.Type.Size(0, 1000, Optional.empty()),
                  Need.OPTIONAL,
                  "How long it is."),
              new Field(
                  "retries",
                  new OptionSpec.Type.Int(-1, 3, Optional.of(2L)),
                  Need.OPTIONAL,
                  "How often."),
              new Field(
                  "fast", new OptionSpec.Type.Flag(false), Need.OPTIONAL, "Whether it hurries."),
              new Field(
                  "locking",
                  new OptionSpec.Type.Choice(List.of("auto", "on", "off"), "auto"),
                  Need.OPTIONAL,
                  "Locks."),
              new Field(
                  "take",
                  new OptionSpec.Type.Words(List.of("write", "resize")),
                  Need.OPTIONAL,
                  "Permissions."),
              new Field("faults", new OptionSpec.Type.Objects(fault()), Need.OPTIONAL, "Faults.")));

  static final OptionSpec IMAGE =
      new OptionSpec(
          List.of(
              new Field(
                  "file",
                  new OptionSpec.Type.Child("file", Roles.IMAGE, Nullability.NOT_NULL),
                  Need.REQUIRED,
                  "Bytes."),
              new Field(
                  "backing",
                  new OptionSpec.Type.Child("backing", Roles.BACKING, Nullability.NULLABLE),
                  Need.OPTIONAL,
                  "Below.")));

  static final OptionSpec VOTE =
      new OptionSpec(
          List.of(
              new Field(
                  "children",
                  new OptionSpec.Type.ChildList(Roles.of(Role.DATA), 2),
                  Need.REQUIRED,
                  "Voters.")));

  static final DriverRegistry REGISTRY =
      new DriverRegistry(
          List.of(new Plain("disk", DISK), new Plain("image", IMAGE), new Plain("vote", VOTE)));

  private PlainDrivers() {}

  private static OptionSpec fault() {
    return new OptionSpec(
        List.of(
            new Field(
                "at",
                new OptionSpec.Type.Int(0, 9, Optional.empty()),
                Need.REQUIRED,
                "Where it strikes."),
            new Field(
                "once", new OptionSpec.Type.Flag(false), Need.OPTIONAL, "Whether it goes away.")));
  }

  private record Plain(String word, OptionSpec options) implements Driver {
    @Override
    public DriverName name() {
      return new DriverName(word);
    }

    @Override
    public DriverRules rules() {
      return new DriverRules() {
        @Override
        public boolean isFilter() {
          return false;
        }

        @Override
        public boolean supportsBacking() {
          return false;
        }

        @Override
        public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
          return parents;
        }
      };
    }

    @Override
    public Node open(Opening opening) {
      throw new UnsupportedOperationException("drivers of validation tests open nothing");
    }
  }
}
