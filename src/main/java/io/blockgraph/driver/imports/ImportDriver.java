package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.ImageFormat.CheckReport;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.OptionSpec.Nullability;
import io.blockgraph.driver.ReadableFormat;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Roles;
import java.util.List;
import java.util.Map;

/// What the drivers of all imported formats have in common.
abstract class ImportDriver implements Driver, ReadableFormat {
  private static final Options NO_OPTIONS = new Options(Map.of());
  private final DriverName name;

  ImportDriver(String name) {
    this.name = new DriverName(name);
  }

  /// Opens an image; only reads.
  ///
  /// @param files the children in the driver's order, the image file first
  /// @throws io.blockgraph.block.BlockException BAD_IMAGE naming field, offset and value
  abstract ImportedImage image(List<BlockIo> files, Options options);

  @Override
  public final DriverName name() {
    return name;
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(List.of(fileField()));
  }

  static Field fileField() {
    return new Field(
        "file",
        new OptionSpec.Type.Child("file", Roles.IMAGE, Nullability.NOT_NULL),
        Need.REQUIRED,
        "Where the image is.");
  }

  @Override
  public DriverRules rules() {
    return ImportRules.INSTANCE;
  }

  @Override
  public final Node open(Opening opening) {
    ImportNode.requireReadOnly(opening.spec());
    List<BlockIo> files = List.copyOf(opening.children().byName().values());
    return new ImportNode(image(files, opening.spec().options()));
  }

  @Override
  public Map<String, Object> describe(BlockIo file) {
    return image(List.of(file), NO_OPTIONS).facts();
  }

  @Override
  public final CheckReport check(BlockIo file) {
    List<BlockIo> files = List.of(file);
    return new TableCheck(image(files, NO_OPTIONS), files).report();
  }
}
