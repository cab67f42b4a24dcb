package io.blockgraph.export.nbd;

import io.blockgraph.nbd.BadTlsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.Principal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;

/// How the server shows who it is and whom it believes, from files that may be replaced while it
/// runs. Any thread.
///
/// When a file has changed (another time, length or inode) all of them are read again for the next
/// client that begins TLS; clients under TLS go on as they are. When what was read then cannot be
/// used, the last that could goes on being used, and that is told once for each change: halfway
/// through a replacement, key and certificate do not belong together.
public final class TlsCredentials {
  /// What can be spoken, by its names in the JDK; older versions are not.
  public static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  private final TlsFiles files;
  private final String[] protocols;
  private final Consumer<BadTlsFile> troubles;
  private final Set<X500Principal> clients;
  private final AtomicReference<Loaded> loaded;

  /// What is in use, and which versions of the files have been looked at since.
  private record Loaded(List<Stamp> stamps, SSLContext context) {}

  /// What tells one version of a file from another.
  private record Stamp(Object modified, long bytes, Optional<Object> key) {}

  /// Credentials from files, which must be good now.
  ///
  /// @param protocols those of [#PROTOCOLS] that are spoken, one at least
  /// @param troubles is told of files that have become bad, by any thread
  /// @throws BadTlsFile when a file cannot be used, or a protocol is not known
  public TlsCredentials(TlsFiles files, List<String> protocols, Consumer<BadTlsFile> troubles)
      throws BadTlsFile {
    this.files = files;
    this.protocols = known(protocols);
    this.troubles = troubles;
    this.clients = TlsMaterial.principals(files);
    List<Stamp> stamps = stamps();
    this.loaded = new AtomicReference<>(new Loaded(stamps, TlsMaterial.read(files).context()));
  }

  private static String[] known(List<String> protocols) throws BadTlsFile {
    if (protocols.isEmpty() || !PROTOCOLS.containsAll(protocols)) {
      throw new BadTlsFile("protocols", "wants one or more of " + PROTOCOLS + ", not " + protocols);
    }
    return protocols.toArray(String[]::new);
  }

  /// The server's side of one connection.
  SSLEngine engine() {
    SSLEngine engine = current().createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(protocols);
    parameters.setUseCipherSuitesOrder(true);
    parameters.setNeedClientAuth(files.clientAuthorities().isPresent());
    engine.setSSLParameters(parameters);
    return engine;
  }

  /// Whether somebody vouches for every client that comes.
  boolean verifiesClients() {
    return files.clientAuthorities().isPresent();
  }

  /// Sends away a client that an authority vouches for and that is not on the list.
  ///
  /// @throws SSLPeerUnverifiedException for who may not come
  void requireAdmitted(SSLSession session) throws SSLPeerUnverifiedException {
    if (clients.isEmpty()) {
      return;
    }
    Principal subject = session.getPeerPrincipal();
    if (!(subject instanceof X500Principal name) || !clients.contains(name)) {
      throw new SSLPeerUnverifiedException("no client is expected with the name " + subject);
    }
  }

  private SSLContext current() {
    Loaded seen = loaded.get();
    List<Stamp> now = stamps();
    return now.equals(seen.stamps()) ? seen.context() : reloaded(seen, now);
  }

  /// Of several threads that see the same change each reads the files, and one tells.
  private SSLContext reloaded(Loaded before, List<Stamp> now) {
    try {
      SSLContext context = TlsMaterial.read(files).context();
      loaded.compareAndSet(before, new Loaded(now, context));
      return context;
    } catch (BadTlsFile e) {
      if (loaded.compareAndSet(before, new Loaded(now, before.context()))) {
        troubles.accept(e);
      }
      return before.context();
    }
  }

  private List<Stamp> stamps() {
    return Stream.concat(
            Stream.of(files.certificate(), files.key()), files.clientAuthorities().stream())
        .map(TlsCredentials::stamp)
        .toList();
  }

  /// A file that is not there has a stamp of its own; reading it tells why.
  private static Stamp stamp(Path path) {
    try {
      BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(file.lastModifiedTime(), file.size(), Optional.ofNullable(file.fileKey()));
    } catch (IOException e) {
      return new Stamp("absent", 0, Optional.empty());
    }
  }
}
