package io.blockgraph.driver.file;

import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import java.util.List;
import java.util.Set;

/// A file of the host as a disk, byte for byte.
public final class FileDriver implements Driver {
  /// The longest path, as Linux has it.
  static final int MAX_PATH = 4095;

  static final Field LOCKING =
      new Field(
          "locking",
          new OptionSpec.Type.Choice(List.of("auto", "on", "off"), "auto"),
          Need.OPTIONAL,
          "Whether other processes are kept away by locks: on needs a file system that has"
              + " them, auto does without where there are none.");

  @Override
  public DriverName name() {
    return new DriverName("file");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new Field(
                "filename",
                new OptionSpec.Type.Text(MAX_PATH),
                Need.REQUIRED,
                "The file: a path relative to an image root, or absolute beneath one."),
            LOCKING));
  }

  @Override
  public Set<String> changeableOptions() {
    return Set.of("locking");
  }

  @Override
  public DriverRules rules() {
    return ProtocolRules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    return FileNode.open(opening, opening.services().files(), FileDisk::new);
  }
}
