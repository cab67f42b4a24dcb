package io.blockgraph.driver.blkverify;

import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.OptionSpec.Nullability;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import java.util.List;

/// A filter that shows one disk and compares it with another: what is written goes to both, what is
/// read must be the same on both.
public final class BlkverifyDriver implements Driver {
  @Override
  public DriverName name() {
    return new DriverName("blkverify");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            Field.filtered(Sides.RAW.value(), "The disk that is shown, and known to be right."),
            new Field(
                Sides.TEST.value(),
                new OptionSpec.Type.Child(
                    Sides.TEST.value(), Roles.of(Role.DATA), Nullability.NOT_NULL),
                Need.REQUIRED,
                "The disk that is put to the test; as long as the other.")));
  }

  @Override
  public DriverRules rules() {
    return BlkverifyRules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    return BlkverifyNode.open(opening);
  }
}
