package io.blockgraph.driver.nbd;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.strangers.Certificates;
import io.blockgraph.strangers.NbdServers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Under TLS with nbdkit, which verifies its clients too.
class NbdTlsTest {
  @TempDir Path folder;

  private final Bench bench = new Bench();
  private Certificates certificates;
  private NbdServers server;

  @BeforeEach
  void start() {
    certificates = Certificates.in(folder.resolve("pki"));
    server =
        NbdServers.nbdkit(
            folder.resolve("s"),
            "--tls=require",
            "--tls-verify-peer",
            "--tls-certificates=" + certificates.folder(),
            "memory",
            "size=1M");
  }

  @AfterEach
  void stop() {
    bench.close();
    server.close();
  }

  private Bench.Opened open(Map<String, ?> more) {
    TlsIdentity.Own own =
        new TlsIdentity.Own(
            certificates.file("client-cert.pem"), certificates.file("client-key.pem"));
    Path authority = certificates.file("ca-cert.pem");
    Map<String, TlsIdentity> identities =
        Map.of(
            "lab", new TlsIdentity(authority, Optional.of(own)),
            "anonymous", new TlsIdentity(authority, Optional.empty()));
    NbdDriver driver =
        new NbdDriver(AllowedServers.of(List.of("unix:" + server.socket())), identities);
    return bench.open(driver, NbdDrivers.unix(server.socket(), new HashMap<>(more)), Map.of());
  }

  @Test
  void readsAndWritesUnderTls() {
    Bench.Opened opened = open(Map.of("tlsCreds", "lab", "tlsHostname", "localhost"));
    Content.fill(opened.disk(), 1000, 500_000, 6);
    opened.disk().flush();
    Content.requireAll(opened.disk(), 1000, 500_000, 6);
  }

  @Test
  void aCertificateForSomebodyElseIsNotBelieved() {
    assertThatThrownBy(() -> open(Map.of("tlsCreds", "lab", "tlsHostname", "storage.example")))
        .hasMessageContaining("TLS with the server comes to nothing")
        .hasMessageContaining("storage.example");
  }

  @Test
  void aServerThatWantsTlsTellsSo() {
    assertThatThrownBy(() -> open(Map.of())).hasMessageContaining("'tlsCreds' has to be given");
  }

  @Test
  void aClientWithoutACertificateIsSentAway() {
    assertThatThrownBy(() -> open(Map.of("tlsCreds", "anonymous", "tlsHostname", "localhost")))
        .hasMessageContaining("unix:" + server.socket());
  }

  @Test
  void credentialsThatTheSettingsDoNotHaveAreNamed() {
    assertThatThrownBy(() -> open(Map.of("tlsCreds", "none", "tlsHostname", "localhost")))
        .hasMessageContaining("blockgraph.nbd-client.tls")
        .hasMessageContaining("[anonymous, lab]");
  }
}
