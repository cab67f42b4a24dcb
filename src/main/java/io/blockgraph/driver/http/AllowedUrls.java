package io.blockgraph.driver.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The places that nodes may read from; nothing else is ever asked for. Immutable.
///
/// An entry is a URL: one that ends in `/` covers everything below it, another only itself. Hosts
/// are compared as they are written, whatever they stand for.
public final class AllowedUrls {
  /// The setting that holds the list.
  public static final String SETTING = "blockgraph.http-client.allow";

  /// Ways to say `.`, `..`, `/` or `\` that a server may take for them.
  private static final Pattern DEVIOUS =
      Pattern.compile("(^|/)\\.{1,2}(/|$)|//|\\\\|%2e|%2f|%5c", Pattern.CASE_INSENSITIVE);

  private final List<URI> entries;

  private AllowedUrls(List<URI> entries) {
    this.entries = entries;
  }

  /// The places that a list names.
  ///
  /// @throws IllegalArgumentException naming an entry that is none
  public static AllowedUrls of(List<String> entries) {
    return new AllowedUrls(entries.stream().map(AllowedUrls::plain).toList());
  }

  /// A URL without anything that could make it mean another place than it says.
  ///
  /// @throws IllegalArgumentException saying what is wrong with it
  static URI plain(String text) {
    try {
      URI url = new URI(text);
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      boolean plain =
          (scheme.equals("http") || scheme.equals("https"))
              && url.getHost() != null
              && url.getRawUserInfo() == null
              && url.getRawFragment() == null
              && url.getRawPath().startsWith("/")
              && !DEVIOUS.matcher(url.getRawPath()).find();
      if (plain) {
        return url;
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("'" + text + "' is no URL", e);
    }
    throw new IllegalArgumentException(
        "'"
            + text
            + "' is no URL of http or https with a host and a path, without user, fragment, '..'"
            + " and the like");
  }

  /// Whether a node may read from `url`, which is plain.
  boolean allows(URI url) {
    return entries.stream().anyMatch(entry -> covers(entry, url));
  }

  private static boolean covers(URI entry, URI url) {
    boolean sameServer =
        entry.getScheme().equalsIgnoreCase(url.getScheme())
            && entry.getHost().equalsIgnoreCase(url.getHost())
            && port(entry) == port(url);
    String path = entry.getRawPath();
    return sameServer
        && (path.endsWith("/") ? url.getRawPath().startsWith(path) : entry.equals(url));
  }

  private static int port(URI url) {
    if (url.getPort() >= 0) {
      return url.getPort();
    }
    return url.getScheme().equalsIgnoreCase("https") ? 443 : 80;
  }
}
