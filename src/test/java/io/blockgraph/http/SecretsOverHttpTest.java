package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Encrypted disks over HTTP, and secrets that go in and never come out.
class SecretsOverHttpTest {
  private static final String PASSWORD = "correct-horse-9";

  private final Service service = Service.shared();

  private String secret() {
    String id = Service.fresh("secret");
    Answer answer =
        service.post("/secrets", "{'id':'%s','data':'%s'}".formatted(id, PASSWORD)).expect(201);
    assertThat(answer.body().toString()).doesNotContain(PASSWORD);
    return id;
  }

  @Test
  void aSecretIsListedByNameAlone() {
    String id = secret();
    String all = service.get("/secrets").expect(200).body().toString();
    assertThat(all).contains("\"" + id + "\"").doesNotContain(PASSWORD);
    service.delete("/secrets/" + id).expect(200);
    service.delete("/secrets/" + id).expect(404);
    assertThat(service.get("/secrets").body().toString()).doesNotContain("\"" + id + "\"");
  }

  @Test
  void aSecretIsNotChangedUnderItsName() {
    String id = secret();
    Answer answer = service.post("/secrets", "{'id':'" + id + "','data':'other'}").expect(409);
    assertThat(answer.text("code")).isEqualTo("SECRET_ID_IN_USE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'id':'x','data':hunter2}",
        "{'id':'x','data':'hunter2','format':'base65'}",
        "{'id':'x','data':'hunter2 \\u0001'",
        "{'id':'x','data':'hunter2!','format':'base64'}",
        "{'id':'x y','data':'hunter2'}"
      })
  void aBodyThatIsRefusedIsNotShown(String body) {
    Answer answer = service.post("/secrets", body).expect(400);
    assertThat(answer.body().toString()).doesNotContain("hunter2");
  }

  @Test
  void anEncryptedImageIsMadeUsedAndOpenedWithItsSecretOnly() {
    String key = secret();
    String file = Service.fresh("private") + ".luks";
    service
        .post(
            "/images",
            "{'driver':'luks','filename':'%s','size':1048576,'keySecret':'%s','iterations':1000}"
                .formatted(file, key))
        .expect(201);
    String node = node(file, key);
    service.putData(node, 1000, new byte[] {1, 2, 3}).expect(200);
    assertThat(service.get("/nodes/" + node).expect(200).body().toString())
        .contains(key)
        .doesNotContain(PASSWORD);
    service.delete("/nodes/" + node).expect(200);
    assertThat(service.data(node(file, key), 1000, 3)).containsExactly(1, 2, 3);
  }

  private String node(String file, String key) {
    return service.added(
        "{'nodeName':'%s','driver':'luks','keySecret':'%s','file':{'driver':'file','filename':'%s'}}"
            .formatted(Service.fresh("private"), key, file));
  }
}
