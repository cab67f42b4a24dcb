package io.blockgraph.driver.nbd;

import io.blockgraph.nbd.BadTlsFile;
import io.blockgraph.nbd.Pem;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// Whom a client believes and how it shows who it is, by the names of PEM files.
///
/// The files are read anew for each connection, so that they may be replaced while the service
/// runs.
///
/// @param authorities those that vouch for servers; the system's own have no say
/// @param own what the client shows to a server that asks
public record TlsIdentity(Path authorities, Optional<Own> own) {
  private static final char[] NO_PASSWORD = {};

  /// A client's own certificate and its key.
  ///
  /// @param certificate the client's, then those that lead to an authority servers know
  /// @param key the private key of the certificate, not encrypted
  public record Own(Path certificate, Path key) {}

  /// Looks whether the files are all right now.
  ///
  /// @throws BadTlsFile naming one that is not
  public void requireGood() throws BadTlsFile {
    SSLContext unused = context();
  }

  SSLContext context() throws BadTlsFile {
    List<X509Certificate> trusted = Pem.read("authorities", authorities).certificates();
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      KeyManager[] keys = own.isPresent() ? keys(own.get()) : new KeyManager[0];
      context.init(keys, trust(trusted), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new BadTlsFile("certificate", "TLS cannot be set up with these files", e);
    }
  }

  private static KeyManager[] keys(Own own)
      throws BadTlsFile, GeneralSecurityException, IOException {
    List<X509Certificate> chain = Pem.read("certificate", own.certificate()).certificates();
    KeyStore store = emptyStore();
    store.setKeyEntry(
        "client",
        Pem.read("key", own.key()).privateKey(chain.getFirst()),
        NO_PASSWORD,
        chain.toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, NO_PASSWORD);
    return keys.getKeyManagers();
  }

  private static TrustManager[] trust(List<X509Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    for (X509Certificate authority : authorities) {
      store.setCertificateEntry("authority-" + store.size(), authority);
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    return trust.getTrustManagers();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }
}
