package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Who may be replaced by a copy of whom: the rows of the matrix in requirements 1.6 that are not
/// among those of [MirrorOverHttpTest], over HTTP.
///
/// A row that is allowed is carried out, and the path shows who drives the graph then; a row that
/// is refused leaves no trace and names the node at which the recursion stopped.
class ReplaceMatrixTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  /// Puts a new disk in the place of `replaced` and expects it at `path` below `root`.
  private void replaces(String source, String replaced, String root, String path) {
    byte[] before = bench.content(source);
    String target = service.qcow2(MIB);
    bench.succeeds(bench.ready(source, target, "'replaces':'" + replaced + "'"));
    assertThat(service.pathFrom(root, path)).isEqualTo(target);
    assertThat(bench.content(root)).isEqualTo(before);
    assertThat(bench.content(target)).isEqualTo(before);
  }

  private Answer refusesToReplace(String source, String replaced, String stop) {
    String target = service.qcow2(MIB);
    Answer answer =
        refusing.of(
            409,
            "REPLACE_NOT_COVERED",
            () -> bench.ask(Service.fresh("job"), source, target, "'replaces':'" + replaced + "'"));
    assertThat(answer.text("detail"))
        .contains("'" + replaced + "'")
        .contains("'" + source + "'")
        .contains("below node '" + stop + "'");
    assertThat(answer.text("correction")).isNotBlank();
    return answer;
  }

  private String throttle(String below) {
    return service.added(
        "{'nodeName':'%s','driver':'throttle','file':'%s'}"
            .formatted(Service.fresh("throttle"), below));
  }

  @Test
  void replacesTheSourceWhenItIsNamedItselfR6() {
    String source = bench.disk(0x41);
    String above = bench.filter(source);
    replaces(source, source, above, "/file");
  }

  @Test
  void replacesAChildOfAQuorumBelowAFilterThatIsTheSourceR12() {
    String[] children = {bench.disk(0x42), bench.disk(0x77), bench.disk(0x42)};
    String quorum = bench.quorum(children);
    String source = bench.filter(quorum);
    replaces(source, children[1], quorum, "/children.1");
  }

  @Test
  void refusesTheNodeBelowAFilterThatIsAChildOfAQuorumR13() {
    String below = bench.disk(0x43);
    String quorum = bench.quorum(throttle(below), bench.disk(0x43));
    refusesToReplace(quorum, below, quorum);
  }

  @Test
  void replacesAFilterThatIsAChildOfAQuorumR13b() {
    String filter = throttle(bench.disk(0x44));
    String quorum = bench.quorum(filter, bench.disk(0x44));
    replaces(quorum, filter, quorum, "/children.0");
  }

  @Test
  void refusesAGrandchildThroughAnInnerQuorumR14() {
    String grandchild = bench.disk(0x45);
    String inner = bench.quorum(grandchild, bench.disk(0x45));
    String outer = bench.quorum(inner, bench.disk(0x45));
    refusesToReplace(outer, grandchild, outer);
  }

  @Test
  void replacesAnInnerQuorumAsAWholeR14b() {
    String inner = bench.quorum(bench.disk(0x46), bench.disk(0x46));
    String outer = bench.quorum(inner, bench.disk(0x46));
    replaces(outer, inner, outer, "/children.0");
  }

  @Test
  void refusesTheFileBelowARawNodeWithAndWithoutAWindowR15() {
    String plain = bench.disk(0x47);
    String raw =
        service.added(
            "{'nodeName':'%s','driver':'raw','file':'%s'}".formatted(Service.fresh("raw"), plain));
    refusesToReplace(raw, plain, raw);
    String longer = service.qcow2(2 * MIB);
    String window =
        service.added(
            "{'nodeName':'%s','driver':'raw','size':%d,'file':'%s'}"
                .formatted(Service.fresh("raw"), MIB, longer));
    refusesToReplace(window, longer, window);
  }

  @Test
  void replacesEitherSideOfABlkverifyR16() {
    String[] sides = {bench.disk(0x4d), bench.disk(0x4d)};
    String verify =
        service.added(
            "{'nodeName':'%s','driver':'blkverify','test':'%s','raw':'%s'}"
                .formatted(Service.fresh("verify"), sides[0], sides[1]));
    for (JsonNode edge : service.get("/nodes/" + verify).expect(200).body().path("children")) {
      replaces(verify, edge.path("child").asString(), verify, "/" + edge.path("name").asString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy-on-read", "throttle", "blkdebug"})
  void replacesADiskBelowAnyFilterAndTheFilterBelowAFilterBG58(String driver) {
    String below = bench.disk(0x4e);
    String filter =
        service.added(
            "{'nodeName':'%s','driver':'%s','file':'%s'}"
                .formatted(Service.fresh("filter"), driver, below));
    replaces(filter, below, filter, "/file");
    String above = throttle(filter);
    replaces(above, filter, above, "/file");
  }

  @Test
  void replacesTheOverlayOfAChildAndNoLongerTheChildBG12() {
    String[] children = {bench.disk(0x50), bench.disk(0x50)};
    String quorum = bench.quorum(children);
    String overlay = service.qcow2(MIB);
    service
        .post("/nodes/" + children[1] + "/snapshots", "{'overlayNode':'%s'}".formatted(overlay))
        .expect(201);
    refusesToReplace(quorum, children[1], quorum);
    replaces(quorum, overlay, quorum, "/children.1");
  }

  @Test
  void replacesTheDiskBelowAThrottleR17() {
    String below = bench.disk(0x48);
    String filter = throttle(below);
    replaces(filter, below, filter, "/file");
  }

  @Test
  void refusesANodeOfAnotherLengthThanItsSourceR18b() {
    String longer = service.qcow2(2 * MIB);
    String[] children = {bench.disk(0x49), bench.disk(0x49)};
    String quorum = bench.quorum(children);
    String target = service.qcow2(2 * MIB);
    Answer answer =
        refusing.of(
            422, "SIZE_MISMATCH", () -> bench.ask(Service.fresh("job"), quorum, target, ""));
    assertThat(answer.text("detail")).contains(quorum, target, "1048576", "2097152");
    refusesToReplace(quorum, longer, quorum);
  }

  @Test
  void replacesAChildUnderAnIdleCopyOnReadNodeUnlessNobodyElseIsAllowedR24() {
    String child = bench.disk(0x4a);
    String quorum = bench.quorum(child, bench.disk(0x4a));
    String idle = bench.filter(child);
    String other = service.qcow2(MIB);
    String only = "'replaces':'" + child + "','otherParents':'none-allowed'";
    Answer refused =
        refusing.of(
            409,
            "REPLACE_WOULD_CHANGE_DATA",
            () -> bench.ask(Service.fresh("job"), quorum, other, only));
    assertThat(refused.text("detail")).contains("'" + idle + "'", "'" + quorum + "'");
    replaces(quorum, child, quorum, "/children.0");
    assertThat(service.pathFrom(idle, "/file")).isNotEqualTo(child);
  }

  @Test
  void refusesTheSameNodeTwiceInOneQuorumR26() {
    String child = bench.disk(0x4b);
    Answer answer =
        refusing.of(
            422,
            "BAD_SHAPE",
            () ->
                service.post(
                    "/nodes",
                    "{'nodeName':'%s','driver':'quorum','voteThreshold':1,'children':['%s','%s']}"
                        .formatted(Service.fresh("quorum"), child, child)));
    assertThat(answer.text("detail")).contains("twice");
  }

  @Test
  void replacesAChildOfAReadOnlyQuorumOfReadOnlyChildrenR27() {
    String[] children = {readOnly(0x4c), readOnly(0x4c)};
    String quorum =
        service.added(
            "{'nodeName':'%s','driver':'quorum','voteThreshold':2,'readOnly':true,'children':['%s']}"
                .formatted(Service.fresh("quorum"), String.join("','", children)));
    replaces(quorum, children[1], quorum, "/children.1");
    JsonNode target = service.get("/nodes/" + service.pathFrom(quorum, "/children.1")).body();
    assertThat(target.path("readOnly").asBoolean()).isTrue();
  }

  private String readOnly(int value) {
    String node = bench.disk(value);
    service.patch("/nodes/" + node, "{'readOnly':true}").expect(200);
    return node;
  }
}
