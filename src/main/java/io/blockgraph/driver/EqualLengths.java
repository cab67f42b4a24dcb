package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The children of a node that must all have the same length: whether they have, and how all of
/// them get another one. Any thread.
///
/// @param node whose children they are
/// @param children all of them
public record EqualLengths(NodeName node, Children children) {
  /// Whether all have the same length.
  public boolean hold() {
    LongSummaryStatistics lengths = lengths();
    return lengths.getMin() >= lengths.getMax();
  }

  /// How long they are.
  LongSummaryStatistics lengths() {
    return children.byName().values().stream().mapToLong(BlockIo::sizeBytes).summaryStatistics();
  }

  /// Asks of a node that is opened.
  ///
  /// @throws BlockException SIZE_MISMATCH naming each child, its node and its length
  public static void require(NodeSpec spec, Children children) {
    if (!new EqualLengths(spec.name(), children).hold()) {
      throw mismatch(spec, children);
    }
  }

  private static BlockException mismatch(NodeSpec spec, Children children) {
    return new BlockException(
        Kind.SIZE_MISMATCH,
        new EqualLengths(spec.name(), children)
            .described(
                child -> child + spec.child(child).map(c -> " ('" + c.node() + "')").orElse("")));
  }

  /// Asks of a node that gets other children: those that were equal stay equal. What differed
  /// before may be mended step by step, and a child that cannot tell its length stands in nobody's
  /// way.
  ///
  /// @throws BlockException SIZE_MISMATCH as [#require]
  public static void requireKept(NodeSpec spec, Children before, Children after) {
    requireKept(spec, before, after, children -> new EqualLengths(spec.name(), children).hold());
  }

  /// As [#requireKept] of a node that is content with lengths that differ, as long as they `fit`.
  public static void requireKept(
      NodeSpec spec, Children before, Children after, Predicate<Children> fit) {
    if (areKnown(before) && areKnown(after) && fit.test(before) && !fit.test(after)) {
      throw mismatch(spec, after);
    }
  }

  private static boolean areKnown(Children children) {
    try {
      return children.byName().values().stream().allMatch(disk -> disk.sizeBytes() >= 0);
    } catch (BlockException e) {
      return false;
    }
  }

  /// That the lengths differ, for a request that finds them so.
  public BlockException differ() {
    return new BlockException(Kind.IO, described(ChildName::value));
  }

  private String described(Function<ChildName, String> naming) {
    return "node '"
        + node
        + "': its children differ in length: "
        + children.byName().entrySet().stream()
            .map(e -> naming.apply(e.getKey()) + " has " + e.getValue().sizeBytes() + " bytes")
            .collect(Collectors.joining(", "));
  }

  /// Changes the length of all children, or of none.
  ///
  /// When one cannot follow, those before it get their old length back. Where that made them
  /// shorter meanwhile, what was cut off them is gone and reads as zeroes; the children after them
  /// still have it.
  ///
  /// @throws BlockException UNSUPPORTED naming the child that has a fixed length; or what went
  ///   wrong below, with the child
  public void set(long sizeBytes) {
    children.byName().forEach(this::requireResizable);
    List<ChildName> names = List.copyOf(children.byName().keySet());
    List<Long> before = names.stream().map(name -> children.get(name).sizeBytes()).toList();
    for (int i = 0; i < names.size(); i++) {
      try {
        resize(children.get(names.get(i)), sizeBytes);
      } catch (BlockException e) {
        for (int done = 0; done < i; done++) {
          undo(children.get(names.get(done)), before.get(done), e);
        }
        throw cannotFollow(names.get(i), e);
      }
    }
  }

  /// The length that [#set] would give all children, changing nothing.
  ///
  /// @throws BlockException where it can be seen that [#set] would be refused
  public long lengthFor(long sizeBytes) {
    children.byName().forEach(this::requireResizable);
    long length = sizeBytes;
    for (var child : children.byName().entrySet()) {
      try {
        length = ((Resizable) child.getValue()).lengthFor(sizeBytes);
      } catch (BlockException e) {
        throw cannotFollow(child.getKey(), e);
      }
    }
    return length;
  }

  private BlockException cannotFollow(ChildName child, BlockException cause) {
    return new BlockException(
        cause.kind(),
        "node '" + node + "': its child '" + child + "' cannot follow: " + cause.getMessage(),
        cause);
  }

  private void requireResizable(ChildName child, BlockIo disk) {
    if (!(disk instanceof Resizable)) {
      throw new BlockException(
          Kind.UNSUPPORTED, "node '" + node + "': its child '" + child + "' has a fixed length");
    }
  }

  private static void undo(BlockIo disk, long before, BlockException cause) {
    try {
      resize(disk, before);
    } catch (BlockException e) {
      cause.addSuppressed(e);
    }
  }

  private static void resize(BlockIo disk, long sizeBytes) {
    ((Resizable) disk).resize(sizeBytes);
  }
}
