package io.blockgraph.driver;

import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Options;
import java.util.Optional;
import java.util.Set;

/// One kind of node. A driver has no state; it may be asked from many threads at once.
///
/// More abilities are separate interfaces of the same object: [ImageFormat], [SlowToOpen].
public interface Driver {
  /// The name callers use.
  DriverName name();

  /// The options and children a node of this driver takes.
  OptionSpec options();

  /// The driver's say in the graph.
  DriverRules rules();

  /// Whether callers can ask for a node of it; no for what jobs put in themselves.
  default boolean isOffered() {
    return true;
  }

  /// The options that may change while a node is open; the node hears of them by [Node#prepare].
  default Set<String> changeableOptions() {
    return Set.of();
  }

  /// Whether its nodes may have dirty bitmaps. No for disks that are known by their class to
  /// whoever put them there: they would be seen through the disk that marks.
  default boolean takesBitmaps() {
    return true;
  }

  /// The bitmap that a new node with these options is told of ([StartsFromBitmap]).
  default Optional<StartsFromBitmap.Place> startBitmap(Options options) {
    return Optional.empty();
  }

  /// Opens a node. Slow and fallible; nobody sees the node before the change it belongs to is
  /// committed, and it is closed again when that change is given up.
  ///
  /// @throws io.blockgraph.block.BlockException naming file, field or option; then nothing stays
  ///   open
  Node open(Opening opening);

  /// Whether a node may be opened, closed and opened again where once would do. No where somebody
  /// else sees that, and may not take it for the same.
  default boolean opensAgain() {
    return true;
  }

  /// Opens a node that the graph remembers from an earlier run of the service, or that was handed
  /// over and is taken back. To be overridden by a driver whose nodes hold what no file holds.
  ///
  /// @throws io.blockgraph.block.BlockException as [#open] would
  default Node reopen(Opening opening) {
    return open(opening);
  }

  /// Opens a node that will never be used, changing nothing that anybody could notice: for dry
  /// runs. What it is given takes no locks and lets nothing be written. To be overridden by a
  /// driver whose nodes cannot be opened before something else has happened.
  ///
  /// @throws io.blockgraph.block.BlockException as [#open] would
  default Node rehearse(Opening opening) {
    return open(opening);
  }

  /// As [#rehearse], of [#reopen]; to be overridden by who overrides that.
  ///
  /// @throws io.blockgraph.block.BlockException as [#reopen] would
  default Node rehearseReopening(Opening opening) {
    return rehearse(opening);
  }
}
