package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Swaps that would close a loop, or leave the replaced node in use below the target (BG-35 to
/// BG-38, BG-57): refused before they begin, and again right before they happen. QEMU reports
/// success for the first two and loses the target, or swaps half.
class MirrorLoopsTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private String throttled(String below) {
    return service.added(
        "{'nodeName':'%s','driver':'throttle','file':'%s'}"
            .formatted(Service.fresh("throttle"), below));
  }

  private static String intoFile(String source, String sync, String replaced) {
    String target = Service.fresh("target");
    return ("'source':'%s','sync':'%s','replaces':'%s','acceptPartialData':true,"
            + "'targetFile':{'filename':'%s.qcow2','nodeName':'%s'}")
        .formatted(source, sync, replaced, target, target);
  }

  private static String onto(String target, String source, String sync, String replaced) {
    return "'source':'%s','sync':'%s','replaces':'%s','acceptPartialData':true,'target':'%s'"
        .formatted(source, sync, replaced, target);
  }

  /// Refused when it is asked and when it is only planned, with these edges, from the target down.
  private void wouldLoop(String members, String... edges) {
    String body = "{'jobId':'" + Service.fresh("job") + "'," + members + "}";
    for (String path : List.of("/mirror-jobs?dryRun=true", "/mirror-jobs")) {
      Answer refused = refusing.of(409, "REPLACE_WOULD_LOOP", () -> service.post(path, body));
      assertThat(edges(refused.body())).containsExactly(edges);
    }
  }

  private static List<String> edges(JsonNode problem) {
    return problem.path("path").valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void theNewTargetWouldBeBackedByTheFilterAboveWhatItReplaces() {
    String filtered = bench.disk(0x41);
    String filter = throttled(filtered);
    String members = intoFile(filter, "none", filtered);
    String target = members.replaceAll(".*'nodeName':'([^']*)'.*", "$1");
    wouldLoop(members, target + ":backing", filter + ":file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "top"})
  void aWholeCopyAndACopyOfTheTopReplaceWhatLiesBelowTheFilter(String sync) {
    String[] disks = service.chain(2, MIB);
    bench.fill(disks[0], 0x42);
    String filter = throttled(disks[1]);
    String members = intoFile(filter, sync, disks[1]);
    String target = members.replaceAll(".*'nodeName':'([^']*)'.*", "$1");
    bench.succeeds(bench.readyWith(members));
    assertThat(service.pathFrom(filter, "/file")).isEqualTo(target);
    assertThat(bench.content(filter)).containsOnly((byte) 0x42);
  }

  @Test
  void aLoopThatAppearsWhileTheJobRunsFailsItAndLeavesTheGraphAsItWas() {
    String replaced = bench.disk(0x43);
    String filter = bench.filter(replaced);
    String[] children = {service.qcow2(MIB), service.qcow2(MIB), service.qcow2(MIB)};
    String target = bench.quorum(children);
    String job = bench.readyWith(onto(target, filter, "full", replaced));
    service.patch("/nodes/" + children[1], "{'backing':'" + replaced + "'}").expect(200);
    Answer over = bench.complete(job);
    assertThat(over.text("status")).isEqualTo("concluded");
    JsonNode error = over.body().path("error");
    assertThat(error.path("code").asString()).isEqualTo("REPLACE_WOULD_LOOP");
    assertThat(edges(error)).containsExactly(target + ":children.1", children[1] + ":backing");
    assertThat(service.pathFrom(filter, "/file")).isEqualTo(replaced);
    assertThat(service.pathFrom(target, "/children.1/backing")).isEqualTo(replaced);
    assertThat(service.graph()).doesNotContain("\"" + job + "\"");
  }

  @Test
  void theReplacedNodeIsTwoLevelsBelowTheTarget() {
    String replaced = bench.disk(0x44);
    String filter = bench.filter(replaced);
    String middle = service.qcow2(MIB, ",'backing':'" + replaced + "'");
    String target = service.qcow2(MIB, ",'backing':'" + middle + "'");
    wouldLoop(onto(target, filter, "none", replaced), target + ":backing", middle + ":backing");
    wouldLoop(onto(target, replaced, "none", replaced), target + ":backing", middle + ":backing");
  }

  @Test
  void theReplacedNodeIsTheFileOfTheTarget() {
    String replaced = bench.disk(0x45);
    String filter = bench.filter(replaced);
    String target =
        service.added(
            "{'nodeName':'%s','driver':'raw','file':'%s'}"
                .formatted(Service.fresh("raw"), replaced));
    wouldLoop(onto(target, filter, "full", replaced), target + ":file");
    wouldLoop(onto(target, replaced, "full", replaced), target + ":file");
  }

  @Test
  void theReplacedNodeIsInAQuorumWithinAQuorum() {
    String replaced = bench.disk(0x46);
    String filter = bench.filter(replaced);
    String inner = bench.quorum(replaced, service.qcow2(MIB));
    String target = bench.quorum(service.qcow2(MIB), inner);
    wouldLoop(
        onto(target, filter, "full", replaced), target + ":children.1", inner + ":children.0");
  }

  @Test
  void theTargetIsAboveTheQuorumWhoseChildIsReplaced() {
    String[] children = {bench.disk(0x47), bench.disk(0x47)};
    String quorum = bench.quorum(children);
    String target = service.qcow2(MIB, ",'backing':'" + quorum + "'");
    wouldLoop(
        onto(target, quorum, "none", children[0]), target + ":backing", quorum + ":children.0");
    String again = intoFile(quorum, "none", children[0]);
    String made = again.replaceAll(".*'nodeName':'([^']*)'.*", "$1");
    wouldLoop(again, made + ":backing", quorum + ":children.0");
  }

  /// A copy of later writes over its source is what `none` is for, said explicitly or not.
  @Test
  void theSourceMayBeReplacedByAnOverlayOverItself() {
    String source = bench.disk(0x48);
    String filter = bench.filter(source);
    String target = service.qcow2(MIB, ",'backing':'" + source + "'");
    bench.succeeds(bench.readyWith(onto(target, source, "none", source)));
    assertThat(service.pathFrom(filter, "/file/backing")).isEqualTo(source);
    String second = intoFile(target, "none", target);
    bench.succeeds(bench.readyWith(second));
    assertThat(service.pathFrom(filter, "/file/backing/backing")).isEqualTo(source);
    assertThat(bench.content(filter)).containsOnly((byte) 0x48);
  }
}
