package io.blockgraph.driver.raw;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.ImageFormat;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.OptionSpec.Nullability;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A disk whose bytes are those of its file: all of them, or a window given by `offset` and `size`.
public final class RawDriver implements Driver, ImageFormat {
  private static final Roles STORAGE = Roles.of(Role.DATA, Role.PRIMARY);

  @Override
  public DriverName name() {
    return new DriverName("raw");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new Field(
                "file",
                new OptionSpec.Type.Child("file", STORAGE, Nullability.NOT_NULL),
                Need.REQUIRED,
                "Where the bytes are."),
            new Field(
                "offset",
                new OptionSpec.Type.Size(0, Long.MAX_VALUE, Optional.of(0L)),
                Need.OPTIONAL,
                "Where in the file the disk begins."),
            new Field(
                "size",
                new OptionSpec.Type.Size(0, Long.MAX_VALUE, Optional.empty()),
                Need.OPTIONAL,
                "How long the disk is; without it, it reaches to the end of the file. A disk with a"
                    + " size cannot be resized.")));
  }

  @Override
  public DriverRules rules() {
    return RawRules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    Window window = Window.of(opening.spec().options());
    window.requireWithin(opening.spec().name(), opening.children().get(ChildName.FILE).sizeBytes());
    return new RawNode(window);
  }

  @Override
  public OptionSpec createOptions() {
    return new OptionSpec(
        List.of(
            new Field(
                "size",
                new OptionSpec.Type.Size(0, Long.MAX_VALUE, Optional.empty()),
                Need.REQUIRED,
                "The length of the disk, in bytes."),
            new Field(
                "preallocation",
                new OptionSpec.Type.Choice(List.of("off", "falloc", "full"), "off"),
                Need.OPTIONAL,
                "Whether storage is reserved from the beginning (falloc), or zeroes are written"
                    + " (full).")));
  }

  /// A file of that length, all of it a hole unless storage is asked for.
  ///
  /// @throws BlockException NO_SPACE when the disk is shorter and cannot grow
  @Override
  public void create(BlockIo file, Options options) {
    long size = options.number("size").orElseThrow();
    if (file instanceof Resizable growable) {
      growable.resize(0);
      growable.resize(size);
    } else if (file.sizeBytes() < size) {
      throw new BlockException(
          BlockException.Kind.NO_SPACE,
          "the image needs " + size + " bytes; its disk has " + file.sizeBytes());
    }
    ByteRange all = new ByteRange(0, size);
    switch (options.text("preallocation").orElse("off")) {
      case "falloc" -> Zeroes.zero(file, all, Zeroable.Mode.KEEP_ALLOCATED);
      case "full" -> Zeroes.write(file, all);
      default -> {}
    }
    file.flush();
  }

  @Override
  public Map<String, Object> describe(BlockIo file) {
    return Map.of("format", "raw", "virtualSizeBytes", file.sizeBytes());
  }

  /// @throws BlockException UNSUPPORTED: bytes without structure cannot contradict themselves
  @Override
  public CheckReport check(BlockIo file) {
    throw new BlockException(
        BlockException.Kind.UNSUPPORTED, "a raw image has no structure that could be checked");
  }

  private record RawNode(Window window) implements Node {
    @Override
    public BlockIo bind(Children children) {
      BlockIo file = children.get(ChildName.FILE);
      return window.isWhole() ? new WholeDisk(file) : new WindowDisk(file, window);
    }

    @Override
    public void close(Children children) {
      // Nothing is held: what was written is in the file below.
    }
  }
}
