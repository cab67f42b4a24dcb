package io.blockgraph.driver;

import static io.blockgraph.graph.Permission.CONSISTENT_READ;
import static io.blockgraph.graph.Permission.RESIZE;
import static io.blockgraph.graph.Permission.WRITE;
import static io.blockgraph.graph.Permission.WRITE_UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.blkdebug.BlkdebugDriver;
import io.blockgraph.driver.blkverify.BlkverifyDriver;
import io.blockgraph.driver.compress.CompressDriver;
import io.blockgraph.driver.copybeforewrite.CopyBeforeWriteDriver;
import io.blockgraph.driver.copyonread.CopyOnReadDriver;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.nulldisk.NullDriver;
import io.blockgraph.driver.preallocate.PreallocateDriver;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.driver.raw.RawDriver;
import io.blockgraph.driver.throttle.ThrottleDriver;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.RolePermissions;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The rows of the permission table (requirements 2.3) that the small drivers have, for every grant
/// there is.
class DriverRulesTest {
  private static final Map<String, Object> FILE = Map.of("file", "f");
  private static final Map<String, Object> VOTE =
      Map.of("children", List.of("a", "b"), "voteThreshold", 1);

  /// @param taken what the edge takes, of what parents take
  /// @param shared what it shares, of what parents share
  private record Row(
      Driver driver,
      Map<String, Object> given,
      UnaryOperator<Permissions> taken,
      UnaryOperator<Permissions> shared) {}

  static Stream<Arguments> rows() {
    UnaryOperator<Permissions> same = UnaryOperator.identity();
    UnaryOperator<Permissions> readers =
        p -> p.intersect(Permissions.of(CONSISTENT_READ, WRITE_UNCHANGED));
    return Stream.of(
            new Row(new ThrottleDriver(), FILE, same, same),
            new Row(new BlkdebugDriver(), FILE, same, same),
            new Row(
                new BlkdebugDriver(),
                Map.of(
                    "file", "f",
                    "takeChildPermissions", List.of("write", "resize"),
                    "unshareChildPermissions", List.of("consistent-read")),
                p -> p.with(WRITE).with(RESIZE),
                p -> p.without(CONSISTENT_READ)),
            new Row(new RawDriver(), FILE, same, same),
            new Row(
                new RawDriver(), Map.of("file", "f", "size", 512), same, p -> p.without(RESIZE)),
            new Row(
                new RawDriver(), Map.of("file", "f", "offset", 512), same, p -> p.without(RESIZE)),
            new Row(new QuorumDriver(), VOTE, same, readers),
            new Row(
                new QuorumDriver(),
                Map.of("children", List.of("a", "b"), "voteThreshold", 1, "rewriteCorrupted", true),
                p -> p.with(WRITE),
                readers))
        .map(row -> Arguments.argumentSet(row.driver().name() + " " + row.given(), row));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void anEdgeTakesAndSharesWhatTheTableSays(Object given) {
    Row row = (Row) given;
    NodeSpec node = Bench.spec(row.driver(), row.given());
    assertThat(node.children()).isNotEmpty();
    for (Grant parents : allGrants()) {
      Grant expected =
          new Grant(row.taken().apply(parents.taken()), row.shared().apply(parents.shared()));
      node.children()
          .forEach(
              child ->
                  assertThat(row.driver().rules().childGrant(node, child, parents))
                      .describedAs("%s with parents %s", node.driver(), parents)
                      .isEqualTo(expected));
    }
  }

  @Test
  void copyOnReadSharesWriteOnlyWhileNobodyUsesIt() {
    NodeSpec node = Bench.spec(new CopyOnReadDriver(), FILE);
    for (Grant parents : allGrants()) {
      Grant grant =
          new CopyOnReadDriver().rules().childGrant(node, node.children().getFirst(), parents);
      boolean used = !parents.taken().isEmpty();
      assertThat(grant.taken()).isEqualTo(parents.taken().with(WRITE_UNCHANGED));
      assertThat(grant.shared())
          .isEqualTo(used ? parents.shared().without(WRITE) : parents.shared());
    }
  }

  @Test
  void copyBeforeWriteReadsBeforeItsParentsWriteAndLetsNobodyChangeTheDiskBesideIt() {
    NodeSpec node = Bench.spec(new CopyBeforeWriteDriver(), Map.of("file", "f", "target", "t"));
    for (Grant parents : allGrants()) {
      boolean writes = parents.taken().has(WRITE);
      Grant file =
          new Grant(
              writes ? parents.taken().with(CONSISTENT_READ) : parents.taken(),
              parents.shared().without(WRITE).without(RESIZE));
      Grant target = new Grant(Permissions.of(WRITE), Permissions.ALL.without(RESIZE));
      assertThat(
              node.children().stream()
                  .map(c -> new CopyBeforeWriteDriver().rules().childGrant(node, c, parents)))
          .containsExactly(file, target);
    }
  }

  @Test
  void preallocateSharesNoChangesWhileItsParentsMayMakeTheDiskLonger() {
    NodeSpec node = Bench.spec(new PreallocateDriver(), FILE);
    for (Grant parents : allGrants()) {
      boolean lengthen = parents.taken().has(WRITE) && parents.taken().has(RESIZE);
      Grant expected =
          lengthen
              ? new Grant(parents.taken(), parents.shared().without(WRITE).without(RESIZE))
              : parents;
      assertThat(
              new PreallocateDriver().rules().childGrant(node, node.children().getFirst(), parents))
          .isEqualTo(expected);
    }
  }

  @Test
  void blkverifyShowsItsRawSideAndKeepsDataInTheOther() {
    NodeSpec node = Bench.spec(new BlkverifyDriver(), Map.of("raw", "r", "test", "t"));
    for (Grant parents : allGrants()) {
      assertThat(
              node.children().stream()
                  .map(child -> new BlkverifyDriver().rules().childGrant(node, child, parents)))
          .containsExactly(RolePermissions.filtered(parents), RolePermissions.data(parents));
    }
    assertThat(new BlkverifyDriver().rules().replaceRule(node))
        .isEqualTo(
            new DriverRules.ReplaceRule.SameData(
                List.of(new ChildName("raw"), new ChildName("test"))));
  }

  /// Reasons for a grant are found by leaving out what parents do, which is right only for rules
  /// like these.
  @Test
  void doesNoLessWhenParentsDoMore() {
    for (Driver driver : Stream.concat(Stream.of(new Qcow2Driver()), drivers().stream()).toList()) {
      NodeSpec node = Bench.spec(driver, driver instanceof QuorumDriver ? VOTE : given(driver));
      for (ChildSpec child : node.children()) {
        for (Grant parents : allGrants()) {
          for (Permission more : Permission.values()) {
            Grant grant = driver.rules().childGrant(node, child, parents);
            Grant taking = new Grant(parents.taken().with(more), parents.shared());
            Grant unsharing = new Grant(parents.taken(), parents.shared().without(more));
            doesNoLess(driver.rules().childGrant(node, child, taking), grant);
            doesNoLess(driver.rules().childGrant(node, child, unsharing), grant);
          }
        }
      }
    }
  }

  private static Map<String, Object> given(Driver driver) {
    return switch (driver.name().value()) {
      case "file" -> Map.of("filename", "f");
      case "null" -> Map.of("size", 512);
      case "qcow2" -> Map.of("file", "f", "backing", "b", "dataFile", "d");
      case "blkverify" -> Map.of("raw", "f", "test", "t");
      case "copy-before-write" -> Map.of("file", "f", "target", "t");
      default -> FILE;
    };
  }

  private static void doesNoLess(Grant grant, Grant than) {
    assertThat(than.taken().minus(grant.taken())).isEqualTo(Permissions.NONE);
    assertThat(grant.shared().minus(than.shared())).isEqualTo(Permissions.NONE);
  }

  private static List<Grant> allGrants() {
    return IntStream.range(0, 256)
        .mapToObj(i -> new Grant(new Permissions(i & 15), new Permissions(i >> 4)))
        .toList();
  }

  @Test
  void filtersAreThoseThatShowTheirChild() {
    assertThat(drivers())
        .filteredOn(driver -> driver.rules().isFilter())
        .extracting(driver -> driver.name().value())
        .containsExactlyInAnyOrder(
            "throttle",
            "preallocate",
            "blkdebug",
            "blkverify",
            "copy-on-read",
            "copy-before-write",
            "compress");
  }

  @Test
  void noneOfThemHasABackingDisk() {
    assertThat(drivers()).noneMatch(driver -> driver.rules().supportsBacking());
  }

  @Test
  void onlyAQuorumLetsItsOwnChildrenBeReplaced() {
    NodeSpec quorum = Bench.spec(new QuorumDriver(), VOTE);
    assertThat(new QuorumDriver().rules().replaceRule(quorum))
        .isEqualTo(new DriverRules.ReplaceRule.OwnChildren());
    NodeSpec raw = Bench.spec(new RawDriver(), FILE);
    assertThat(new RawDriver().rules().replaceRule(raw))
        .isEqualTo(new DriverRules.ReplaceRule.None());
  }

  @Test
  void aReadOnlyQuorumNeverTakesWriteForItself() {
    Map<String, Object> given =
        Map.of(
            "children",
            List.of("a"),
            "voteThreshold",
            1,
            "rewriteCorrupted",
            true,
            "readOnly",
            true);
    NodeSpec quorum = Bench.spec(new QuorumDriver(), given);
    assertThat(
            new QuorumDriver()
                .rules()
                .childGrant(quorum, quorum.children().getFirst(), Grant.IDLE)
                .taken())
        .isEqualTo(Permissions.NONE);
  }

  private static List<Driver> drivers() {
    return List.of(
        new FileDriver(),
        new RawDriver(),
        new NullDriver(),
        new QuorumDriver(),
        new CopyOnReadDriver(),
        new CompressDriver(),
        new CopyBeforeWriteDriver(),
        new ThrottleDriver(),
        new PreallocateDriver(),
        new BlkdebugDriver(),
        new BlkverifyDriver());
  }
}
