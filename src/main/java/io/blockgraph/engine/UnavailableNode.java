package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/// Stands where a remembered node could not be opened at the start: its place, name and edges are
/// kept, every request fails with the reason, and a new start (or opening it again) tries once
/// more.
final class UnavailableNode implements Node {
  private final BlockException reason;

  UnavailableNode(BlockException reason) {
    this.reason = reason;
  }

  BlockException reason() {
    return reason;
  }

  @Override
  public BlockIo bind(Children children) {
    return new Broken();
  }

  @Override
  public Map<String, Object> facts() {
    return Map.of("unavailable", String.valueOf(reason.getMessage()));
  }

  @Override
  public void close(Children children) {
    // Nothing was opened.
  }

  private final class Broken implements BlockIo {
    @Override
    public void read(long offset, MemorySegment into) {
      throw again();
    }

    @Override
    public void write(long offset, MemorySegment from) {
      throw again();
    }

    @Override
    public void flush() {
      throw again();
    }

    @Override
    public long sizeBytes() {
      throw again();
    }

    private BlockException again() {
      return new BlockException(reason.kind(), "not opened: " + reason.getMessage(), reason);
    }
  }
}
