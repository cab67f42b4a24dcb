package io.blockgraph.driver.preallocate;

import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A filter between a format and its file: when the format makes the file longer, more storage is
/// reserved behind it than was asked for, and given back at the end.
public final class PreallocateDriver implements Driver {
  @Override
  public DriverName name() {
    return new DriverName("preallocate");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            Field.filtered("file", "The disk that a format makes longer."),
            new Field(
                Reserve.ALIGN,
                new OptionSpec.Type.Size(
                    Reserve.SECTOR_BYTES, Reserve.MOST_BYTES, Optional.of(Reserve.ALIGN_BYTES)),
                Need.OPTIONAL,
                "The length of the disk with its reserve is a multiple of this, itself a multiple"
                    + " of 512."),
            new Field(
                Reserve.SIZE,
                new OptionSpec.Type.Size(0, Reserve.MOST_BYTES, Optional.of(Reserve.SIZE_BYTES)),
                Need.OPTIONAL,
                "How much is reserved at once.")));
  }

  @Override
  public Set<String> changeableOptions() {
    return Set.of(Reserve.ALIGN, Reserve.SIZE);
  }

  @Override
  public DriverRules rules() {
    return PreallocateRules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    return new PreallocateNode(opening);
  }
}
