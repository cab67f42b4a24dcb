package io.blockgraph.app;

import static io.blockgraph.export.nbd.TlsCredentials.PROTOCOLS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.app.BlockgraphSettings.Nbd;
import io.blockgraph.app.BlockgraphSettings.Tls;
import io.blockgraph.app.BlockgraphSettings.TlsUse;
import io.blockgraph.engine.EventLog;
import io.blockgraph.export.nbd.ExportName;
import io.blockgraph.export.nbd.NbdEvents;
import io.blockgraph.export.nbd.NbdLimits;
import io.blockgraph.export.nbd.NbdServer;
import io.blockgraph.strangers.Certificates;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Settings of the NBD listeners that cannot be are refused by their names.
class NbdListenersTest {
  @TempDir Path folder;
  private final NbdServer server =
      new NbdServer(NbdLimits.DEFAULT, Clock.systemUTC(), NbdEvents.NONE);

  @AfterEach
  void close() {
    server.close();
  }

  private void open(String address, Tls tls) {
    BlockgraphSettings settings =
        new BlockgraphSettings(
            folder, List.of(), List.of(), 200, new Nbd(host(address), 0, Path.of("s"), tls));
    new NbdListeners(server, settings).open(new EventLog(Clock.systemUTC(), 10));
  }

  private static InetAddress host(String address) {
    try {
      return InetAddress.getByName(address);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static Tls tls(TlsUse tcp, @Nullable Path certificate, @Nullable Path key) {
    return new Tls(tcp, TlsUse.OFF, certificate, key, null, List.of(), PROTOCOLS);
  }

  private void isRefused(String address, Tls tls, String... words) {
    assertThatThrownBy(() -> open(address, tls))
        .isInstanceOf(BadSetting.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void listensInPlainWhenNothingIsSaid() {
    open("127.0.0.1", tls(TlsUse.OFF, null, null));
    assertThat(server.uris(new ExportName("a")))
        .extracting(uri -> uri.getScheme())
        .containsExactly("nbd", "nbd+unix");
  }

  @Test
  void namesTheFileOfTlsThatIsMissing() {
    Certificates certificates = Certificates.in(folder.resolve("tls"));
    Path certificate = certificates.file("server-cert.pem");
    isRefused("127.0.0.1", tls(TlsUse.ALLOWED, null, null), "blockgraph.nbd.tls.certificate: ");
    isRefused("127.0.0.1", tls(TlsUse.ALLOWED, certificate, null), "blockgraph.nbd.tls.key: ");
    isRefused(
        "127.0.0.1",
        tls(TlsUse.ALLOWED, certificate, folder.resolve("none")),
        "blockgraph.nbd.tls.key: ",
        "there is no file");
    Path key = certificates.file("server-key.pem");
    isRefused(
        "127.0.0.1",
        new Tls(
            TlsUse.ALLOWED,
            TlsUse.OFF,
            certificate,
            key,
            folder.resolve("none"),
            List.of(),
            PROTOCOLS),
        "blockgraph.nbd.tls.client-authorities: ");
    isRefused(
        "127.0.0.1",
        new Tls(TlsUse.ALLOWED, TlsUse.OFF, certificate, key, null, List.of(), List.of("TLSv1")),
        "blockgraph.nbd.tls.protocols: ",
        "[TLSv1.3, TLSv1.2]");
  }

  @Test
  void listensBeyondLoopbackOnlyForVerifiedClients() {
    Certificates certificates = Certificates.in(folder.resolve("tls"));
    Path certificate = certificates.file("server-cert.pem");
    Path key = certificates.file("server-key.pem");
    String elsewhere = "192.0.2.1";
    isRefused(elsewhere, tls(TlsUse.OFF, null, null), "blockgraph.nbd.address: ", "authority");
    isRefused(elsewhere, tls(TlsUse.REQUIRED, certificate, key), "blockgraph.nbd.address: ");
    isRefused("0.0.0.0", tls(TlsUse.OFF, null, null), "blockgraph.nbd.address: ");
    Tls verifying =
        new Tls(
            TlsUse.REQUIRED,
            TlsUse.OFF,
            certificate,
            key,
            certificates.file("ca-cert.pem"),
            List.of(),
            PROTOCOLS);
    assertThatThrownBy(() -> open(elsewhere, verifying))
        .as("allowed, but no address of this host")
        .isInstanceOf(io.blockgraph.block.BlockException.class);
  }
}
