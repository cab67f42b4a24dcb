package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import java.util.List;
import java.util.Map;

/// A disk in a VMware image, to be read. The names of other files in it are shown and never
/// followed.
public final class VmdkDriver extends ImportDriver {
  /// The driver `vmdk`.
  public VmdkDriver() {
    super("vmdk");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            fileField(),
            new Field(
                "extents",
                new OptionSpec.Type.ChildList(Roles.of(Role.DATA, Role.METADATA), 0),
                Need.OPTIONAL,
                "Where the extents are that the image keeps in files of their own, in its order"
                    + " and without those that are all zeroes.")));
  }

  @Override
  ImportedImage image(List<BlockIo> files, Options options) {
    return VmdkImage.open(files);
  }

  @Override
  public Map<String, Object> describe(BlockIo file) {
    return VmdkImage.describe(file);
  }
}
