package io.blockgraph.driver.internalsnapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.InternalSnapshot;
import io.blockgraph.block.InternalSnapshots;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.driver.FilterDisk;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InternalSnapshotDriverTest extends DriverContract {
  private final Driver driver = new InternalSnapshotDriver();

  @Override
  protected Driver driver() {
    return driver;
  }

  /// What the image below hands out for a snapshot is handed on as it is; here it can do
  /// everything.
  @Override
  protected Set<Ability> abilities() {
    return Set.of(Ability.values());
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("file", "f", "snapshot", "monday", "readOnly", true);
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return open(on, new Album().with("1", "monday"), "monday");
  }

  private Bench.Opened open(Bench on, BlockIo image, String snapshot) {
    return on.open(
        driver, Map.of("file", "f", "snapshot", snapshot, "readOnly", true), Map.of("f", image));
  }

  private static final class Kept extends FilterDisk {
    Kept() {
      super(new MemoryDisk(SIZE_BYTES));
    }
  }

  /// An image that keeps disks by their ids.
  private static final class Album implements BlockIo, InternalSnapshots {
    private final Map<InternalSnapshot, BlockIo> kept = new LinkedHashMap<>();

    Album with(String id, String name) {
      kept.put(
          new InternalSnapshot(
              id, name, Instant.EPOCH, OptionalLong.of(SIZE_BYTES), InternalSnapshot.VmState.NONE),
          new Kept());
      return this;
    }

    @Override
    public List<InternalSnapshot> snapshots() {
      return List.copyOf(kept.keySet());
    }

    @Override
    public void change(SnapshotChange change) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void requirePossible(SnapshotChange change) {
      throw new UnsupportedOperationException();
    }

    @Override
    public BlockIo snapshot(String id) {
      return kept.entrySet().stream()
          .filter(entry -> entry.getKey().id().equals(id))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElseThrow();
    }

    @Override
    public void read(long offset, MemorySegment into) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(long offset, MemorySegment from) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void flush() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long sizeBytes() {
      return 512;
    }
  }

  @Test
  void goesByNameFirstAndByIdWhereNoneHasTheName() {
    Album album = new Album().with("1", "2").with("2", "tuesday");
    assertThat(open(bench(), album, "2").disk()).isSameAs(album.snapshot("1"));
    assertThat(open(bench(), album, "tuesday").disk()).isSameAs(album.snapshot("2"));
    assertThat(open(bench(), album, "1").disk()).isSameAs(album.snapshot("1"));
  }

  @Test
  void refusesANameThatSeveralHaveAndOneThatNoneHas() {
    Album album = new Album().with("1", "twin").with("2", "twin");
    refused(Kind.INVALID, () -> open(bench(), album, "twin"));
    refused(Kind.INVALID, () -> open(bench(), album, "3"));
    assertThat(open(bench(), album, "2").disk()).isSameAs(album.snapshot("2"));
  }

  @Test
  void refusesADiskThatKeepsNoSnapshots() {
    refused(Kind.UNSUPPORTED, () -> open(bench(), new MemoryDisk(512), "monday"));
  }

  @Test
  void canOnlyBeReadOnly() {
    Map<String, Object> writable = Map.of("file", "f", "snapshot", "monday");
    assertThat(driver.rules().objection(Bench.spec(driver, writable)))
        .hasValueSatisfying(why -> assertThat(why).contains("readOnly=true"));
    assertThat(driver.rules().objection(Bench.spec(driver, goodRequest()))).isEmpty();
  }
}
