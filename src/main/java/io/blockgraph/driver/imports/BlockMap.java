package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import java.util.List;
import java.util.Map;

/// An image whose disk is cut into blocks of one length, each of which lies somewhere in the file
/// or reads as zeroes.
///
/// @param layout lengths
/// @param blocks says where each block is
/// @param facts what the image says of itself
record BlockMap(Layout layout, Blocks blocks, Map<String, Object> facts) implements ImportedImage {
  /// A block that reads as zeroes.
  static final long HOLE = -1;

  /// @param sizeBytes the length of the disk
  /// @param blockBytes the length of a block
  /// @param format makes the refusals
  record Layout(long sizeBytes, long blockBytes, BadImage format) {
    /// How many blocks there are, the last one perhaps beyond the end of the disk.
    static long blocks(long sizeBytes, long blockBytes) {
      return sizeBytes / blockBytes + (sizeBytes % blockBytes == 0 ? 0 : 1);
    }
  }

  /// Where the blocks are.
  interface Blocks {
    /// Where in the file a block begins, or [#HOLE].
    long hostOffset(BlockIo file, long block);
  }

  @Override
  public long sizeBytes() {
    return layout.sizeBytes();
  }

  @Override
  public long unitBytes() {
    return layout.blockBytes();
  }

  @Override
  public Span find(List<BlockIo> files, long offset, long most) {
    BlockIo file = files.getFirst();
    long blockBytes = layout.blockBytes();
    long block = offset / blockBytes;
    long within = offset % blockBytes;
    long first = host(file, block);
    long bytes = Math.min(most, blockBytes - within);
    for (int blocks = 1; bytes < most && blocks < MAX_RUN_UNITS; blocks++) {
      long wanted = first == HOLE ? HOLE : first + blocks * blockBytes;
      if (!goesOn(file, block + blocks, wanted)) {
        break;
      }
      bytes = Math.min(most, bytes + blockBytes);
    }
    return first == HOLE ? Span.hole(bytes) : Span.data(bytes, first + within);
  }

  /// Whether a later block lies where the run goes on; a bad entry is told by who asks for it.
  private boolean goesOn(BlockIo file, long block, long wanted) {
    return blocks.hostOffset(file, block) == wanted
        && (wanted == HOLE || isInFile(file, block, wanted));
  }

  private long host(BlockIo file, long block) {
    long host = blocks.hostOffset(file, block);
    if (host != HOLE && !isInFile(file, block, host)) {
      throw layout
          .format()
          .entry(
              "block table",
              block,
              "offset " + host,
              "the block does not lie within the file of " + file.sizeBytes() + " bytes");
    }
    return host;
  }

  private boolean isInFile(BlockIo file, long block, long host) {
    long used = Math.min(layout.blockBytes(), layout.sizeBytes() - block * layout.blockBytes());
    return host >= 0 && host <= file.sizeBytes() - used;
  }
}
