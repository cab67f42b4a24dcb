package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.Certificates;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuIoSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A service whose NBD clients have to come under TLS over tcp, and may over its unix socket.
class NbdTlsOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  @TempDir Path folder;

  private Service start(Certificates certificates) {
    String tls = "--blockgraph.nbd.tls.";
    return Service.on(
        folder.resolve("data"),
        tls + "tcp=required",
        tls + "unix=allowed",
        tls + "certificate=" + certificates.file("server-cert.pem"),
        tls + "key=" + certificates.file("server-key.pem"),
        tls + "client-authorities=" + certificates.file("ca-cert.pem"),
        tls + "clients[0]=CN=operator");
  }

  private static JsonNode export(Service service) {
    String disk = service.qcow2(8 * MIB);
    return service
        .post(
            "/exports", "{'id':'vm','type':'nbd','nodeName':'%s','writable':true}".formatted(disk))
        .expect(201)
        .body();
  }

  @Test
  void servesVerifiedClientsAndTellsWhoTheyAre() throws Exception {
    Certificates certificates = Certificates.in(folder.resolve("tls"));
    try (Service service = start(certificates)) {
      JsonNode uris = export(service).path("uris");
      assertThat(uris).hasSize(3);
      String tcp = uris.path(0).asString();
      assertThat(tcp).startsWith("nbds://127.0.0.1:").endsWith("/vm");
      assertThat(uris.path(1).asString()).startsWith("nbd+unix:///vm?socket=");
      assertThat(uris.path(2).asString()).startsWith("nbds+unix:///vm?socket=");
      String secured = tcp + "?tls-certificates=" + certificates.folder();
      assertThat(NbdTools.info(secured).path("TLS").asBoolean()).isTrue();
      assertThat(NbdTools.tryInfo(tcp.replace("nbds:", "nbd:")).exitCode()).isNotZero();
      NbdTools.info(uris.path(1).asString());
      NbdTools.info(uris.path(2).asString() + "&tls-certificates=" + certificates.folder());
      try (QemuIoSession client = client(tcp, certificates)) {
        assertThat(client.tell("read 0 4096")).contains("read 4096/4096 bytes");
        JsonNode tls = clientOf(service).path("tls");
        assertThat(tls.path("version").asString()).isEqualTo("TLSv1.3");
        assertThat(tls.path("subject").asString()).isEqualTo("CN=operator");
        showsNoKey(service, certificates);
        service.delete("/exports/vm").expect(200);
        assertThat(client.tell("read 0 4096")).contains("read failed");
      }
    }
  }

  private static QemuIoSession client(String uri, Certificates certificates) {
    String port = uri.replaceAll(".*:(\\d+)/vm", "$1");
    String credentials = "tls-creds-x509,id=tls,dir=" + certificates.folder() + ",endpoint=client";
    return QemuIoSession.at(
        "driver=raw,file.driver=nbd,file.server.type=inet,file.server.host=127.0.0.1"
            + ",file.export=vm,file.tls-creds=tls,file.server.port="
            + port,
        List.of("--object", credentials, "--image-opts"));
  }

  private static JsonNode clientOf(Service service) throws InterruptedException {
    for (int i = 0; i < 1200; i++) {
      JsonNode clients = service.get("/exports/vm/clients").expect(200).body().path("clients");
      if (clients.size() == 1) {
        return clients.path(0);
      }
      Thread.sleep(50);
    }
    throw new AssertionError("nobody came");
  }

  private static void showsNoKey(Service service, Certificates certificates) throws IOException {
    String key = Files.readString(certificates.file("server-key.pem"));
    String secret = key.lines().skip(1).findFirst().orElseThrow();
    for (String path : List.of("/exports", "/exports/vm", "/graph")) {
      assertThat(new String(service.get(path).bytes(), java.nio.charset.StandardCharsets.UTF_8))
          .doesNotContain(secret)
          .doesNotContain("server-key.pem");
    }
  }
}
