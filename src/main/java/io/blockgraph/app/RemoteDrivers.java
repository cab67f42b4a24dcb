package io.blockgraph.app;

import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Secrets;
import io.blockgraph.driver.http.AllowedUrls;
import io.blockgraph.driver.http.HttpDriver;
import io.blockgraph.driver.luks.LuksDriver;
import io.blockgraph.driver.nbd.AllowedServers;
import io.blockgraph.driver.nbd.NbdDriver;
import io.blockgraph.driver.nbd.TlsIdentity;
import io.blockgraph.nbd.BadTlsFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The drivers that reach beyond the image roots, with what the settings let them reach: servers,
/// and secrets.
final class RemoteDrivers {
  private final NbdClientSettings nbd;
  private final HttpClientSettings http;
  private final Secrets secrets;

  RemoteDrivers(NbdClientSettings nbd, HttpClientSettings http, Secrets secrets) {
    this.nbd = nbd;
    this.http = http;
    this.secrets = secrets;
  }

  /// The drivers.
  ///
  /// @throws BadSetting for what cannot be
  List<Driver> all() {
    return List.of(
        new NbdDriver(allowedServers(), identities()),
        new HttpDriver(allowedUrls()),
        new LuksDriver(secrets));
  }

  private AllowedServers allowedServers() {
    try {
      return AllowedServers.of(nbd.allow());
    } catch (IllegalArgumentException e) {
      throw new BadSetting(AllowedServers.SETTING, String.valueOf(e.getMessage()));
    }
  }

  private AllowedUrls allowedUrls() {
    try {
      return AllowedUrls.of(http.allow());
    } catch (IllegalArgumentException e) {
      throw new BadSetting(AllowedUrls.SETTING, String.valueOf(e.getMessage()));
    }
  }

  private Map<String, TlsIdentity> identities() {
    Map<String, TlsIdentity> identities = new LinkedHashMap<>();
    nbd.tls().forEach((name, files) -> identities.put(name, identity(name, files)));
    return identities;
  }

  private static TlsIdentity identity(String name, NbdClientSettings.Tls files) {
    String setting = NbdDriver.TLS_SETTING + "." + name + ".";
    TlsIdentity identity =
        new TlsIdentity(
            given(setting + "authorities", files.authorities()),
            files.certificate() == null && files.key() == null
                ? Optional.empty()
                : Optional.of(
                    new TlsIdentity.Own(
                        given(setting + "certificate", files.certificate()),
                        given(setting + "key", files.key()))));
    try {
      identity.requireGood();
      return identity;
    } catch (BadTlsFile e) {
      throw new BadSetting(setting + e.field(), String.valueOf(e.getMessage()));
    }
  }

  private static Path given(String setting, @Nullable Path file) {
    if (file == null) {
      throw new BadSetting(setting, "there is no TLS without it");
    }
    return file;
  }
}
