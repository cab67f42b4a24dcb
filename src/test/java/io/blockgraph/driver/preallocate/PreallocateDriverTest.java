package io.blockgraph.driver.preallocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreallocateDriverTest extends DriverContract {
  private static final int ALIGN = 4096;
  private static final int RESERVE = 10_000;
  private static final Grant FORMAT =
      new Grant(
          Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE, Permission.RESIZE),
          Permissions.of(Permission.CONSISTENT_READ));

  private final Driver driver = new PreallocateDriver();
  private final MemoryDisk file = new MemoryDisk(1000);

  @Override
  protected Driver driver() {
    return driver;
  }

  @Override
  protected Set<Ability> abilities() {
    return Set.of(Ability.values());
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("file", "f", "preallocAlign", ALIGN, "preallocSize", RESERVE);
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return on.open(
        driver, Bench.spec(driver, goodRequest()), Map.of("f", new MemoryDisk(SIZE_BYTES)), FORMAT);
  }

  private Bench.Opened opened() {
    return bench().open(driver, Bench.spec(driver, goodRequest()), Map.of("f", file), FORMAT);
  }

  private static void makeRoom(Bench.Opened opened, long sizeBytes) {
    ((Resizable) opened.disk()).makeRoom(sizeBytes);
  }

  @Test
  void reservesMoreThanAFormatAsksForAndShowsWhatItAskedFor() {
    Bench.Opened opened = opened();
    makeRoom(opened, 1001);
    assertThat(file.sizeBytes()).isEqualTo(12_288);
    assertThat(opened.disk().sizeBytes()).isEqualTo(1001);
    assertThat(opened.node().facts()).containsEntry("reservedBytes", 12_288L - 1001);
    assertThat(file.extents(new ByteRange(4096, 8192)).getFirst().kind().readsAsZero()).isFalse();
    Content.requireAll(file, 0, 12_288, 0);
  }

  @Test
  void takesTheReserveBeforeItAsksForMore() {
    Bench.Opened opened = opened();
    makeRoom(opened, 2000);
    makeRoom(opened, 12_288);
    assertThat(file.sizeBytes()).isEqualTo(12_288);
    makeRoom(opened, 12_289);
    assertThat(file.sizeBytes()).isEqualTo(24_576);
    assertThat(opened.disk().sizeBytes()).isEqualTo(12_289);
  }

  @Test
  void nobodyReachesTheReserve() {
    Bench.Opened opened = opened();
    makeRoom(opened, 2000);
    assertThatThrownBy(() -> Content.write(opened.disk(), 1999, new byte[2]))
        .isInstanceOfSatisfying(
            BlockException.class, e -> assertThat(e.kind()).isEqualTo(Kind.OUT_OF_RANGE));
  }

  @Test
  void cutsTheDiskToItsDataWhenItIsClosed() {
    Bench.Opened opened = opened();
    makeRoom(opened, 3000);
    Content.fill(opened.disk(), 2000, 1000, 7);
    bench().close(opened);
    assertThat(file.sizeBytes()).isEqualTo(3000);
    Content.requireAll(file, 2000, 1000, 7);
  }

  @Test
  void cutsTheDiskToItsDataBeforeItsParentsStopWriting() {
    Bench.Opened opened = opened();
    makeRoom(opened, 3000);
    Prepared change = opened.node().prepare(change(opened, FORMAT, Grant.IDLE));
    assertThat(file.sizeBytes()).isGreaterThan(3000);
    change.settle();
    assertThat(file.sizeBytes()).isEqualTo(3000);
    change.commit();
    file.resize(9000);
    assertThat(opened.disk().sizeBytes()).isEqualTo(9000);
    bench().close(opened);
    assertThat(file.sizeBytes()).isEqualTo(9000);
  }

  @Test
  void goesOnReservingWhenTheChangeIsGivenUp() {
    Bench.Opened opened = opened();
    makeRoom(opened, 3000);
    Prepared change = opened.node().prepare(change(opened, FORMAT, Grant.IDLE));
    change.settle();
    change.abort();
    makeRoom(opened, 3001);
    assertThat(file.sizeBytes()).isEqualTo(16_384);
    assertThat(opened.disk().sizeBytes()).isEqualTo(3001);
  }

  @Test
  void reservesWhenItsParentsBeginToWrite() {
    Bench.Opened opened =
        bench().open(driver, Bench.spec(driver, goodRequest()), Map.of("f", file), Grant.IDLE);
    makeRoom(opened, 2000);
    assertThat(file.sizeBytes()).isEqualTo(2000);
    Prepared change = opened.node().prepare(change(opened, Grant.IDLE, FORMAT));
    change.settle();
    change.commit();
    makeRoom(opened, 2001);
    assertThat(file.sizeBytes()).isEqualTo(12_288);
  }

  /// Somebody else makes the disk longer in the same change, and then the node is closed.
  @Test
  void cutsNothingAfterItHasLeft() {
    Bench.Opened opened = opened();
    makeRoom(opened, 3000);
    opened.node().leave(opened.children());
    assertThat(file.sizeBytes()).isEqualTo(3000);
    file.resize(50_000);
    bench().close(opened);
    assertThat(file.sizeBytes()).isEqualTo(50_000);
  }

  @Test
  void findsTheEndOfTheDataAnewWhenItStaysAfterAll() {
    Bench.Opened opened = opened();
    makeRoom(opened, 3000);
    opened.node().leave(opened.children());
    file.resize(5000);
    opened.node().stay();
    assertThat(opened.disk().sizeBytes()).isEqualTo(5000);
    makeRoom(opened, 5001);
    bench().close(opened);
    assertThat(file.sizeBytes()).isEqualTo(5001);
  }

  /// Somebody asks what another change would do, while one takes the filter out.
  @Test
  void reservesNothingForATrialAfterItHasLeft() {
    Bench.Opened opened = opened();
    makeRoom(opened, 3000);
    opened.node().leave(opened.children());
    opened.node().rehearse(change(opened, FORMAT, Grant.IDLE));
    makeRoom(opened, 3001);
    assertThat(file.sizeBytes()).isEqualTo(3001);
  }

  @Test
  void givesALengthThatSomebodyAskedForExactly() {
    Bench.Opened opened = opened();
    makeRoom(opened, 2000);
    ((Resizable) opened.disk()).resize(9000);
    assertThat(file.sizeBytes()).isEqualTo(9000);
    assertThat(file.extents(new ByteRange(4096, 4000)).getFirst().kind().readsAsZero()).isTrue();
    ((Resizable) opened.disk()).resize(500);
    assertThat(file.sizeBytes()).isEqualTo(500);
  }

  @Test
  void makesRoomForTheDataWhereThereIsNoneForAReserve() {
    Bench.Opened opened =
        bench()
            .open(driver, Bench.spec(driver, goodRequest()), Map.of("f", new Full(file)), FORMAT);
    makeRoom(opened, 3000);
    assertThat(file.sizeBytes()).isEqualTo(3000);
    assertThat(opened.disk().sizeBytes()).isEqualTo(3000);
  }

  @Test
  void reservesAsMuchAsItIsToldWhileItIsOpen() {
    Bench.Opened opened = opened();
    NodeSpec after =
        Bench.spec(driver, Map.of("file", "f", "preallocAlign", 512, "preallocSize", 0));
    Prepared change =
        opened
            .node()
            .prepare(new Node.NodeChange(opened.spec(), after, FORMAT, FORMAT, opened.children()));
    change.settle();
    change.commit();
    makeRoom(opened, 1100);
    assertThat(file.sizeBytes()).isEqualTo(1536);
  }

  @Test
  void refusesAnAlignmentThatIsNoMultipleOfASector() {
    NodeSpec spec = Bench.spec(driver, Map.of("file", "f", "preallocAlign", 1000));
    assertThatThrownBy(() -> bench().open(driver, spec, Map.of("f", file), FORMAT))
        .hasMessage("node 'n': preallocAlign 1000 is not a multiple of 512");
  }

  /// Whoever asks for the length is overtaken by somebody who makes room.
  @Test
  void nobodyTakesTheReserveForRoomThatIsThere() {
    Overtaken below = new Overtaken(file);
    Bench.Opened opened =
        bench().open(driver, Bench.spec(driver, goodRequest()), Map.of("f", below), FORMAT);
    below.meanwhile = () -> makeRoom(opened, 3000);
    assertThat(opened.disk().sizeBytes()).isEqualTo(3000);
    assertThat(file.sizeBytes()).isGreaterThan(3000);
  }

  /// Something happens just before its length is told.
  private static final class Overtaken extends FilterDisk {
    private Runnable meanwhile = () -> {};

    Overtaken(BlockIo file) {
      super(file);
    }

    @Override
    public long sizeBytes() {
      Runnable once = meanwhile;
      meanwhile = () -> {};
      once.run();
      return super.sizeBytes();
    }
  }

  private static final class Full extends FilterDisk {
    Full(BlockIo file) {
      super(file);
    }

    @Override
    public void zero(ByteRange range, Mode mode) {
      throw new BlockException(Kind.NO_SPACE, "there is no room for " + range);
    }
  }

  private Node.NodeChange change(Bench.Opened opened, Grant from, Grant to) {
    return new Node.NodeChange(opened.spec(), opened.spec(), from, to, opened.children());
  }
}
