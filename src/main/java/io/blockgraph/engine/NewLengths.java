package io.blockgraph.engine;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Resizable;
import io.blockgraph.graph.NodeName;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Takes changes of length as done that a dry run does not do.
final class NewLengths {
  private NewLengths() {}

  /// The same, with these disks seen in their new lengths, also through everything above them. What
  /// lies below them is as it was.
  static Live in(Live live, List<Change.NewLength> lengths) {
    Map<NodeName, BlockIo> bound = new HashMap<>(live.bound());
    for (Change.NewLength length : lengths) {
      NodeName node = length.node();
      bound.put(node, new SeenLonger(live.disk(node), length.bytes()));
      Set<NodeName> above = Cone.upwards(live.state().topology(), Set.of(node));
      above.remove(node);
      for (NodeName name : Cone.childrenFirst(live.state().topology(), above)) {
        bound.put(
            name, live.node(name).bind(Live.childrenOf(name, live.state().topology(), bound)));
      }
    }
    return new Live(live.state(), live.nodes(), Map.copyOf(bound));
  }

  /// A disk in another length than it has. Only for questions: it can be neither read nor written.
  private record SeenLonger(BlockIo disk, long bytes) implements BlockIo, Resizable, Extents {

    @Override
    public long sizeBytes() {
      return bytes;
    }

    @Override
    public List<Extent> extents(ByteRange range) {
      long known = Math.min(disk.sizeBytes(), bytes);
      List<Extent> extents = new ArrayList<>();
      if (range.offset() < known) {
        long end = Math.min(range.end(), known);
        extents.addAll(Extents.of(disk, ByteRange.between(range.offset(), end)));
      }
      long told = extents.isEmpty() ? range.offset() : extents.getLast().range().end();
      if (told >= known && told < range.end()) {
        extents.add(Extent.nowhere(ByteRange.between(told, range.end())));
      }
      return extents;
    }

    @Override
    public long lengthFor(long sizeBytes) {
      return disk instanceof Resizable resizable ? resizable.lengthFor(sizeBytes) : sizeBytes;
    }

    @Override
    public void read(long offset, MemorySegment into) {
      throw onlyForQuestions();
    }

    @Override
    public void write(long offset, MemorySegment from) {
      throw onlyForQuestions();
    }

    @Override
    public void flush() {
      throw onlyForQuestions();
    }

    @Override
    public void resize(long sizeBytes) {
      throw onlyForQuestions();
    }

    private static IllegalStateException onlyForQuestions() {
      return new IllegalStateException("a disk of a dry run was about to be used");
    }
  }
}
