package io.blockgraph.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.ByteRange;
import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClusterSetTest {
  private static final long CLUSTER = 1024;
  private static final long SIZE = 5_000 * CLUSTER + 17;

  @Test
  void agreesWithAFlatModelOverRandomRanges() {
    long seed = Seeds.first();
    Random random = new Random(seed);
    ClusterSet set = new ClusterSet(SIZE, CLUSTER);
    BitSet model = new BitSet();
    for (int i = 0; i < 2_000; i++) {
      ByteRange range = range(random);
      if (random.nextInt(4) == 0) {
        long added = set.add(range);
        assertThat(added).isEqualTo(addTo(model, range));
      } else {
        assertThat(set.containsAll(range))
            .describedAs("%s, -Dseed=%d", range, seed)
            .isEqualTo(clusters(range).allMatch(model::get));
      }
      int free = model.nextClearBit((int) (range.offset() / CLUSTER));
      assertThat(set.nextMissing(range.offset(), 1).offset())
          .describedAs("from %s, -Dseed=%d", range, seed)
          .isEqualTo(Math.min(SIZE, free * CLUSTER));
    }
    assertThat(set.missingBytes()).isEqualTo(SIZE - bytes(model));
  }

  private static ByteRange range(Random random) {
    long offset = random.nextLong(SIZE);
    return new ByteRange(offset, random.nextLong(Math.min(30 * CLUSTER, SIZE - offset) + 1));
  }

  private static IntStream clusters(ByteRange range) {
    return range.isEmpty()
        ? IntStream.empty()
        : IntStream.rangeClosed(
            (int) (range.offset() / CLUSTER), (int) ((range.end() - 1) / CLUSTER));
  }

  private static long addTo(BitSet model, ByteRange range) {
    long before = bytes(model);
    clusters(range).forEach(model::set);
    return bytes(model) - before;
  }

  private static long bytes(BitSet model) {
    return model.stream().mapToLong(i -> Math.min(CLUSTER, SIZE - i * CLUSTER)).sum();
  }

  @Test
  void answersARunOfMissingClustersAndStopsAtWhatIsThere() {
    ClusterSet set = new ClusterSet(SIZE, CLUSTER);
    set.add(new ByteRange(10 * CLUSTER, CLUSTER));
    assertThat(set.nextMissing(3 * CLUSTER + 5, 100 * CLUSTER))
        .isEqualTo(ByteRange.between(3 * CLUSTER, 10 * CLUSTER));
    assertThat(set.nextMissing(3 * CLUSTER, 2 * CLUSTER))
        .isEqualTo(new ByteRange(3 * CLUSTER, 2 * CLUSTER));
  }

  @Test
  void theLastClusterEndsWithTheDisk() {
    ClusterSet set = new ClusterSet(SIZE, CLUSTER);
    assertThat(set.around(new ByteRange(SIZE - 1, 1)))
        .isEqualTo(ByteRange.between(5_000 * CLUSTER, SIZE));
    assertThat(set.add(new ByteRange(SIZE - 1, 1))).isEqualTo(17);
    assertThat(set.containsAll(new ByteRange(SIZE - 17, 17))).isTrue();
  }

  @Test
  void nothingIsMissingBehindADiskThatEndsWithinACluster() {
    ClusterSet set = new ClusterSet(SIZE, CLUSTER);
    assertThat(set.nextMissing(SIZE, Long.MAX_VALUE).isEmpty()).isTrue();
    assertThat(set.nextMissing(SIZE - 1, 1).length()).isEqualTo(17);
  }

  @Test
  void takesTheLongestDiskThereIs() {
    ClusterSet set = new ClusterSet(Long.MAX_VALUE, 64 << 10);
    ByteRange last = new ByteRange(Long.MAX_VALUE - 1, 1);
    set.add(last);
    assertThat(set.containsAll(last)).isTrue();
    assertThat(set.missingBytes()).isLessThan(Long.MAX_VALUE);
  }
}
