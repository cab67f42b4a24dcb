package io.blockgraph.rest;

import io.blockgraph.block.DirtyBits;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.DirtyBitmap.Lasting;
import io.blockgraph.engine.bitmap.DirtyBitmap.Recording;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The bodies of requests about bitmaps.
final class BitmapBodies {
  private static final long DEFAULT_GRANULARITY = 64 << 10;
  static final OptionSpec ADD =
      new OptionSpec(
          List.of(
              Bodies.required(
                  "name",
                  new OptionSpec.Type.Text(BitmapName.MAX_BYTES),
                  "Its name, unique on the node: 1 to 1023 bytes, without '/', '\\\\' and control"
                      + " characters."),
              Bodies.optional(
                  "granularity",
                  new OptionSpec.Type.Size(
                      DirtyBits.MIN_GRANULARITY,
                      DirtyBits.MAX_GRANULARITY,
                      Optional.of(DEFAULT_GRANULARITY)),
                  "How many bytes of the disk one bit stands for; a power of two."),
              Bodies.optional(
                  "enabled",
                  new OptionSpec.Type.Flag(true),
                  "Whether writes are marked from the start."),
              Bodies.optional(
                  "persistent",
                  new OptionSpec.Type.Flag(false),
                  "Whether it lives in the image of the node, which must be qcow2 of version 3;"
                      + " else it ends with the node or the service.")));

  static final OptionSpec CHANGE =
      new OptionSpec(
          List.of(
              Bodies.required(
                  "enabled", new OptionSpec.Type.Flag(true), "Whether writes are marked.")));

  static final OptionSpec MERGE =
      new OptionSpec(
          List.of(
              Bodies.required(
                  "bitmaps",
                  new OptionSpec.Type.Objects(
                      new OptionSpec(
                          List.of(
                              Bodies.optional(
                                  "node", Bodies.name(), "The node it is on; else the same."),
                              Bodies.required(
                                  "name",
                                  new OptionSpec.Type.Text(BitmapName.MAX_BYTES),
                                  "Its name.")))),
                  "The bitmaps whose dirty parts become dirty in this one, too. Their disks are of"
                      + " one length; granularities may differ.")));

  private BitmapBodies() {}

  static BitmapEdit.Add add(NodeName node, @Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, ADD, ""));
    long granularity = options.number("granularity").orElse(DEFAULT_GRANULARITY);
    if (!DirtyBits.isGranularity(granularity)) {
      throw Answers.field(
          "/granularity", "a power of two of at least 512; " + granularity + " is not");
    }
    return new BitmapEdit.Add(
        node,
        newName(options.text("name").orElseThrow()),
        granularity,
        recording(options.flag("enabled", true)),
        options.flag("persistent", false) ? Lasting.PERSISTENT : Lasting.IN_MEMORY);
  }

  static BitmapEdit.Switch change(NodeName node, BitmapName bitmap, @Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, CHANGE, ""));
    return new BitmapEdit.Switch(node, bitmap, recording(options.flag("enabled", true)));
  }

  static BitmapEdit.Merge merge(NodeName node, BitmapName bitmap, @Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, MERGE, ""));
    List<BitmapEdit.Source> sources = new ArrayList<>();
    for (Object item : options.list("bitmaps")) {
      sources.add(source(node, "/bitmaps/" + sources.size(), (Map<?, ?>) item));
    }
    if (sources.isEmpty()) {
      throw Answers.field("/bitmaps", "name at least one bitmap");
    }
    return new BitmapEdit.Merge(node, bitmap, sources);
  }

  private static BitmapEdit.Source source(NodeName node, String pointer, Map<?, ?> item) {
    String name = item.get("name") instanceof String text ? text : "";
    return new BitmapEdit.Source(
        item.get("node") instanceof String other
            ? Answers.nodeField(pointer + "/node", other)
            : node,
        name(pointer + "/name", name));
  }

  /// The name of a bitmap in a field of a body.
  static BitmapName name(String pointer, String name) {
    if (!BitmapName.isWellFormed(name)) {
      throw Answers.field(pointer, "a bitmap's name has 1 to 1023 bytes");
    }
    return new BitmapName(name);
  }

  /// The name of a bitmap in a path.
  static BitmapName named(String name) {
    if (!BitmapName.isWellFormed(name)) {
      throw new ProblemException(
          ProblemKind.BITMAP_NOT_FOUND, "there is no bitmap of this name; none can have it");
    }
    return new BitmapName(name);
  }

  /// One that a path can hold, so that the bitmap can be reached.
  private static BitmapName newName(String name) {
    if (!BitmapName.isWellFormed(name)
        || name.contains("/")
        || name.contains("\\")
        || name.equals(".")
        || name.equals("..")) {
      throw Answers.field(
          "/name", "a bitmap's name has 1 to 1023 bytes, no '/' or '\\', and is not '.' or '..'");
    }
    return new BitmapName(name);
  }

  private static Recording recording(boolean enabled) {
    return enabled ? Recording.ENABLED : Recording.DISABLED;
  }
}
