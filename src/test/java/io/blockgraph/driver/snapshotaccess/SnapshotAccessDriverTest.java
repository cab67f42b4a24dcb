package io.blockgraph.driver.snapshotaccess;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Snapshotted;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SnapshotAccessDriverTest extends DriverContract {
  private final Driver driver = new SnapshotAccessDriver();
  private final Kept kept = new Kept(new MemoryDisk(SIZE_BYTES), new ReadOnly(SIZE_BYTES));

  /// A disk whose past is another disk.
  private static final class Kept extends FilterDisk implements Snapshotted {
    private final BlockIo past;

    Kept(BlockIo now, BlockIo past) {
      super(now);
      this.past = past;
    }

    @Override
    public BlockIo past() {
      return past;
    }

    @Override
    public boolean isSameMoment(Snapshotted other) {
      return other instanceof Kept kept && kept.past.equals(past);
    }
  }

  /// A disk that does not keep what is written to it, as the past of a disk.
  private static final class ReadOnly implements BlockIo, Extents {
    private final MemoryDisk disk;

    ReadOnly(long sizeBytes) {
      disk = new MemoryDisk(sizeBytes);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      disk.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    }

    @Override
    public void flush() {
      disk.flush();
    }

    @Override
    public long sizeBytes() {
      return disk.sizeBytes();
    }

    @Override
    public List<Extent> extents(ByteRange range) {
      return disk.extents(range.within(sizeBytes()));
    }
  }

  @Override
  protected Driver driver() {
    return driver;
  }

  @Override
  protected Set<Ability> abilities() {
    return Set.of(Ability.EXTENTS);
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("file", "f", "readOnly", true);
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return on.open(driver, goodRequest(), Map.of("f", kept));
  }

  @Test
  void showsThePastAndNotThePresent() {
    Bench.Opened opened = bench().open(driver, goodRequest(), Map.of("f", kept));
    Content.fill(kept, 0, 100, 9);
    Content.requireAll(opened.disk(), 0, 100, 0);
    Content.fill(((ReadOnly) kept.past()).disk, 0, 100, 5);
    Content.requireAll(opened.disk(), 0, 100, 5);
  }

  @Test
  void refusesADiskThatKeepsNoMoment() {
    refused(
        Kind.INVALID,
        () -> bench().open(driver, goodRequest(), Map.of("f", new MemoryDisk(SIZE_BYTES))));
  }

  @Test
  void refusesAnotherMomentAndThePresentInThePlaceOfItsOwn() {
    Bench.Opened opened = bench().open(driver, goodRequest(), Map.of("f", kept));
    Children before = children(kept);
    Children same = children(new Kept(new MemoryDisk(SIZE_BYTES), kept.past()));
    opened.node().requireFit(opened.spec(), before, same);
    Kept other = new Kept(new MemoryDisk(SIZE_BYTES), new ReadOnly(SIZE_BYTES));
    for (BlockIo next : List.of(other, new MemoryDisk(SIZE_BYTES))) {
      refused(Kind.INVALID, () -> opened.node().requireFit(opened.spec(), before, children(next)));
    }
  }

  private static Children children(BlockIo file) {
    return new Children(Map.of(ChildName.FILE, file));
  }

  @Test
  void mustBeReadOnly() {
    assertThat(driver.rules().objection(Bench.spec(driver, goodRequest()))).isEmpty();
    assertThat(driver.rules().objection(Bench.spec(driver, Map.of("file", "f")))).isPresent();
  }

  @Test
  void takesNothingAndSharesEverything() {
    NodeSpec spec = Bench.spec(driver, goodRequest());
    assertThat(driver.rules().childGrant(spec, spec.children().getFirst(), Bench.WRITER))
        .isEqualTo(Grant.IDLE);
  }
}
