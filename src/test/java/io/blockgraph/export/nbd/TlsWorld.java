package io.blockgraph.export.nbd;

import io.blockgraph.nbd.BadTlsFile;
import io.blockgraph.nbd.Pem;
import io.blockgraph.strangers.Certificates;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Certificates in a folder, and both sides' use of them.
final class TlsWorld {
  final Certificates certificates;

  TlsWorld(Path folder) {
    certificates = Certificates.in(folder);
  }

  /// The server's files; clients need no certificate.
  TlsFiles files() {
    return new TlsFiles(
        certificates.file("server-cert.pem"),
        certificates.file("server-key.pem"),
        Optional.empty(),
        List.of());
  }

  /// The server's files; clients need a certificate, and a name of the list if there is one.
  TlsFiles verifyingFiles(String... clients) {
    TlsFiles files = files();
    Optional<Path> authority = Optional.of(certificates.file("ca-cert.pem"));
    return new TlsFiles(files.certificate(), files.key(), authority, List.of(clients));
  }

  static TlsCredentials credentials(TlsFiles files) {
    return credentials(files, TlsCredentials.PROTOCOLS);
  }

  private static TlsCredentials credentials(TlsFiles files, List<String> protocols) {
    try {
      return new TlsCredentials(files, protocols, trouble -> {});
    } catch (BadTlsFile e) {
      throw new AssertionError(e);
    }
  }

  Encryption allowed() {
    return new Encryption.Allowed(credentials(files()));
  }

  Encryption required() {
    return new Encryption.Required(credentials(files()));
  }

  Encryption verifying(String... clients) {
    return new Encryption.Required(credentials(verifyingFiles(clients)));
  }

  /// As [#verifying], with these protocols only.
  Encryption speaking(String... protocols) {
    return new Encryption.Required(credentials(verifyingFiles(), List.of(protocols)));
  }

  /// A client that believes the authority and shows the certificate of that name.
  SSLContext client(String name) {
    Path authority = certificates.file("ca-cert.pem");
    TlsFiles files =
        new TlsFiles(
            certificates.file(name + "-cert.pem"),
            certificates.file(name + "-key.pem"),
            Optional.of(authority),
            List.of());
    try {
      return TlsMaterial.read(files).context();
    } catch (BadTlsFile e) {
      throw new AssertionError(e);
    }
  }

  /// A client that believes the authority and has nothing to show.
  SSLContext stranger() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      Pem authority = Pem.read("clientAuthorities", certificates.file("ca-cert.pem"));
      store.setCertificateEntry("ca", authority.certificates().getFirst());
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | java.io.IOException | BadTlsFile e) {
      throw new AssertionError(e);
    }
  }
}
