package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that are not as they must be: each is refused with a problem that names the place, and
/// leaves no trace.
class BadInputOverHttpTest {
  private static final long MIB = 1 << 20;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);

  private Answer refusesNode(int status, String code, String json) {
    return refusing.of(status, code, () -> service.post("/nodes", json));
  }

  @Test
  void refusesAnUnknownDriverAndKnowsTheOnesThereAre() {
    Answer answer = refusesNode(400, "INVALID_REQUEST", "{'nodeName':'x1','driver':'quorumm'}");
    assertThat(Refusing.pointers(answer)).containsExactly("/driver");
    assertThat(answer.text("detail")).contains("quorum");
  }

  @Test
  void refusesAnUnknownDriverOfAChildAtItsPlace() {
    Answer answer =
        refusesNode(
            400,
            "INVALID_REQUEST",
            "{'nodeName':'x1','driver':'raw','file':{'driver':'iscsi','server':'evil'}}");
    assertThat(Refusing.pointers(answer)).contains("/file/driver");
  }

  @Test
  void refusesADriverThatOnlyJobsMayUse() {
    String disk = service.qcow2(MIB);
    String target = service.qcow2(MIB);
    Answer answer =
        refusesNode(
            400,
            "INVALID_REQUEST",
            "{'nodeName':'x1','driver':'mirror-top','job':'j','file':'%s','target':'%s'}"
                .formatted(disk, target));
    assertThat(Refusing.pointers(answer)).containsExactly("/driver");
    assertThat(answer.text("detail")).contains("'mirror-top'").doesNotContain("stream-top");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'1'", "1.5", "1e3", "true", "null", "[]", "{}", "99999999999999999999"})
  void refusesASizeThatIsNoWholeNumber(String size) {
    Answer answer =
        refusesNode(
            400, "INVALID_REQUEST", "{'nodeName':'x1','driver':'null','size':%s}".formatted(size));
    assertThat(Refusing.pointers(answer)).containsExactly("/size");
  }

  @Test
  void refusesAnUnknownOptionAndGuessesTheOneMeant() {
    Answer answer =
        refusesNode(400, "INVALID_REQUEST", "{'nodeName':'x1','driver':'null','sise':1024}");
    assertThat(Refusing.pointers(answer)).contains("/sise");
    assertThat(answer.text("detail")).contains("size");
  }

  @Test
  void refusesAMissingOption() {
    Answer answer =
        refusesNode(
            400, "INVALID_REQUEST", "{'nodeName':'x1','driver':'raw','file':{'driver':'file'}}");
    assertThat(Refusing.pointers(answer)).containsExactly("/file/filename");
  }

  @Test
  void refusesNumbersOutOfRange() {
    Answer negative =
        refusesNode(400, "INVALID_REQUEST", "{'nodeName':'x1','driver':'null','size':-1}");
    assertThat(Refusing.pointers(negative)).containsExactly("/size");
    String disk = service.qcow2(MIB);
    refusing.of(
        400, "INVALID_REQUEST", () -> service.post("/nodes/" + disk + "/resize", "{'size':-512}"));
    refusing.of(
        400, "INVALID_SIZE", () -> service.post("/nodes/" + disk + "/resize", "{'size':1000001}"));
  }

  @Test
  void namesEveryPlaceThatIsWrongAtOnce() {
    Answer answer =
        refusesNode(
            400,
            "INVALID_REQUEST",
            "{'nodeName':'x y','driver':'quorum','voteThreshold':'2','children':"
                + "[{'driver':'null','size':-1},{'driver':'raw','fiel':1}]}");
    assertThat(Refusing.pointers(answer))
        .contains("/nodeName", "/voteThreshold", "/children/0/size", "/children/1/fiel");
  }

  @Test
  void refusesANameThatIsTakenByANodeAJobOrAnExport() {
    String node = service.qcow2(MIB);
    String export = Service.fresh("export");
    service
        .post("/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(export, node))
        .expect(201);
    for (String taken : List.of(node, export)) {
      Answer answer =
          refusesNode(
              409, "NODE_NAME_IN_USE", "{'nodeName':'%s','driver':'null'}".formatted(taken));
      assertThat(answer.text("node")).isEqualTo(taken);
    }
    refusing.of(
        409,
        "NODE_NAME_IN_USE",
        () ->
            service.post(
                "/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(node, node)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "a\\r\\nX-Injected: 1",
        "..",
        ".a",
        "1a",
        "a/b",
        "a%2fb",
        "\\u202eabc",
        "a\\u0000b",
        "${jndi:ldap://x}",
        "\\u001b[31mred",
        "<script>alert(1)</script>",
        "a2345678901234567890123456789012345678901234567890123456789012345"
      })
  void refusesANameThatIsNone(String name) {
    Answer answer =
        refusesNode(400, "INVALID_REQUEST", "{'nodeName':'%s','driver':'null'}".formatted(name));
    assertThat(Refusing.pointers(answer)).containsExactly("/nodeName");
    assertThat(answer.text("detail")).doesNotContain("\r").doesNotContain("\n");
  }

  @Test
  void takesANameOf64Characters() {
    String name = "n".repeat(64);
    service.added("{'nodeName':'%s','driver':'null'}".formatted(name));
    service.delete("/nodes/" + name).expect(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nodes/%20", "/nodes/a%0d%0ab", "/nodes/nobody", "/nodes/..."})
  void knowsNoNodeOfAStrangeName(String path) {
    refusing.of(404, "NODE_NOT_FOUND", () -> service.get(path));
    refusing.of(404, "NODE_NOT_FOUND", () -> service.delete(path));
    refusing.of(404, "NODE_NOT_FOUND", () -> service.patch(path, "{'readOnly':true}"));
    refusing.of(404, "NODE_NOT_FOUND", () -> service.post(path + "/resize", "{'size':512}"));
  }

  @Test
  void knowsNoJobExportOrEdgeThatIsNotThere() {
    refusing.of(404, "JOB_NOT_FOUND", () -> service.get("/jobs/nobody"));
    refusing.of(404, "JOB_NOT_FOUND", () -> service.post("/jobs/nobody/pause", ""));
    refusing.of(404, "JOB_NOT_FOUND", () -> service.delete("/jobs/nobody"));
    refusing.of(404, "EXPORT_NOT_FOUND", () -> service.get("/exports/nobody"));
    refusing.of(404, "EXPORT_NOT_FOUND", () -> service.delete("/exports/nobody"));
    refusing.of(404, "EDGE_NOT_FOUND", () -> service.get("/edges/nobody:file"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'nodeName':'x1'",
        "not json",
        "{'nodeName':'x1','nodeName':'x2','driver':'null'}",
        "{'nodeName':'x1','driver':'null'} trailing",
        "{'nodeName':'x1','driver':'null'}{}",
        "{'nodeName':NaN,'driver':'null'}",
        "{nodeName:1}",
        "{'nodeName':'x1','driver':'null',}"
      })
  void refusesABodyThatIsNoStrictJson(String json) {
    refusesNode(400, "UNREADABLE_REQUEST", json);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "3", "'text'"})
  void refusesABodyThatIsNoObject(String json) {
    refusesNode(400, "INVALID_REQUEST", json);
  }

  @Test
  void refusesAnEmptyBodyAndOneThatIsNested() {
    refusesNode(400, "UNREADABLE_REQUEST", "");
    refusesNode(400, "UNREADABLE_REQUEST", "[".repeat(10_000) + "]".repeat(10_000));
    refusesNode(400, "UNREADABLE_REQUEST", "{'a':".repeat(40) + "1" + "}".repeat(40));
    refusesNode(400, "UNREADABLE_REQUEST", "[" + "1,".repeat(20_000) + "1]");
  }

  @Test
  void refusesDataOutsideOfTheDisk() {
    String disk = service.qcow2(MIB);
    String data = "/nodes/" + disk + "/data";
    refusing.of(416, "RANGE_NOT_SATISFIABLE", () -> service.get(data + "?offset=1048576&length=1"));
    refusing.of(
        416, "RANGE_NOT_SATISFIABLE", () -> service.putData(disk, MIB - 1, new byte[] {1, 2}));
    refusing.of(400, "INVALID_PARAMETER", () -> service.get(data + "?offset=-1&length=1"));
    refusing.of(400, "INVALID_PARAMETER", () -> service.get(data + "?offset=a&length=1"));
    refusing.of(400, "INVALID_PARAMETER", () -> service.get(data + "?length=1"));
    refusing.of(
        400, "INVALID_PARAMETER", () -> service.get(data + "?offset=0&length=9999999999999"));
    refusing.of(404, "NODE_NOT_FOUND", () -> service.putData("nobody", 0, new byte[] {1}));
  }

  @Test
  void refusesZeroingAndDiscardingOutsideOfTheDisk() {
    String disk = service.qcow2(MIB);
    for (String verb : List.of("/zero", "/discard")) {
      refusing.of(
          416,
          "RANGE_NOT_SATISFIABLE",
          () -> service.post("/nodes/" + disk + verb, "{'offset':1048000,'length':4096}"));
      Answer missing =
          refusing.of(
              400, "INVALID_REQUEST", () -> service.post("/nodes/" + disk + verb, "{'offset':0}"));
      assertThat(Refusing.pointers(missing)).containsExactly("/length");
    }
  }

  @Test
  void refusesToWriteToAReadOnlyNode() {
    String disk = service.qcow2(MIB, ",'readOnly':true");
    Answer answer =
        refusing.of(
            List.of(service.image(disk + ".qcow2")),
            409,
            "READ_ONLY",
            () -> service.putData(disk, 0, new byte[] {1}));
    assertThat(answer.text("detail")).contains("'" + disk + "'");
  }
}
