package io.blockgraph.export.nbd;

import io.blockgraph.nbd.BadTlsFile;
import io.blockgraph.nbd.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;

/// What stood in [TlsFiles] when they were read, checked as far as one side can.
///
/// @param chain the server's certificate first
/// @param authorities those that vouch for clients; empty when nobody has to
record TlsMaterial(
    List<X509Certificate> chain, PrivateKey key, Optional<List<X509Certificate>> authorities) {
  private static final char[] NO_PASSWORD = {};

  static TlsMaterial read(TlsFiles files) throws BadTlsFile {
    List<X509Certificate> chain = Pem.read("certificate", files.certificate()).certificates();
    X509Certificate own = chain.getFirst();
    PrivateKey key = Pem.read("key", files.key()).privateKey(own);
    if (!belongTogether(key, own.getPublicKey())) {
      throw new BadTlsFile(
          "key",
          "'" + files.key() + "' is not the key of the certificate '" + files.certificate() + "'");
    }
    if (files.clientAuthorities().isEmpty()) {
      return new TlsMaterial(chain, key, Optional.empty());
    }
    Pem authorities = Pem.read("clientAuthorities", files.clientAuthorities().get());
    return new TlsMaterial(chain, key, Optional.of(authorities.certificates()));
  }

  /// The clients that [TlsFiles] lists, as names that can be compared.
  static Set<X500Principal> principals(TlsFiles files) throws BadTlsFile {
    if (!files.clients().isEmpty() && files.clientAuthorities().isEmpty()) {
      throw new BadTlsFile("clients", "a list of clients needs an authority that vouches for them");
    }
    Set<X500Principal> principals = new HashSet<>();
    for (String name : files.clients()) {
      try {
        principals.add(new X500Principal(name));
      } catch (IllegalArgumentException e) {
        throw new BadTlsFile("clients", "'" + name + "' is no distinguished name");
      }
    }
    return principals;
  }

  private static boolean belongTogether(PrivateKey key, PublicKey certified) {
    byte[] probe = "blockgraph".getBytes(StandardCharsets.UTF_8);
    try {
      Signature signature = Signature.getInstance(signatureOf(certified));
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String signatureOf(PublicKey certified) {
    return switch (certified.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> certified.getAlgorithm();
    };
  }

  SSLContext context() throws BadTlsFile {
    try {
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      KeyStore own = emptyStore();
      own.setKeyEntry("server", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
      keys.init(own, NO_PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new BadTlsFile("certificate", "TLS cannot be set up with this certificate and key", e);
    }
  }

  /// Nobody is trusted when there are no authorities; the system's own have no say here.
  private TrustManager[] trust() throws GeneralSecurityException, IOException {
    if (authorities.isEmpty()) {
      return new TrustManager[0];
    }
    KeyStore store = emptyStore();
    for (X509Certificate authority : authorities.get()) {
      store.setCertificateEntry("authority-" + store.size(), authority);
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    return trust.getTrustManagers();
  }

  /// Nothing of the key.
  @Override
  public String toString() {
    return "TLS as " + chain.getFirst().getSubjectX500Principal();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }
}
