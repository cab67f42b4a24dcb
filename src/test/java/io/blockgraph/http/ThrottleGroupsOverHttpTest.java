package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Throttle groups as operators make, change and remove them while members are in use.
class ThrottleGroupsOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  @TempDir Path folder;

  private final Service service = Service.shared();

  private String group(String limits) {
    String id = Service.fresh("group");
    service.post("/throttle-groups", "{'id':'%s'%s}".formatted(id, limits)).expect(201);
    return id;
  }

  private String memberJson(String name, String group) {
    return ("{'nodeName':'%s','driver':'throttle','throttleGroup':'%s',"
            + "'file':{'driver':'null','size':%d}}")
        .formatted(name, group, MIB);
  }

  private String member(String group) {
    return service.added(memberJson(Service.fresh("slow"), group));
  }

  private double secondsOfReads(String node, int count) {
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      service.data(node, 0, 4096);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  @Test
  void showsItsLimitsAndItsMembers() {
    String group = group(",'iopsTotal':500,'iopsTotalMax':2000,'iopsTotalMaxLength':10");
    String member = member(group);
    Answer answer = service.get("/throttle-groups/" + group).expect(200);
    assertThat(answer.body().at("/limits/iopsTotalMax").asLong()).isEqualTo(2000);
    assertThat(answer.body().path("members").toString()).isEqualTo("[\"" + member + "\"]");
    assertThat(service.get("/throttle-groups").expect(200).body().toString()).contains(group);
    assertThat(service.get("/graph").body().path("users").toString()).contains(group);
  }

  @Test
  void limitsItsMembersTogether() throws Exception {
    String group = group(",'bpsTotal':1");
    String one = member(group);
    waitsUntilThereIsNoLimit(group, one, member(group));
  }

  @Test
  void newLimitsHoldForARequestThatWaits() throws Exception {
    String group = group(",'bpsTotal':1");
    String member = member(group);
    waitsUntilThereIsNoLimit(group, member, member);
  }

  /// What is read through `first` is more than the group allows for hours, so that a read through
  /// `second` waits.
  private void waitsUntilThereIsNoLimit(String group, String first, String second)
      throws Exception {
    service.data(first, 0, 4096);
    CompletableFuture<byte[]> waits =
        CompletableFuture.supplyAsync(
            () -> service.data(second, 0, 4096), Thread::startVirtualThread);
    service.awaitsRequestAt(second);
    service.patch("/throttle-groups/" + group, "{'bpsTotal':null}").expect(200);
    assertThat(waits.get(60, TimeUnit.SECONDS)).hasSize(4096);
  }

  @Test
  void aMemberLeavesForLimitsOfItsOwnAndComesBack() {
    String group = group(",'iopsRead':1");
    String member = member(group);
    secondsOfReads(member, 2);
    service.patch("/nodes/" + member, "{'throttleGroup':null}").expect(200);
    assertThat(secondsOfReads(member, 20)).isLessThan(15);
    service.patch("/nodes/" + member, "{'throttleGroup':'" + group + "'}").expect(200);
    assertThat(service.get("/throttle-groups/" + group).body().path("members")).hasSize(1);
    service.patch("/throttle-groups/" + group, "{'iopsRead':1000}").expect(200);
  }

  @Test
  void refusesLimitsThatContradictEachOther() {
    Answer answer =
        service
            .post(
                "/throttle-groups",
                "{'id':'%s','iopsTotal':5,'iopsRead':5}".formatted(Service.fresh("group")))
            .expect(422);
    assertThat(answer.text("code")).isEqualTo("BAD_SHAPE");
    assertThat(answer.text("detail")).contains("'iopsTotal' excludes 'iopsRead'");
    String group = group(",'iopsTotal':5");
    service.patch("/throttle-groups/" + group, "{'iopsRead':5}").expect(422);
    service.patch("/throttle-groups/" + group, "{'iopsTotal':null,'iopsRead':5}").expect(200);
    service.patch("/throttle-groups/" + group, "{'iopsReads':5}").expect(400);
  }

  @Test
  void refusesANodeOfAGroupThatIsNotThereOrHasLimitsBesides() {
    String node = Service.fresh("slow");
    assertThat(service.post("/nodes", memberJson(node, "nobody")).expect(404).text("code"))
        .isEqualTo("THROTTLE_GROUP_NOT_FOUND");
    service.post("/nodes?dryRun=true", memberJson(node, "nobody")).expect(404);
    String group = group("");
    service
        .post(
            "/nodes",
            ("{'nodeName':'%s','driver':'throttle','throttleGroup':'%s','iopsTotal':1,"
                    + "'file':{'driver':'null','size':512}}")
                .formatted(node, group))
        .expect(422);
  }

  @Test
  void isNotRemovedWhileItHasMembers() {
    String group = group(",'iopsTotal':500");
    String member = member(group);
    Answer answer = service.delete("/throttle-groups/" + group).expect(409);
    assertThat(answer.text("code")).isEqualTo("THROTTLE_GROUP_IN_USE");
    assertThat(answer.text("detail")).contains(member);
    service.delete("/nodes/" + member).expect(200);
    service.delete("/throttle-groups/" + group + "?dryRun=true").expect(200);
    service.delete("/throttle-groups/" + group).expect(200);
    service.delete("/throttle-groups/" + group).expect(404);
  }

  @Test
  void sharesItsNamesWithNodesAndExports() {
    String group = group("");
    assertThat(
            service
                .post("/nodes", "{'nodeName':'%s','driver':'null','size':512}".formatted(group))
                .expect(409)
                .text("code"))
        .isEqualTo("NODE_NAME_IN_USE");
    service.post("/throttle-groups", "{'id':'" + group + "'}").expect(409);
    service.delete("/exports/" + group).expect(404);
  }

  @Test
  void aDryRunChangesNoLimit() {
    String group = group(",'iopsTotal':500");
    Answer answer =
        service.patch("/throttle-groups/" + group + "?dryRun=true", "{'iopsTotal':1}").expect(200);
    assertThat(answer.body().path("usersChanged").toString()).contains(group);
    assertThat(service.get("/throttle-groups/" + group).body().at("/limits/iopsTotal").asLong())
        .isEqualTo(500);
    String other = Service.fresh("group");
    service.post("/throttle-groups?dryRun=true", "{'id':'" + other + "'}").expect(200);
    service.get("/throttle-groups/" + other).expect(404);
  }

  @Test
  void comesAndGoesWithItsMembersInOneTransaction() {
    String group = Service.fresh("group");
    String node = Service.fresh("slow");
    String actions =
        ("{'actions':[{'method':'POST','path':'/throttle-groups','body':{'id':'%s','iopsTotal':9}},"
                + "{'method':'POST','path':'/nodes','body':%s}]}")
            .formatted(group, memberJson(node, group));
    service.post("/transactions?dryRun=true", actions).expect(200);
    service.get("/throttle-groups/" + group).expect(404);
    service.post("/transactions", actions).expect(200);
    assertThat(service.get("/throttle-groups/" + group).body().path("members")).hasSize(1);
    service
        .post(
            "/transactions",
            ("{'actions':[{'method':'DELETE','path':'/nodes/%s'},"
                    + "{'method':'DELETE','path':'/throttle-groups/%s'}]}")
                .formatted(node, group))
        .expect(200);
    service.get("/throttle-groups/" + group).expect(404);
  }

  @Test
  void comesBackWithItsLimitsAfterARestart() {
    try (Service first = Service.on(folder)) {
      first.post("/throttle-groups", "{'id':'gold','iopsRead':7}").expect(201);
      first.added(memberJson("slow", "gold"));
      first.patch("/throttle-groups/gold", "{'iopsRead':8,'iopsReadMax':9}").expect(200);
    }
    try (Service second = Service.on(folder)) {
      Answer gold = second.get("/throttle-groups/gold").expect(200);
      assertThat(gold.body().path("limits").toString())
          .isEqualTo("{\"iopsRead\":8,\"iopsReadMax\":9}");
      assertThat(gold.body().path("members").toString()).isEqualTo("[\"slow\"]");
      long begin = System.nanoTime();
      for (int i = 0; i < 14; i++) {
        second.data("slow", 0, 512);
      }
      assertThat((System.nanoTime() - begin) / 1e9).isGreaterThan(0.4);
    }
  }
}
