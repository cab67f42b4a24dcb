package io.blockgraph.driver.preallocate;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.ChildName;
import java.util.Map;

/// An open filter: where the data ends that its parents know of.
///
/// The reserve is given back as soon as parents may not make the disk longer any more, and before
/// the node goes: in each case while nobody writes, and before anybody writes beside it.
final class PreallocateNode implements Node {
  private final Preallocation reserved;

  PreallocateNode(Opening opening) {
    reserved = new Preallocation(Reserve.of(opening.spec()));
    if (PreallocateRules.lengthens(opening.grant())) {
      reserved.begin();
    }
  }

  @Override
  public BlockIo bind(Children children) {
    return new PreallocateDisk(children.get(ChildName.FILE), reserved);
  }

  @Override
  public Prepared prepare(NodeChange change) {
    Reserve next = Reserve.of(change.after());
    boolean lengthens = PreallocateRules.lengthens(change.to());
    return new Prepared() {
      @Override
      public void settle() {
        if (!lengthens) {
          reserved.giveBack(change.children().get(ChildName.FILE));
        }
      }

      @Override
      public void commit() {
        reserved.use(next);
        if (lengthens) {
          reserved.begin();
        } else {
          reserved.end();
        }
      }

      @Override
      public void abort() {
        reserved.goOn();
      }
    };
  }

  /// A change on trial comes at any time, also while another one has the reserve given back.
  @Override
  public void rehearse(NodeChange change) {
    Reserve.of(change.after());
  }

  @Override
  public void leave(Children children) {
    reserved.giveBack(children.get(ChildName.FILE));
  }

  @Override
  public void stay() {
    reserved.goOn();
  }

  @Override
  public Map<String, Object> facts() {
    return Map.of("reservedBytes", reserved.bytes());
  }

  @Override
  public void close(Children children) {
    reserved.giveBack(children.get(ChildName.FILE));
  }
}
