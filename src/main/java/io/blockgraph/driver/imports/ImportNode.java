package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.NodeSpec;
import java.util.List;
import java.util.Map;

/// An open imported image: its tables, and no file.
record ImportNode(ImportedImage image) implements Node {
  @Override
  public BlockIo bind(Children children) {
    return new ImportedDisk(image, List.copyOf(children.byName().values()));
  }

  @Override
  public Prepared prepare(NodeChange change) {
    requireReadOnly(change.after());
    return Prepared.NOTHING;
  }

  /// @throws BlockException READ_ONLY for a node that shall be writable
  static void requireReadOnly(NodeSpec spec) {
    if (!spec.readOnly()) {
      throw readOnly("node '" + spec.name() + "'");
    }
  }

  static BlockException readOnly(String what) {
    return new BlockException(
        BlockException.Kind.READ_ONLY,
        what
            + " is an image of a format that is only read, for import; say 'readOnly': true, and"
            + " put a qcow2 overlay over it to write");
  }

  @Override
  public Map<String, Object> facts() {
    return image.facts();
  }

  @Override
  public void close(Children children) {
    // Nothing was written.
  }
}
