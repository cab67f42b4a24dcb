package io.blockgraph.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every driver keeps. A driver's test extends it, says what its disk can do, and adds what is
/// special about it; what a disk cannot do it must refuse.
public abstract class DriverContract {
  /// What a disk may be able to do.
  public enum Ability {
    /// Reads give back what was written.
    KEEPS_DATA,
    /// A range can be zeroed.
    ZERO,
    /// A range can be discarded.
    DISCARD,
    /// The length can be changed.
    RESIZE,
    /// Extents can be asked for.
    EXTENTS
  }

  /// The length of the disk the tests work on; not a multiple of anything.
  protected static final long SIZE_BYTES = 600_123;

  private final long seed = Seeds.first();
  private Bench bench;
  private BlockIo disk;

  /// The driver.
  protected abstract Driver driver();

  /// What its disk can do.
  protected abstract Set<Ability> abilities();

  /// Opens a node whose disk has [#SIZE_BYTES] and reads as zeroes.
  protected abstract Bench.Opened openEmpty(Bench on);

  /// What a request that is all right may look like, without name and driver.
  protected abstract Map<String, Object> goodRequest();

  /// Whether its disk can be written at all.
  protected boolean takesWrites() {
    return true;
  }

  /// The length of the disk that [#openEmpty] opens; formats that count sectors have another.
  protected long length() {
    return SIZE_BYTES;
  }

  /// A length after a resize: `wanted`, or what the format makes of it.
  protected long stored(long wanted) {
    return wanted;
  }

  /// The least length that its disk can be given.
  protected long shortest() {
    return 0;
  }

  @BeforeEach
  void open() {
    bench = new Bench();
    disk = openEmpty(bench).disk();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  /// Where the nodes of a test live.
  protected final Bench bench() {
    return bench;
  }

  @Test
  void hasTheLengthThatWasAskedFor() {
    assertThat(disk.sizeBytes()).isEqualTo(length());
  }

  @Test
  void readsAsZeroesAtFirst() {
    Content.requireAll(disk, 0, (int) length(), 0);
  }

  @Test
  void randomUnalignedRequestsAgreeWithAFlatModel() {
    assumeThat(abilities()).contains(Ability.KEEPS_DATA);
    System.out.println(getClass().getSimpleName() + ": -Dseed=" + seed);
    FlatModel model = new FlatModel(disk, new Random(seed));
    for (int i = 0; i < 400; i++) {
      model.step();
    }
    model.compare();
  }

  @Test
  void refusesRequestsThatLeaveTheDisk() {
    List<ByteRange> outside =
        List.of(
            new ByteRange(length() - 1, 2),
            new ByteRange(length(), 1),
            new ByteRange(length() + 1, 0),
            new ByteRange(Long.MAX_VALUE - 1, 1));
    for (ByteRange range : outside) {
      int length = (int) range.length();
      refused(Kind.OUT_OF_RANGE, () -> Content.read(disk, range.offset(), length));
      refused(Kind.OUT_OF_RANGE, () -> Content.write(disk, range.offset(), new byte[length]));
      if (disk instanceof Zeroable zeroable) {
        refused(Kind.OUT_OF_RANGE, () -> zeroable.zero(range, Zeroable.Mode.MAY_UNMAP));
      }
      if (disk instanceof Discardable discardable) {
        refused(Kind.OUT_OF_RANGE, () -> discardable.discard(range));
      }
      if (disk instanceof Extents extents) {
        refused(Kind.OUT_OF_RANGE, () -> extents.extents(range));
      }
    }
    refused(Kind.OUT_OF_RANGE, () -> Content.read(disk, -1, 1));
    refused(Kind.OUT_OF_RANGE, () -> Content.write(disk, -1, new byte[1]));
  }

  @Test
  void requestsForNothingDoNothing() {
    Content.read(disk, length(), 0);
    Content.write(disk, length(), new byte[0]);
    ByteRange nothing = new ByteRange(length(), 0);
    if (disk instanceof Zeroable zeroable) {
      zeroable.zero(nothing, Zeroable.Mode.MAY_UNMAP);
    }
    if (disk instanceof Discardable discardable) {
      discardable.discard(nothing);
    }
    assertThat(Extents.of(disk, nothing)).isEmpty();
    assertThat(disk.sizeBytes()).isEqualTo(length());
  }

  @Test
  void flushes() {
    if (takesWrites()) {
      Content.fill(disk, 5, 100, 7);
    } else {
      refused(Kind.READ_ONLY, () -> Content.fill(disk, 5, 100, 7));
    }
    disk.flush();
    disk.flush();
  }

  @ParameterizedTest
  @EnumSource
  void zeroesExactlyTheRange(Zeroable.Mode mode) {
    assertThat(disk instanceof Zeroable).isEqualTo(abilities().contains(Ability.ZERO));
    assumeThat(abilities()).contains(Ability.ZERO, Ability.KEEPS_DATA);
    Content.fill(disk, 0, 200_000, 9);
    try {
      ((Zeroable) disk).zero(new ByteRange(4097, 100_001), mode);
    } catch (BlockException e) {
      assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED);
      assertThat(mode).isEqualTo(Zeroable.Mode.FAST_ONLY);
      return;
    }
    byte[] expected = Content.same(200_000, 9);
    Arrays.fill(expected, 4097, 4097 + 100_001, (byte) 0);
    assertThat(Content.read(disk, 0, 200_000)).isEqualTo(expected);
  }

  @Test
  void aDiscardLeavesOldBytesOrZeroesAndTouchesNothingElse() {
    assertThat(disk instanceof Discardable).isEqualTo(abilities().contains(Ability.DISCARD));
    assumeThat(abilities()).contains(Ability.DISCARD, Ability.KEEPS_DATA);
    Content.fill(disk, 0, 200_000, 9);
    ((Discardable) disk).discard(new ByteRange(5000, 100_000));
    byte[] after = Content.read(disk, 0, 200_000);
    Content.requireAll(disk, 0, 5000, 9);
    for (int i = 5000; i < 105_000; i++) {
      if (after[i] != 0 && after[i] != 9) {
        throw new AssertionError("byte " + i + " is " + after[i]);
      }
    }
    Content.requireAll(disk, 105_000, 95_000, 9);
  }

  @Test
  void grownSpaceReadsAsZeroesAlsoWhereThereWereBytesBefore() {
    assumeThat(abilities()).contains(Ability.RESIZE);
    Content.fill(disk, 0, (int) length(), 3);
    long wanted = Math.max(100_001, shortest());
    int small = (int) stored(wanted);
    assertThat(((Resizable) disk).lengthFor(wanted)).isEqualTo(small);
    assertThat(disk.sizeBytes()).isEqualTo(length());
    ((Resizable) disk).resize(wanted);
    assertThat(disk.sizeBytes()).isEqualTo(small);
    refused(Kind.OUT_OF_RANGE, () -> Content.read(disk, small - 1, 2));
    ((Resizable) disk).resize(2 * length());
    assertThat(disk.sizeBytes()).isEqualTo(stored(2 * length()));
    Content.requireAll(disk, 0, small, 3);
    Content.requireAll(disk, small, (int) (disk.sizeBytes() - small), 0);
  }

  @Test
  void refusesAChangeOfLengthThatIsImpossible() {
    if (abilities().contains(Ability.RESIZE)) {
      refused(Kind.INVALID, () -> ((Resizable) disk).resize(-1));
      if (shortest() > 0) {
        refused(Kind.UNSUPPORTED, () -> ((Resizable) disk).resize(shortest() - 1));
      }
    } else if (disk instanceof Resizable resizable) {
      refused(Kind.UNSUPPORTED, () -> resizable.resize(length() * 2));
      refused(Kind.UNSUPPORTED, () -> resizable.lengthFor(length() * 2));
    }
    assertThat(disk.sizeBytes()).isEqualTo(length());
  }

  @Test
  void extentsCoverTheRangeAndTellNoZeroesWhereThereIsData() {
    assertThat(disk instanceof Extents).isEqualTo(abilities().contains(Ability.EXTENTS));
    for (int i = 0; takesWrites() && i < 8; i++) {
      Content.fill(disk, i * 70_000 + 11, 9000, i + 1);
    }
    long at = 17;
    while (at < length()) {
      List<Extent> extents = Extents.of(disk, ByteRange.between(at, length()));
      assertThat(extents).isNotEmpty().hasSizeLessThanOrEqualTo(Extents.MAX_PER_CALL);
      for (Extent extent : extents) {
        assertThat(extent.range().offset()).isEqualTo(at);
        assertThat(extent.range().isEmpty()).isFalse();
        if (extent.kind().readsAsZero()) {
          Content.requireAll(disk, at, (int) extent.range().length(), 0);
        }
        at = extent.range().end();
      }
    }
    assertThat(at).isEqualTo(length());
  }

  @Test
  void manyThreadsWorkOnTheirOwnParts() throws Exception {
    assumeThat(abilities()).contains(Ability.KEEPS_DATA);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Void>> parts =
          List.of(() -> hammer(0), () -> hammer(1), () -> hammer(2), () -> hammer(3));
      for (Future<Void> part : threads.invokeAll(parts, 60, TimeUnit.SECONDS)) {
        part.get();
      }
    }
  }

  private Void hammer(int thread) {
    Random random = new Random(seed + thread);
    int size = 100_003;
    byte[] model = new byte[size];
    for (int i = 0; i < 60; i++) {
      int offset = random.nextInt(size);
      byte[] bytes = Content.same(1 + random.nextInt(size - offset), i + 1);
      Content.write(disk, (long) thread * size + offset, bytes);
      System.arraycopy(bytes, 0, model, offset, bytes.length);
      assertThat(Arrays.equals(Content.read(disk, (long) thread * size, size), model))
          .describedAs("thread %d, step %d, -Dseed=%d", thread, i, seed)
          .isTrue();
    }
    return null;
  }

  @Test
  void namesAnOptionItDoesNotKnow() {
    assertThat(pointers(with("noSuchOption", 1))).containsExactly("/noSuchOption");
  }

  @Test
  void namesEachOptionOfAWrongType() {
    for (OptionSpec.Field field : driver().options().fields()) {
      assertThat(pointers(with(field.name(), 1.5))).containsExactly("/" + field.name());
    }
  }

  @Test
  void namesEachOptionThatIsMissing() {
    for (OptionSpec.Field field : driver().options().fields()) {
      Map<String, Object> given = with("readOnly", false);
      given.remove(field.name());
      assertThat(pointers(given))
          .isEqualTo(
              field.need() == OptionSpec.Need.REQUIRED ? List.of("/" + field.name()) : List.of());
    }
  }

  @Test
  void changeableOptionsAreOptions() {
    assertThat(driver().options().fields())
        .filteredOn(FieldCheck::isOption)
        .extracting(OptionSpec.Field::name)
        .containsAll(driver().changeableOptions());
  }

  private Map<String, Object> with(String name, Object value) {
    Map<String, Object> given = new HashMap<>(goodRequest());
    given.put("nodeName", "n");
    given.put("driver", driver().name().value());
    given.put(name, value);
    return given;
  }

  private List<String> pointers(Map<String, Object> given) {
    return switch (new RequestValidator(new DriverRegistry(List.of(driver()))).node(given)) {
      case Checked.Valid<NodeRequest> _ -> List.of();
      case Checked.Invalid<NodeRequest>(List<OptionProblem> problems) ->
          problems.stream().map(OptionProblem::pointer).toList();
    };
  }

  /// Asserts that something is refused with that kind.
  protected static void refused(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(BlockException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }
}
