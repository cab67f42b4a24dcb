package io.blockgraph.strangers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Certificates for a test, made by `openssl` in one folder under the names that QEMU and libnbd
/// look for: `ca-cert.pem`, `server-cert.pem` and `-key.pem`, `client-cert.pem` and `-key.pem`.
public final class Certificates {
  private static final String CONFIG = "[req]\ndistinguished_name=dn\n[dn]\n";
  private static final String SERVER = "subjectAltName=DNS:localhost,IP:127.0.0.1";

  private final Path folder;

  private Certificates(Path folder) {
    this.folder = folder;
  }

  /// An authority, a server at loopback and a client `CN=operator`, whom the authority vouches for.
  public static Certificates in(Path folder) {
    Certificates made = new Certificates(folder);
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("openssl.cnf"), CONFIG);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    made.make(
        "ca",
        "/CN=authority",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=critical,keyCertSign");
    made.vouch("server", "/CN=localhost", "-addext", SERVER);
    made.vouch("client", "/CN=operator");
    return made;
  }

  /// One more certificate, from the authority.
  public void vouch(String name, String subject, String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(
        List.of("-CA", file("ca-cert.pem").toString(), "-CAkey", file("ca-key.pem").toString()));
    make(name, subject, arguments.toArray(String[]::new));
  }

  private void make(String name, String subject, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"));
    arguments.addAll(List.of("-config", file("openssl.cnf").toString(), "-days", "2"));
    arguments.addAll(List.of("-subj", subject, "-keyout", file(name + "-key.pem").toString()));
    arguments.addAll(List.of("-out", file(name + "-cert.pem").toString()));
    arguments.addAll(List.of(more));
    openssl(arguments.toArray(String[]::new));
  }

  /// Any other use of `openssl`.
  public static void openssl(String... arguments) {
    Tool.OPENSSL.run(List.of(arguments)).ok();
  }

  /// The folder, as QEMU and libnbd want it.
  public Path folder() {
    return folder;
  }

  /// One of the files.
  public Path file(String name) {
    return folder.resolve(name);
  }
}
