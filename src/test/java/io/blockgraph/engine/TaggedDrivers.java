package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.Groundwork;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.Prepared;
import io.blockgraph.driver.SlowToOpen;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.NodeSpec.Access;
import io.blockgraph.graph.NodeSpec.Origin;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Roles;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// Drivers that note what the engine does with their nodes: `leaf`, `once`, a leaf that is opened
/// but once, `pass`, a filter, `slow`, a filter that takes long to open, and `over`, which has a
/// backing disk. A node reads as its first letter, and notices when it is used after it was closed.
final class TaggedDrivers {
  /// What happened, in order: `open a`, `prepare a`, `settle a`, `commit a`, `abort a`, `resize a`,
  /// `flush a`, `close a`; of a slow one also `read a`, `lay a` and `forget a`.
  final List<String> log = new ArrayList<>();

  /// Steps that fail, as they would be logged.
  final Set<String> failing = ConcurrentHashMap.newKeySet();

  /// What is done during a step, by how it would be logged.
  final Map<String, Runnable> during = new ConcurrentHashMap<>();

  /// What disks hold by which slow nodes are opened.
  volatile Object held = "this";

  DriverRegistry registry() {
    return new DriverRegistry(
        List.of(
            new Kind("leaf", false),
            new Kind("once", false),
            new Kind("pass", true),
            new Slow(),
            new Kind("over", false)));
  }

  static NodeSpec leaf(String name) {
    return new NodeSpec(
        new NodeName(name),
        new DriverName("leaf"),
        Access.READ_WRITE,
        Origin.NAMED,
        Options.NONE,
        List.of());
  }

  static NodeSpec once(String name) {
    return new NodeSpec(
        new NodeName(name),
        new DriverName("once"),
        Access.READ_WRITE,
        Origin.NAMED,
        Options.NONE,
        List.of());
  }

  static NodeSpec pass(String name, String child) {
    return filter("pass", name, child);
  }

  static NodeSpec slow(String name, String child) {
    return filter("slow", name, child);
  }

  private static NodeSpec filter(String driver, String name, String child) {
    ChildSpec file = new ChildSpec(ChildName.FILE, Roles.FILTER, new NodeName(child));
    return new NodeSpec(
        new NodeName(name),
        new DriverName(driver),
        Access.READ_WRITE,
        Origin.NAMED,
        Options.NONE,
        List.of(file));
  }

  static NodeSpec over(String name, String backing) {
    ChildSpec below = new ChildSpec(ChildName.BACKING, Roles.BACKING, new NodeName(backing));
    return new NodeSpec(
        new NodeName(name),
        new DriverName("over"),
        Access.READ_WRITE,
        Origin.NAMED,
        Options.NONE,
        List.of(below));
  }

  private void step(String what, NodeName node) {
    synchronized (log) {
      log.add(what + " " + node);
    }
    during.getOrDefault(what + " " + node, () -> {}).run();
    if (failing.contains(what + " " + node)) {
      throw new BlockException(BlockException.Kind.IO, "told to fail: " + what + " " + node);
    }
  }

  private class Kind implements Driver, DriverRules {
    private final String name;
    private final boolean filter;

    Kind(String name, boolean filter) {
      this.name = name;
      this.filter = filter;
    }

    @Override
    public DriverName name() {
      return new DriverName(name);
    }

    @Override
    public OptionSpec options() {
      return new OptionSpec(List.of());
    }

    @Override
    public DriverRules rules() {
      return this;
    }

    @Override
    public boolean isFilter() {
      return filter;
    }

    @Override
    public boolean supportsBacking() {
      return name.equals("over");
    }

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      return supportsBacking() ? new Grant(Permissions.NONE, Permissions.ALL) : parents;
    }

    @Override
    public Optional<String> objection(NodeSpec node) {
      return Optional.empty();
    }

    @Override
    public Node open(Opening opening) {
      step("open", opening.spec().name());
      return new Tagged(opening.spec().name());
    }

    @Override
    public boolean opensAgain() {
      return !name.equals("once");
    }
  }

  private final class Slow extends Kind implements SlowToOpen {
    Slow() {
      super("slow", true);
    }

    @Override
    public Node open(Opening opening) {
      try (Groundwork work = groundwork(opening)) {
        work.lay();
        return open(opening, work);
      }
    }

    @Override
    public Groundwork groundwork(Opening opening) {
      step("read", opening.spec().name());
      return new Work(opening.spec().name(), held);
    }

    @Override
    public Node open(Opening opening, Groundwork laid) {
      return super.open(opening);
    }
  }

  private final class Work implements Groundwork {
    private final NodeName node;
    private final Object of;

    Work(NodeName node, Object of) {
      this.node = node;
      this.of = of;
    }

    @Override
    public void lay() {
      step("lay", node);
    }

    @Override
    public boolean isFor(Groundwork other) {
      return other instanceof Work work && of.equals(work.of);
    }

    @Override
    public void close() {
      step("forget", node);
    }
  }

  private final class Tagged implements Node {
    private final NodeName name;
    private volatile long sizeBytes = 1 << 20;
    private volatile boolean closed;

    Tagged(NodeName name) {
      this.name = name;
    }

    @Override
    public BlockIo bind(Children children) {
      return new TaggedDisk(this, children);
    }

    private void flush() {
      step("flush", name);
    }

    private void resize(Children children, long sizeBytes) {
      step("resize", name);
      children.byName().values().forEach(child -> ((Resizable) child).resize(sizeBytes));
      this.sizeBytes = sizeBytes;
    }

    @Override
    public Prepared prepare(NodeChange change) {
      step("prepare", name);
      return new Prepared() {
        @Override
        public void settle() {
          step("settle", name);
        }

        @Override
        public void commit() {
          step("commit", name);
        }

        @Override
        public void abort() {
          step("abort", name);
        }
      };
    }

    @Override
    public Map<String, Object> facts() {
      return Map.of("closed", closed);
    }

    @Override
    public void close(Children children) {
      closed = true;
      step("close", name);
    }
  }

  private record TaggedDisk(Tagged node, Children children) implements BlockIo, Resizable {
    @Override
    public void read(long offset, MemorySegment into) {
      into.fill((byte) node.name.value().charAt(0));
      LockSupport.parkNanos(1_000);
      if (node.closed) {
        throw new IllegalStateException("node '" + node.name + "' was read after it was closed");
      }
    }

    @Override
    public void write(long offset, MemorySegment from) {}

    @Override
    public void flush() {
      node.flush();
    }

    @Override
    public long sizeBytes() {
      return node.sizeBytes;
    }

    @Override
    public void resize(long sizeBytes) {
      node.resize(children, sizeBytes);
    }

    @Override
    public long lengthFor(long sizeBytes) {
      return sizeBytes;
    }
  }
}
