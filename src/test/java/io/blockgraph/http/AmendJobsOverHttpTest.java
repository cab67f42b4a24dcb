package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.Ran;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Jobs that change the keys of encrypted images, as a caller sees them and a stranger finds what
/// they made.
@Timeout(120)
class AmendJobsOverHttpTest {
  private static final String FIRST = "correct-horse-9";
  private static final String SECOND = "battery-staple-8";

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final String first = secret(FIRST);
  private final String second = secret(SECOND);
  private final String file = Service.fresh("private") + ".luks";
  private final String node = Service.fresh("private");

  private String secret(String password) {
    String id = Service.fresh("secret");
    service.post("/secrets", "{'id':'%s','data':'%s'}".formatted(id, password)).expect(201);
    return id;
  }

  private void encrypted() {
    service
        .post(
            "/images",
            "{'driver':'luks','filename':'%s','size':1048576,'keySecret':'%s','iterations':1000}"
                .formatted(file, first))
        .expect(201);
    service.added(
        "{'nodeName':'%s','driver':'luks','keySecret':'%s','file':{'driver':'file','filename':'%s'}}"
            .formatted(node, first, file));
  }

  private Answer start(String job, String more) {
    return service.post(
        "/amend-jobs", "{'jobId':'%s','node':'%s','driver':'luks'%s}".formatted(job, node, more));
  }

  private JsonNode over(String more) {
    String job = Service.fresh("amend");
    start(job, more).expect(202);
    JsonNode end = service.get("/jobs/" + job + "?wait=60").expect(200).body();
    assertThat(end.path("status").asString()).isEqualTo("concluded");
    assertThat(end.toString()).doesNotContain(FIRST, SECOND);
    return end;
  }

  private void amended(String more) {
    JsonNode end = over(more);
    assertThat(end.path("error").isNull()).as(end.toString()).isTrue();
    assertThat(end.path("type").asString()).isEqualTo("amend");
    assertThat(end.path("progress").path("bytesDone").asLong()).isPositive();
  }

  private String failed(String more) {
    JsonNode error = over(more).path("error");
    assertThat(error.path("code").asString()).as(error.toString()).isEqualTo("INVALID");
    return error.path("detail").asString();
  }

  private String added() {
    return ",'state':'active','newSecret':'" + second + "','iterations':1000";
  }

  private static String erased(String secret) {
    return ",'state':'inactive','oldSecret':'" + secret + "'";
  }

  private Answer opensWith(String secret) {
    return service.patch("/nodes/" + node, "{'keySecret':'" + secret + "'}");
  }

  private Ran openedByQemu(String password) {
    String image = "driver=luks,key-secret=key,file.driver=file,file.filename=";
    return QemuImg.run(
        "compare",
        "-U",
        "--object",
        "secret,id=key,data=" + password,
        "--image-opts",
        image + service.image(file),
        image + service.image(file));
  }

  @Test
  void aKeyIsAddedAndTheOldOneErasedWhileTheDiskIsUsed() {
    encrypted();
    service.putData(node, 1000, new byte[] {1, 2, 3}).expect(200);
    service
        .post("/exports", "{'id':'%s-x','type':'nbd','nodeName':'%s'}".formatted(node, node))
        .expect(201);
    amended(added());
    assertThat(service.get("/nodes/" + node).body().path("facts").path("keySlots").asInt())
        .isEqualTo(2);
    openedByQemu(FIRST).ok();
    openedByQemu(SECOND).ok();
    opensWith(second).expect(200);
    amended(erased(first));
    openedByQemu(SECOND).ok();
    assertThat(openedByQemu(FIRST).err()).contains("Invalid password");
    assertThat(service.data(node, 1000, 3)).containsExactly(1, 2, 3);
    service.delete("/exports/" + node + "-x").expect(200);
    service.delete("/nodes/" + node).expect(200);
  }

  @Test
  void theLastKeyGoesOnlyByForce() {
    encrypted();
    assertThat(failed(erased(first))).contains("force");
    Answer refused = start("last", ",'state':'inactive','keyslot':0").expect(400);
    assertThat(refused.text("detail")).contains("force");
    openedByQemu(FIRST).ok();
    amended(erased(first) + ",'force':true");
    assertThat(openedByQemu(FIRST).err()).contains("Invalid password");
  }

  @Test
  void theKeyOfTheNodeItselfIsNotErased() {
    encrypted();
    amended(added());
    assertThat(failed(erased(first))).contains("keySecret", first);
    opensWith(secret("wrong-0")).expect(400);
    assertThat(failed(erased(first))).contains("keySecret", first);
    opensWith(second).expect(200);
    amended(erased(first));
  }

  @Test
  void aSlotOfChoiceIsFilledAndOverwrittenOnlyByForce() {
    encrypted();
    amended(added() + ",'keyslot':7");
    String again = added() + ",'keyslot':7";
    assertThat(start("again", again).expect(400).text("detail")).contains("slot 7");
    amended(again + ",'force':true");
    openedByQemu(SECOND).ok();
    assertThat(start("only", added() + ",'keyslot':0,'force':true").expect(202).status())
        .isEqualTo(202);
    service.get("/jobs/only?wait=60").expect(200);
    service.delete("/jobs/only").expect(200);
    assertThat(openedByQemu(FIRST).err()).contains("Invalid password");
    openedByQemu(SECOND).ok();
  }

  @Test
  void qemuAmendsWhatWasAmendedHere() {
    encrypted();
    amended(",'state':'active','newSecret':'" + second + "','iterTime':10");
    service.delete("/nodes/" + node).expect(200);
    QemuImg.run(
            "amend",
            "--object",
            "secret,id=b,data=" + SECOND,
            "--object",
            "secret,id=a,data=" + FIRST,
            "--image-opts",
            "driver=luks,key-secret=b,file.driver=file,file.filename=" + service.image(file),
            "-o",
            "state=inactive,old-secret=a")
        .ok();
    openedByQemu(SECOND).ok();
    assertThat(openedByQemu(FIRST).err()).contains("Invalid password");
  }

  @Test
  void theyAreRefusedBeforeAnythingIsDone() throws Exception {
    encrypted();
    List<String> wrong =
        List.of(
            ",'state':'active'",
            ",'state':'inactive'",
            added() + ",'oldSecret':'" + first + "'",
            added() + ",'iterTime':10",
            erased(first) + ",'iterTime':10",
            erased(first) + ",'newSecret':'" + second + "'",
            ",'state':'inactive','keyslot':3");
    for (String more : wrong) {
      refusing.of(400, "INVALID_PARAMETER", () -> start("j", more));
    }
    refusing.of(400, "INVALID_REQUEST", () -> start("j", ""));
    refusing.of(400, "INVALID_REQUEST", () -> start("j", added() + ",'keyslot':8"));
    String nobody = ",'state':'active','newSecret':'nobody'";
    refusing.of(400, "INVALID_PARAMETER", () -> start("j", nobody));
    refusing.of(409, "NODE_NAME_IN_USE", () -> start(node, added()));
    refusing.of(404, "NODE_NOT_FOUND", () -> of("nobody", "luks", added()));
    refusing.of(
        400, "INVALID_PARAMETER", () -> of(service.pathFrom(node, "/file"), "luks", added()));
    Answer none = refusing.of(422, "NO_IMAGE_FORMAT", () -> of(node, "raw", ""));
    assertThat(none.text("correction")).contains("luks").doesNotContain("raw");
    refusing.of(400, "UNKNOWN_DRIVER", () -> of(node, "luks2", ""));
    service.patch("/nodes/" + node, "{'readOnly':true}").expect(200);
    refusing.of(409, "READ_ONLY", () -> start("j", added()));
  }

  private Answer of(String other, String driver, String more) {
    return service.post(
        "/amend-jobs", "{'jobId':'j','node':'%s','driver':'%s'%s}".formatted(other, driver, more));
  }

  @Test
  void aDryRunChangesNothing() {
    encrypted();
    String graph = service.graph();
    service
        .post(
            "/amend-jobs?dryRun=true",
            "{'jobId':'dry','node':'%s','driver':'luks'%s}".formatted(node, added()))
        .expect(200);
    assertThat(service.graph()).isEqualTo(graph);
    assertThat(service.get("/jobs/dry").status()).isEqualTo(404);
    assertThat(openedByQemu(SECOND).err()).contains("Invalid password");
  }

  @Test
  void nobodyWritesTheFileMeanwhile() {
    encrypted();
    String below = service.pathFrom(node, "/file");
    String other = Service.fresh("other");
    service.added(
        "{'nodeName':'%s','driver':'luks','keySecret':'%s','file':'%s'}"
            .formatted(other, first, below));
    Answer refused = start("j", added()).expect(409);
    assertThat(refused.text("code")).isEqualTo("PERMISSION_CONFLICT");
    assertThat(refused.text("detail")).contains(other);
    service.delete("/nodes/" + other).expect(200);
    amended(added());
  }

  @Test
  void nobodyElseChangesWhatIsUnchangedMeanwhile() {
    encrypted();
    String above = Service.fresh("above");
    service.added("{'nodeName':'%s','driver':'copy-on-read','file':'%s'}".formatted(above, node));
    Answer refused = start("j", added()).expect(409);
    assertThat(refused.text("code")).isEqualTo("PERMISSION_CONFLICT");
    assertThat(refused.text("detail")).contains(above);
    service.delete("/nodes/" + above).expect(200);
    amended(added());
  }

  @Test
  void areListedByThemselves() {
    encrypted();
    amended(added());
    JsonNode listed = service.get("/amend-jobs").expect(200).body().path("jobs");
    assertThat(listed.valueStream().map(j -> j.path("type").asString())).containsOnly("amend");
  }
}
