package io.blockgraph.driver.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroable.Mode;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.EventBound;
import io.blockgraph.driver.FaultyDisk;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuorumVoteTest {
  private static final int SIZE = 100_000;

  private final Bench bench = new Bench();
  private final List<FaultyDisk> disks =
      IntStream.range(0, 5).mapToObj(_ -> new FaultyDisk(SIZE)).toList();

  @AfterEach
  void close() {
    bench.close();
  }

  private BlockIo quorum(int children, int threshold, Object... more) {
    return opened(children, threshold, more).disk();
  }

  private Bench.Opened opened(int children, int threshold, Object... more) {
    Map<String, Object> given = new LinkedHashMap<>();
    given.put("children", IntStream.range(0, children).mapToObj(i -> "d" + i).toList());
    given.put("voteThreshold", threshold);
    for (int i = 0; i < more.length; i += 2) {
      given.put((String) more[i], more[i + 1]);
    }
    Map<String, BlockIo> byName = new LinkedHashMap<>();
    IntStream.range(0, children).forEach(i -> byName.put("d" + i, disks.get(i)));
    return bench.open(new QuorumDriver(), given, byName);
  }

  private List<Object> badChildren() {
    return bench.events().of(NodeEvents.Kind.QUORUM_REPORT_BAD).stream()
        .map(told -> told.detail("child"))
        .toList();
  }

  private int failures() {
    return bench.events().of(NodeEvents.Kind.QUORUM_FAILURE).size();
  }

  private static void refused(Kind kind, Runnable work) {
    assertThatThrownBy(work::run)
        .isInstanceOfSatisfying(BlockException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @Test
  void theMajorityWinsWhereverTheLiarStands() {
    for (int liar = 0; liar < 3; liar++) {
      BlockIo quorum = quorum(3, 2);
      Content.fill(quorum, 0, SIZE, 1);
      Content.fill(disks.get(liar), 500, 10, 9);
      Content.requireAll(quorum, 0, SIZE, 1);
    }
    assertThat(badChildren()).containsExactly("children.0", "children.1", "children.2");
    assertThat(failures()).isZero();
  }

  @Test
  void theEventNamesChildPlaceAndOperation() {
    BlockIo quorum = quorum(3, 2);
    Content.fill(disks.get(1), 500, 10, 9);
    Content.read(quorum, 400, 300);
    assertThat(bench.events().all().getFirst().details())
        .containsEntry("child", "children.1")
        .containsEntry("operation", "read")
        .containsEntry("offset", 400L)
        .containsEntry("length", 300L);
  }

  @Test
  void aWinnerBelowTheThresholdIsNone() {
    BlockIo quorum = quorum(3, 2);
    IntStream.range(0, 3).forEach(i -> Content.fill(disks.get(i), 500, 10, i + 1));
    refused(Kind.IO, () -> Content.read(quorum, 500, 10));
    assertThat(failures()).isEqualTo(1);
    Content.requireAll(quorum, 0, 500, 0);
  }

  @Test
  void twoAgainstTwoIsNoMajorityOfThree() {
    BlockIo quorum = quorum(4, 3);
    Content.fill(disks.get(0), 0, 10, 1);
    Content.fill(disks.get(1), 0, 10, 1);
    refused(Kind.IO, () -> Content.read(quorum, 0, 10));
    assertThatThrownBy(() -> Content.read(quorum, 0, 10))
        .hasMessage("node 'n': of 4 children at most 2 agree at offset 0, length 10; 3 are needed");
  }

  @Test
  void losersAreLeftAloneUnlessTheyShallBeRewritten() {
    BlockIo reporting = quorum(3, 2);
    Content.fill(disks.get(0), 0, 10, 9);
    Content.requireAll(reporting, 0, 10, 0);
    Content.requireAll(disks.get(0), 0, 10, 9);
    BlockIo rewriting = quorum(3, 2, "rewriteCorrupted", true);
    Content.requireAll(rewriting, 0, 10, 0);
    Content.requireAll(disks.get(0), 0, 10, 0);
  }

  @Test
  void aReadOnlyQuorumRewritesNothing() {
    BlockIo quorum = quorum(3, 2, "rewriteCorrupted", true, "readOnly", true);
    Content.fill(disks.get(0), 0, 10, 9);
    Content.requireAll(quorum, 0, 10, 0);
    Content.requireAll(disks.get(0), 0, 10, 9);
  }

  @Test
  void aChildThatFailsIsOutvotedAndReported() {
    BlockIo quorum = quorum(3, 2);
    Content.fill(quorum, 0, SIZE, 4);
    disks.get(0).fail(Kind.IO);
    Content.requireAll(quorum, 0, SIZE, 4);
    Content.fill(quorum, 0, SIZE, 5);
    quorum.flush();
    Content.requireAll(quorum, 0, SIZE, 5);
    assertThat(badChildren())
        .containsExactly("children.0", "children.0", "children.0", "children.0");
    assertThat(failures()).isZero();
  }

  @Test
  void aChildThatMissedAWriteIsOutvotedLater() {
    BlockIo quorum = quorum(3, 2);
    disks.get(1).fail(Kind.NO_SPACE);
    Content.fill(quorum, 0, 100, 5);
    disks.get(1).heal();
    Content.requireAll(quorum, 0, 100, 5);
  }

  @Test
  void errorsAreVotedToo() {
    BlockIo quorum = quorum(5, 3);
    disks.get(0).fail(Kind.IO);
    disks.get(1).fail(Kind.NO_SPACE);
    disks.get(2).fail(Kind.NO_SPACE);
    refused(Kind.NO_SPACE, () -> Content.fill(quorum, 0, 10, 1));
    refused(Kind.NO_SPACE, () -> Content.read(quorum, 0, 10));
    refused(Kind.NO_SPACE, quorum::flush);
    assertThat(failures()).isEqualTo(3);
  }

  @Test
  void fifoTakesTheFirstThatAnswers() {
    BlockIo quorum = quorum(3, 2, "readPattern", "fifo");
    Content.fill(disks.get(0), 0, 10, 1);
    Content.fill(disks.get(1), 0, 10, 2);
    Content.requireAll(quorum, 0, 10, 1);
    disks.get(0).fail(Kind.IO);
    Content.requireAll(quorum, 0, 10, 2);
    assertThat(badChildren()).containsExactly("children.0");
    disks.forEach(disk -> disk.fail(Kind.IO));
    refused(Kind.IO, () -> Content.read(quorum, 0, 10));
    assertThat(failures()).isEqualTo(1);
  }

  @Test
  void blkverifyNamesTheFirstByteThatDiffers() {
    BlockIo quorum = quorum(2, 2, "blkverify", true);
    Content.fill(disks.get(1), 777, 1, 1);
    assertThatThrownBy(() -> Content.read(quorum, 700, 100))
        .hasMessageContaining("differ at offset 777");
    Content.requireAll(quorum, 0, 777, 0);
  }

  @Test
  void readsLongerThanABallotAreVotedOnPieceByPiece() {
    List<FaultyDisk> big =
        List.of(new FaultyDisk(5 << 20), new FaultyDisk(5 << 20), new FaultyDisk(5 << 20));
    Map<String, BlockIo> byName = Map.of("a", big.get(0), "b", big.get(1), "c", big.get(2));
    BlockIo quorum =
        bench
            .open(
                new QuorumDriver(),
                Map.of("children", List.of("a", "b", "c"), "voteThreshold", 2),
                byName)
            .disk();
    IntStream.range(0, 3).forEach(i -> Content.fill(big.get(i), (long) i << 20, 100, 9));
    Content.requireAll(quorum, 0, 5 << 20, 0);
    assertThat(badChildren()).containsExactly("children.0", "children.1", "children.2");
  }

  @Test
  void childrenOfDifferentLengthAreNotOpened() {
    Map<String, BlockIo> byName = Map.of("a", new FaultyDisk(10), "b", new FaultyDisk(11));
    Map<String, Object> given = Map.of("children", List.of("a", "b"), "voteThreshold", 1);
    assertThatThrownBy(() -> bench.open(new QuorumDriver(), given, byName))
        .isInstanceOf(BlockException.class)
        .hasMessage(
            "node 'n': its children differ in length: children.0 ('a') has 10 bytes, children.1"
                + " ('b') has 11 bytes");
  }

  private static Map<?, ?> votes(Bench.Opened quorum, int child) {
    return (Map<?, ?>)
        ((List<?>) quorum.node().facts().getOrDefault("votes", List.of())).get(child);
  }

  private static void counts(Map<?, ?> votes, long agreed, long lost, long failed, boolean bad) {
    assertThat(
            List.of(votes.get("agreed"), votes.get("lost"), votes.get("failed"), votes.get("bad")))
        .isEqualTo(List.of(agreed, lost, failed, bad));
  }

  @Test
  void countsTheVotesOfEachChildAndWhetherItIsBadNow() {
    Bench.Opened quorum = opened(3, 2);
    Content.read(quorum.disk(), 0, 10);
    Content.fill(disks.get(1), 500, 10, 9);
    Content.read(quorum.disk(), 500, 10);
    disks.get(2).fail(Kind.IO);
    Content.fill(quorum.disk(), 900, 10, 1);
    counts(votes(quorum, 0), 2, 0, 0, false);
    counts(votes(quorum, 1), 1, 1, 0, true);
    counts(votes(quorum, 2), 2, 0, 1, true);
    disks.get(2).heal();
    Content.read(quorum.disk(), 0, 10);
    counts(votes(quorum, 1), 2, 1, 0, false);
    counts(votes(quorum, 2), 3, 0, 1, false);
    assertThat(votes(quorum, 2))
        .isEqualTo(
            Map.of(
                "child",
                "children.2",
                "node",
                "d2",
                "agreed",
                3L,
                "lost",
                0L,
                "failed",
                1L,
                "bad",
                false));
  }

  @Test
  void aWriteThatWorksDoesNotMakeABadChildGood() {
    Bench.Opened quorum = opened(3, 2);
    Content.fill(disks.get(1), 500, 10, 9);
    Content.read(quorum.disk(), 500, 10);
    Content.fill(quorum.disk(), 0, 10, 1);
    counts(votes(quorum, 1), 0, 1, 0, true);
  }

  @Test
  void countsRequestsWithoutAMajority() {
    Bench.Opened quorum = opened(3, 2);
    IntStream.range(0, 3).forEach(i -> Content.fill(disks.get(i), 0, 10, i));
    refused(Kind.IO, () -> Content.read(quorum.disk(), 0, 10));
    assertThat(quorum.node().facts()).containsEntry("undecided", 1L);
    counts(votes(quorum, 0), 0, 0, 0, false);
  }

  @Test
  void countsAllAndTellsFewWhenAChildStaysBad() {
    Bench.Opened quorum = opened(3, 2);
    Content.fill(disks.get(0), 0, 10, 9);
    IntStream.range(0, 500).forEach(_ -> Content.read(quorum.disk(), 0, 10));
    counts(votes(quorum, 0), 0, 500, 0, true);
    assertThat(badChildren()).hasSize(EventBound.MOST_PER_SECOND);
    bench.ticker().advance(1_000_000_000L);
    Content.read(quorum.disk(), 0, 10);
    assertThat(bench.events().all().getLast().details())
        .containsEntry("untold", 500L - EventBound.MOST_PER_SECOND);
  }

  @Test
  void aChildThatLeadsToAnotherNodeBeginsAnew() {
    Bench.Opened quorum = opened(2, 1);
    disks.get(1).fail(Kind.IO);
    Content.fill(quorum.disk(), 0, 10, 1);
    counts(votes(quorum, 1), 0, 0, 1, true);
    ChildSpec second = quorum.spec().children().get(1);
    NodeSpec after =
        quorum
            .spec()
            .withChildren(
                List.of(
                    quorum.spec().children().getFirst(), second.withNode(new NodeName("other"))));
    var change =
        new Node.NodeChange(quorum.spec(), after, Bench.WRITER, Bench.WRITER, quorum.children());
    quorum.node().prepare(change).abort();
    counts(votes(quorum, 1), 0, 0, 1, true);
    quorum.node().prepare(change).commit();
    counts(votes(quorum, 1), 0, 0, 0, false);
  }

  @Test
  void aChildOfAnotherLengthDoesNotFitUnlessThoseBeforeDifferedToo() {
    Bench.Opened opened = opened(2, 1);
    Children wrong = new Children(Map.of(ChildName.indexed(0), new FaultyDisk(SIZE + 512)));
    Children more = with(opened.children(), new FaultyDisk(SIZE + 512));
    refused(
        Kind.SIZE_MISMATCH, () -> opened.node().requireFit(opened.spec(), opened.children(), more));
    opened.node().requireFit(opened.spec(), more, more);
    opened.node().requireFit(opened.spec(), opened.children(), wrong);
    opened
        .node()
        .requireFit(opened.spec(), opened.children(), with(opened.children(), disks.get(2)));
  }

  private static Children with(Children children, BlockIo another) {
    Map<ChildName, BlockIo> all = new LinkedHashMap<>(children.byName());
    all.put(ChildName.indexed(all.size()), another);
    return new Children(all);
  }

  @Test
  void aChildThatLostItsLengthStopsEverything() {
    BlockIo quorum = quorum(3, 2);
    disks.get(1).resize(SIZE + 1);
    refused(Kind.IO, quorum::sizeBytes);
    refused(Kind.IO, () -> Content.read(quorum, 0, 1));
  }

  @Test
  void aFastZeroLeavesAllChildrenTheSameThoughNotAllHaveAFastWay() {
    for (int slow = 0; slow < 2; slow++) {
      Map<String, BlockIo> children = new LinkedHashMap<>();
      children.put("d0", slow == 0 ? new OnlyBytes(disks.get(0)) : disks.get(0));
      children.put("d1", slow == 1 ? new OnlyBytes(disks.get(1)) : disks.get(1));
      Map<String, Object> given = Map.of("children", List.of("d0", "d1"), "voteThreshold", 1);
      BlockIo quorum = bench.open(new QuorumDriver(), given, children).disk();
      Content.fill(quorum, 0, 100, 1);
      Zeroable zeroable = (Zeroable) quorum;
      if (slow == 0) {
        refused(Kind.UNSUPPORTED, () -> zeroable.zero(new ByteRange(0, 50), Mode.FAST_ONLY));
      } else {
        zeroable.zero(new ByteRange(0, 50), Mode.FAST_ONLY);
      }
      for (int i = 0; i < 2; i++) {
        Content.requireAll(disks.get(i), 0, 50, slow == 0 ? 1 : 0);
      }
    }
  }

  /// A disk that has no way of its own to zero a range.
  private record OnlyBytes(BlockIo below) implements BlockIo {
    @Override
    public void read(long offset, java.lang.foreign.MemorySegment into) {
      below.read(offset, into);
    }

    @Override
    public void write(long offset, java.lang.foreign.MemorySegment from) {
      below.write(offset, from);
    }

    @Override
    public void flush() {
      below.flush();
    }

    @Override
    public long sizeBytes() {
      return below.sizeBytes();
    }
  }

  @Test
  void zeroesAreToldOnlyWhereAllAgree() {
    BlockIo quorum = quorum(3, 2);
    Content.fill(disks.get(0), 4096, 4096, 1);
    Content.fill(disks.get(2), 16384, 4096, 1);
    List<Extent> extents = Extents.of(quorum, new ByteRange(0, SIZE));
    assertThat(extents)
        .extracting(e -> e.range().offset())
        .containsExactly(0L, 4096L, 8192L, 16384L, 20480L);
    assertThat(extents)
        .extracting(e -> e.kind().readsAsZero())
        .containsExactly(true, false, true, false, true);
  }

  @Test
  void aResizeReachesAllChildrenOrNone() {
    BlockIo quorum = quorum(3, 2);
    ((Resizable) quorum).resize(SIZE + 4096);
    assertThat(disks.subList(0, 3)).allMatch(disk -> disk.sizeBytes() == SIZE + 4096);
    disks.get(2).fail(Kind.NO_SPACE);
    refused(Kind.NO_SPACE, () -> ((Resizable) quorum).resize(SIZE * 2));
    assertThat(quorum.sizeBytes()).isEqualTo(SIZE + 4096);
  }

  @Test
  void refusesSettingsThatCannotBe() {
    assertThat(objection(3, 4))
        .isEqualTo("'voteThreshold' is 4; with 3 children it must be from 1 to 3");
    assertThat(objection(3, 3)).isEmpty();
    assertThat(objection(3, 2, "blkverify", true)).startsWith("'blkverify' needs 2 children");
    assertThat(objection(2, 1, "blkverify", true)).startsWith("'blkverify' needs 2 children");
    assertThat(objection(2, 2, "blkverify", true, "rewriteCorrupted", true)).contains("excludes");
  }

  private static String objection(int children, int threshold, Object... more) {
    Map<String, Object> given = new LinkedHashMap<>();
    given.put("children", IntStream.range(0, children).mapToObj(i -> "d" + i).toList());
    given.put("voteThreshold", threshold);
    for (int i = 0; i < more.length; i += 2) {
      given.put((String) more[i], more[i + 1]);
    }
    QuorumDriver driver = new QuorumDriver();
    return driver.rules().objection(Bench.spec(driver, given)).orElse("");
  }
}
