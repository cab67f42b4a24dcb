package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.nbd.BadTlsFile;
import io.blockgraph.strangers.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The files of TLS: what is wrong with one is told by its field, what stands in it never.
@Timeout(120)
class TlsFilesTest {
  @TempDir static Path folder;
  private static @Nullable TlsWorld world;

  private final List<BadTlsFile> troubles = new CopyOnWriteArrayList<>();

  @TempDir Path own;

  @BeforeAll
  static void makeCertificates() {
    world = new TlsWorld(folder);
    world.certificates.vouch("next", "/CN=next", "-addext", "subjectAltName=DNS:localhost");
  }

  @BeforeEach
  void copyFiles() throws IOException {
    put("server", "cert.pem");
    put("server", "key.pem");
  }

  /// Makes the server's certificate or key what stands in a file of that name.
  private void put(String name, String file) throws IOException {
    Path from = world.certificates.file(name.equals("server") ? "server-" + file : name);
    Files.copy(from, own.resolve(file), StandardCopyOption.REPLACE_EXISTING);
  }

  private TlsFiles files() {
    return new TlsFiles(
        own.resolve("cert.pem"), own.resolve("key.pem"), Optional.empty(), List.of());
  }

  private TlsCredentials credentials(TlsFiles files) throws BadTlsFile {
    return new TlsCredentials(files, TlsCredentials.PROTOCOLS, troubles::add);
  }

  private void isRefused(TlsFiles files, String field, String message) {
    assertThatThrownBy(() -> credentials(files))
        .isInstanceOfSatisfying(BadTlsFile.class, bad -> assertThat(bad.field()).isEqualTo(field))
        .hasMessageContaining(message);
  }

  private void keyIsRefused(String content, String message) throws IOException {
    Files.writeString(own.resolve("key.pem"), content);
    isRefused(files(), "key", message);
  }

  @Test
  void tellsWhichFileIsMissing() throws IOException {
    Files.delete(own.resolve("key.pem"));
    isRefused(files(), "key", "there is no file '" + own.resolve("key.pem") + "'");
    Files.delete(own.resolve("cert.pem"));
    isRefused(files(), "certificate", "there is no file");
    TlsFiles verifying = world.verifyingFiles();
    isRefused(
        new TlsFiles(
            verifying.certificate(), verifying.key(), Optional.of(own.resolve("ca")), List.of()),
        "clientAuthorities",
        "there is no file");
  }

  @Test
  void tellsWhatIsWrongWithAKey() throws IOException {
    put("next-key.pem", "key.pem");
    isRefused(files(), "key", "is not the key of the certificate");
    keyIsRefused("", "holds no private key");
    String block = "-----BEGIN %s-----\nMTIzNA==\n-----END %s-----\n";
    keyIsRefused(block.formatted("PRIVATE KEY", "PRIVATE KEY").repeat(2), "more than one");
    keyIsRefused(block.formatted("PRIVATE KEY", "PRIVATE KEY"), "holds no EC key");
    keyIsRefused(block.formatted("EC PRIVATE KEY", "EC PRIVATE KEY"), "openssl pkcs8");
    keyIsRefused(block.formatted("ENCRYPTED PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "is encrypted");
    keyIsRefused("-----BEGIN PRIVATE KEY-----\nA=A\n-----END PRIVATE KEY-----\n", "not Base64");
    keyIsRefused("x".repeat(2 << 20), "longer than");
  }

  @Test
  void tellsWhatIsWrongWithACertificate() throws IOException {
    put("server-key.pem", "cert.pem");
    isRefused(files(), "certificate", "holds no certificate");
    Files.writeString(
        own.resolve("cert.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    isRefused(files(), "certificate", "cannot be understood");
  }

  @Test
  void showsNothingOfAKey() throws IOException {
    String key = Files.readString(own.resolve("key.pem"));
    String secret = key.lines().skip(1).findFirst().orElseThrow();
    Files.writeString(own.resolve("key.pem"), key.replace(secret, secret.substring(4)));
    assertThatThrownBy(() -> credentials(files()))
        .satisfies(
            bad -> {
              java.io.StringWriter all = new java.io.StringWriter();
              bad.printStackTrace(new java.io.PrintWriter(all));
              assertThat(all.toString()).doesNotContain(secret.substring(4, 20));
            });
  }

  @Test
  void tellsWhatIsWrongWithTheListOfClients() {
    isRefused(world.verifyingFiles("operator"), "clients", "is no distinguished name");
    TlsFiles files = files();
    isRefused(
        new TlsFiles(files.certificate(), files.key(), Optional.empty(), List.of("CN=a")),
        "clients",
        "needs an authority");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.1", "TLSv1.3,SSLv3", "tlsv1.3", ""})
  void tellsWhichProtocolsThereAre(String protocols) {
    List<String> wanted = protocols.isEmpty() ? List.of() : List.of(protocols.split(","));
    assertThatThrownBy(() -> new TlsCredentials(files(), wanted, troubles::add))
        .isInstanceOfSatisfying(
            BadTlsFile.class, bad -> assertThat(bad.field()).isEqualTo("protocols"))
        .hasMessageContaining("one or more of [TLSv1.3, TLSv1.2]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "traditional", "ed25519"})
  void takesKeysOfEveryKind(String kind) {
    Path key = own.resolve("key.pem");
    Path certificate = own.resolve("cert.pem");
    String algorithm = kind.equals("ed25519") ? "ed25519" : "rsa";
    Certificates.openssl("genpkey", "-algorithm", algorithm, "-out", key.toString());
    Certificates.openssl(
        "req",
        "-x509",
        "-key",
        key.toString(),
        "-subj",
        "/CN=localhost",
        "-config",
        world.certificates.file("openssl.cnf").toString(),
        "-addext",
        "subjectAltName=DNS:localhost",
        "-CA",
        world.certificates.file("ca-cert.pem").toString(),
        "-CAkey",
        world.certificates.file("ca-key.pem").toString(),
        "-out",
        certificate.toString());
    if (kind.equals("traditional")) {
      Certificates.openssl("rsa", "-in", key.toString(), "-traditional", "-out", key.toString());
    }
    Encryption required = new Encryption.Required(TlsWorld.credentials(files()));
    try (TestServer server = new TestServer(NbdLimits.DEFAULT, required)) {
      assertThat(nameShown(server)).isEqualTo("CN=localhost");
    }
  }

  private static String nameShown(TestServer server) {
    try (RawClient client = server.greeted()) {
      SSLSocket tls = client.startTls(world.stranger());
      client.go("disk");
      assertThat(client.isServed()).isTrue();
      return tls.getSession().getPeerPrincipal().getName();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void showsTheNewCertificateToTheNextClientAndKeepsTheOthers() throws Exception {
    Encryption required = new Encryption.Required(credentials(files()));
    try (TestServer server = new TestServer(NbdLimits.DEFAULT, required);
        RawClient before = server.greeted()) {
      before.startTls(world.stranger());
      before.go("disk");
      put("next-cert.pem", "cert.pem");
      assertThat(nameShown(server)).as("half replaced").isEqualTo("CN=localhost");
      assertThat(nameShown(server)).isEqualTo("CN=localhost");
      assertThat(troubles).as("told once").hasSize(1);
      put("next-key.pem", "key.pem");
      assertThat(nameShown(server)).isEqualTo("CN=next");
      assertThat(before.isServed()).isTrue();
      assertThat(troubles.getFirst().field()).isEqualTo("key");
    }
  }

  @Test
  void goesOnWithoutFilesThatHaveGone() throws Exception {
    Encryption required = new Encryption.Required(credentials(files()));
    try (TestServer server = new TestServer(NbdLimits.DEFAULT, required)) {
      Files.delete(own.resolve("cert.pem"));
      assertThat(nameShown(server)).isEqualTo("CN=localhost");
      assertThat(troubles.getFirst()).hasMessageContaining("there is no file");
    }
  }
}
