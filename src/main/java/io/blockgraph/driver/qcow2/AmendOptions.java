package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.Options;
import java.util.List;
import java.util.Optional;

/// What an image shall be; empty for as it is.
///
/// @param version the version of the format
/// @param lazyRefcounts whether refcounts may be written late
record AmendOptions(Optional<Integer> version, Optional<Boolean> lazyRefcounts) {
  static final OptionSpec SPEC =
      new OptionSpec(
          List.of(
              new Field(
                  "version",
                  new OptionSpec.Type.Int(2, 3, Optional.empty()),
                  Need.OPTIONAL,
                  "The version of the format; as it is when not given. qemu-img calls 2 the compat"
                      + " level 0.10, and 3 the level 1.1."),
              new Field(
                  "lazyRefcounts",
                  new OptionSpec.Type.Flag(false),
                  Need.OPTIONAL,
                  "Whether refcounts may be written late, in version 3; as it is when not"
                      + " given.")));

  /// What options ask for.
  ///
  /// @throws BlockException INVALID when that is nothing, or contradicts itself
  static AmendOptions of(Options options) {
    AmendOptions wanted =
        new AmendOptions(
            options.number("version").map(Long::intValue),
            options.values().containsKey("lazyRefcounts")
                ? Optional.of(options.flag("lazyRefcounts", false))
                : Optional.empty());
    if (wanted.version().isEmpty() && wanted.lazyRefcounts().isEmpty()) {
      throw new BlockException(
          BlockException.Kind.INVALID, "'version' or 'lazyRefcounts' must say what shall change");
    }
    return wanted;
  }

  /// The header `before` as it shall be.
  ///
  /// @throws BlockException INVALID or UNSUPPORTED when that cannot be
  Qcow2Header in(Qcow2Header before) {
    int now = before.geometry().version();
    int then = version.orElse(now);
    boolean lazy = lazyRefcounts.orElse(then == 3 && before.features().lazyRefcounts());
    if (lazy && then == 2) {
      throw new BlockException(
          BlockException.Kind.INVALID, "'lazyRefcounts' needs an image of version 3");
    }
    Qcow2Header after = then == now ? before : VersionChange.of(before, then);
    return then == 2 ? after : after.withFeatures(after.features().withLazyRefcounts(lazy));
  }
}
