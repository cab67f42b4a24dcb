package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.RolePermissions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/// Small drivers with real behaviour over disks in memory: `memory`, `overlay`, `pass` (a filter),
/// `votes` (a quorum).
final class TestDrivers {
  static final DriverName MEMORY = new DriverName("memory");
  static final DriverName OVERLAY = new DriverName("overlay");
  static final DriverName PASS = new DriverName("pass");
  static final DriverName VOTES = new DriverName("votes");

  private final Map<String, FaultyDisk> shelf = new ConcurrentHashMap<>();

  /// The disk of the `memory` or `overlay` node of that name.
  FaultyDisk disk(String node) {
    FaultyDisk disk = shelf.get(node);
    if (disk == null) {
      throw new IllegalStateException("no disk '" + node + "'");
    }
    return disk;
  }

  List<Driver> all() {
    return List.of(
        new Kind(MEMORY, new Rules(Shape.LEAF), this::memory),
        new Kind(OVERLAY, new Rules(Shape.FORMAT), this::overlay),
        new Kind(PASS, new Rules(Shape.FILTER), (_, children) -> new Pass(children)),
        new Kind(VOTES, new Rules(Shape.QUORUM), (_, children) -> new Votes(children)));
  }

  private FaultyDisk memory(Opening opening, Children none) {
    return shelved(opening);
  }

  private BlockIo overlay(Opening opening, Children children) {
    FaultyDisk own = shelved(opening);
    BitSet stored = stores.computeIfAbsent(opening.spec().name().value(), _ -> new BitSet());
    return new Overlay(own, children.find(ChildName.BACKING).orElse(null), stored);
  }

  private final Map<String, BitSet> stores = new ConcurrentHashMap<>();

  private FaultyDisk shelved(Opening opening) {
    long size = opening.spec().options().number("size").orElseThrow();
    return shelf.computeIfAbsent(opening.spec().name().value(), _ -> new FaultyDisk(size));
  }

  private record Kind(
      DriverName name, DriverRules rules, BiFunction<Opening, Children, BlockIo> binding)
      implements Driver {
    @Override
    public OptionSpec options() {
      return new OptionSpec(List.of());
    }

    @Override
    public Node open(Opening opening) {
      return new Node() {
        @Override
        public BlockIo bind(Children children) {
          return binding.apply(opening, children);
        }

        @Override
        public void close(Children children) {
          // The shelf keeps the disk.
        }
      };
    }
  }

  private enum Shape {
    LEAF,
    FORMAT,
    FILTER,
    QUORUM
  }

  private record Rules(Shape shape) implements DriverRules {
    @Override
    public boolean isFilter() {
      return shape == Shape.FILTER;
    }

    @Override
    public boolean supportsBacking() {
      return shape == Shape.FORMAT;
    }

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      return shape == Shape.QUORUM
          ? new Grant(
              parents.taken(),
              parents
                  .shared()
                  .intersect(
                      Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED)))
          : RolePermissions.byRole(node, child, parents);
    }

    @Override
    public ReplaceRule replaceRule(NodeSpec node) {
      return shape == Shape.QUORUM ? new ReplaceRule.OwnChildren() : new ReplaceRule.None();
    }
  }

  /// Shows its child.
  private record Pass(Children children) implements BlockIo, Zeroable, Extents {
    private BlockIo file() {
      return children.get(ChildName.FILE);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      file().read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      file().write(offset, from);
    }

    @Override
    public void zero(ByteRange range, Mode mode) {
      Zeroes.zero(file(), range, mode);
    }

    @Override
    public void flush() {
      file().flush();
    }

    @Override
    public long sizeBytes() {
      return file().sizeBytes();
    }

    @Override
    public List<Extent> extents(ByteRange range) {
      return Extents.of(file(), range);
    }
  }

  /// Shows what most of its children hold.
  private record Votes(Children children) implements BlockIo {
    private List<BlockIo> all() {
      return List.copyOf(children.byName().values());
    }

    @Override
    public void read(long offset, MemorySegment into) {
      try (Arena arena = Arena.ofConfined()) {
        List<MemorySegment> versions = new ArrayList<>();
        for (BlockIo child : all()) {
          MemorySegment version = arena.allocate(Math.max(1, into.byteSize()));
          child.read(offset, version.asSlice(0, into.byteSize()));
          versions.add(version);
        }
        into.copyFrom(winner(versions).asSlice(0, into.byteSize()));
      }
    }

    private static MemorySegment winner(List<MemorySegment> versions) {
      for (MemorySegment one : versions) {
        long votes = versions.stream().filter(other -> one.mismatch(other) < 0).count();
        if (votes * 2 > versions.size()) {
          return one;
        }
      }
      throw new BlockException(BlockException.Kind.IO, "no version has most of the votes");
    }

    @Override
    public void write(long offset, MemorySegment from) {
      all().forEach(child -> child.write(offset, from));
    }

    @Override
    public void flush() {
      all().forEach(BlockIo::flush);
    }

    @Override
    public long sizeBytes() {
      return all().getFirst().sizeBytes();
    }
  }
}
