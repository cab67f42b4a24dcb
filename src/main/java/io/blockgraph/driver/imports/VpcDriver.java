package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.Options;
import java.util.List;

/// A disk in a Virtual PC image (VHD), to be read.
public final class VpcDriver extends ImportDriver {
  private static final String SIZE = "forceSizeCalc";

  /// The driver `vpc`.
  public VpcDriver() {
    super("vpc");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            fileField(),
            new Field(
                SIZE,
                new OptionSpec.Type.Choice(List.of("auto", "chs", "current-size"), "auto"),
                Need.OPTIONAL,
                "Which of the two lengths in the image counts: that of its geometry, or the one in"
                    + " bytes; auto goes by the program that made the image.")));
  }

  @Override
  ImportedImage image(List<BlockIo> files, Options options) {
    return VpcImage.open(files.getFirst(), options.text(SIZE).orElse("auto"));
  }
}
