package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import java.util.ArrayList;
import java.util.List;

/// Makes the refcount table larger.
///
/// The new table and the blocks that count it lie behind everything the old table could count, where nothing is. They are
/// durable before the header is switched to them in one write; then the old table's clusters are free.
///
///     | ... counted by the old table ... | blocks for the area | new refcount table |
final class RefcountGrowth {
  private final ImageState state;
  private final ClusterAllocator allocator;
  private final WriteBack writeBack;

  RefcountGrowth(ImageState state, ClusterAllocator allocator, WriteBack writeBack) {
    this.state = state;
    this.allocator = allocator;
    this.writeBack = writeBack;
  }

  /// What the new table will be.
  private record Plan(int entries, long tableClusters, long areaStart, long areaBlocks) {
    long areaClusters() {
      return areaBlocks + tableClusters;
    }
  }

  /// Makes room for at least half as many entries more; called without locks.
  ///
  /// @param seen the entries when the table was found to be full; nothing is done if it has grown
  ///   since
  void grow(Disks disks, int seen) {
    writeBack.turn.lock();
    try {
      state.locked(
          () -> {
            if (state.refcounts.blocks().size() == seen) {
              grow(disks, plan(seen));
            }
            return true;
          });
    } finally {
      writeBack.turn.unlock();
    }
  }

  private Plan plan(int oldEntries) {
    Geometry g = state.geometry;
    long start = (long) oldEntries << g.refcountBlockBits();
    long entriesPerCluster = g.clusterSize() / 8;
    long wanted = Math.max(oldEntries + (oldEntries + 1L) / 2, oldEntries + 1L);
    while (true) {
      long tableClusters = (wanted + entriesPerCluster - 1) / entriesPerCluster;
      long blocks = 1;
      while ((blocks << g.refcountBlockBits()) < blocks + tableClusters) {
        blocks++;
      }
      long entries = tableClusters * entriesPerCluster;
      if (entries >= oldEntries + blocks + 1) {
        if (entries * 8 > Limits.MAX_REFCOUNT_TABLE_BYTES) {
          throw new BlockException(
              BlockException.Kind.NO_SPACE,
              "the refcount table would need " + entries * 8 + " bytes; the most are 8 MiB");
        }
        return new Plan((int) entries, tableClusters, start, blocks);
      }
      wanted = oldEntries + blocks + 1;
    }
  }

  private void grow(Disks disks, Plan plan) {
    Geometry g = state.geometry;
    BlockIo file = disks.file();
    long areaOffset = g.offsetOf(plan.areaStart());
    disks.reach(file, g.offsetOf(plan.areaStart() + plan.areaClusters()));
    long[] entries = new long[plan.entries()];
    System.arraycopy(
        state.refcounts.blocks().copy(), 0, entries, 0, state.refcounts.blocks().size());
    List<TableWrite> area = new ArrayList<>();
    for (int b = 0; b < plan.areaBlocks(); b++) {
      long blockOffset = areaOffset + ((long) b << g.clusterBits());
      entries[state.refcounts.blocks().size() + b] = blockOffset;
      area.addAll(TableWrite.split(blockOffset, blockWords(plan, b)));
    }
    long tableOffset = g.offsetOf(plan.areaStart() + plan.areaBlocks());
    area.addAll(TableWrite.split(tableOffset, entries));
    TableWrite.writeAll(disks, area, state.tableBuffers);
    file.flush();
    switchTo(disks, plan, tableOffset, entries);
  }

  private long[] blockWords(Plan plan, int block) {
    Geometry g = state.geometry;
    long[] words = new long[g.clusterSize() / 8];
    long before = (long) block << g.refcountBlockBits();
    long counted = Math.min(plan.areaClusters() - before, g.refcountBlockEntries());
    for (int i = 0; i < counted; i++) {
      Refcounts.set(g, words, i, 1);
    }
    return words;
  }

  private void switchTo(Disks disks, Plan plan, long tableOffset, long[] entries) {
    Tables old = state.header().tables();
    Qcow2Header switched =
        state.header().withTables(old.withRefcountTable(tableOffset, (int) plan.tableClusters()));
    switched.writeRefcountTable(disks.file());
    disks.file().flush();
    state.header(switched);
    state.refcounts.blocks().replace(entries);
    state.map.add(plan.areaStart(), plan.areaBlocks(), MetadataMap.REFCOUNT_BLOCK);
    state.map.add(
        plan.areaStart() + plan.areaBlocks(), plan.tableClusters(), MetadataMap.REFCOUNT_TABLE);
    allocator.written(plan.areaStart() + plan.areaClusters());
    allocator.free(
        disks, state.geometry.clusterOf(old.refcountTableOffset()), old.refcountTableClusters());
  }
}
