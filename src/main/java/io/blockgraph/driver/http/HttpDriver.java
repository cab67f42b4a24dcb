package io.blockgraph.driver.http;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.IdleRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A file that a web server offers, read by ranges.
public final class HttpDriver implements Driver {
  private static final int MOST_URL = 2048;
  private static final long READAHEAD_BYTES = 256 << 10;
  private static final long MOST_READAHEAD_BYTES = 4 << 20;
  private static final long TIMEOUT_SECONDS = 10;
  private static final long MOST_TIMEOUT_SECONDS = 600;

  private final AllowedUrls allowed;

  /// A driver of nodes that read from these places.
  public HttpDriver(AllowedUrls allowed) {
    this.allowed = allowed;
  }

  /// Made for the first node: it has a thread of its own.
  private static final class Shared {
    static final HttpClient CLIENT =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(Duration.ofSeconds(TIMEOUT_SECONDS))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  @Override
  public DriverName name() {
    return new DriverName("http");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new Field(
                "url",
                new OptionSpec.Type.Text(MOST_URL),
                Need.REQUIRED,
                "Where the file is: a URL of http or https that the settings allow."),
            new Field(
                "readahead",
                new OptionSpec.Type.Size(0, MOST_READAHEAD_BYTES, Optional.of(READAHEAD_BYTES)),
                Need.OPTIONAL,
                "How much is read at least, for reads that go on behind."),
            new Field(
                "timeout",
                new OptionSpec.Type.Int(1, MOST_TIMEOUT_SECONDS, Optional.of(TIMEOUT_SECONDS)),
                Need.OPTIONAL,
                "How many seconds the server may take for one request.")));
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    NodeSpec spec = opening.spec();
    Options options = spec.options();
    URI url = AllowedUrls.plain(options.text("url").orElseThrow());
    if (!allowed.allows(url)) {
      throw new BlockException(
          Kind.FORBIDDEN,
          "node '"
              + spec.name()
              + "': the setting "
              + AllowedUrls.SETTING
              + " does not cover '"
              + url
              + "'");
    }
    long timeout = options.number("timeout").orElse(TIMEOUT_SECONDS);
    Resource resource = new Resource(Shared.CLIENT, url, TimeUnit.SECONDS.toNanos(timeout));
    int readahead = Math.toIntExact(options.number("readahead").orElse(READAHEAD_BYTES));
    Telling telling = new Telling(spec.name(), opening.services().events());
    return new HttpNode(url, resource, new HttpDisk(resource, readahead, telling));
  }

  private record HttpNode(URI url, Resource resource, HttpDisk disk) implements Node {
    @Override
    public BlockIo bind(Children children) {
      return disk;
    }

    @Override
    public Map<String, Object> facts() {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("url", url.toString());
      facts.put("changed", resource.hasChanged());
      resource.version().etag().ifPresent(tag -> facts.put("etag", tag));
      resource.version().modified().ifPresent(date -> facts.put("lastModified", date));
      return facts;
    }

    @Override
    public void close(Children children) {
      // Connections are the client's, and end when nobody has used them for a while.
    }
  }

  private enum Rules implements IdleRules {
    INSTANCE;

    @Override
    public Optional<String> objection(NodeSpec node) {
      try {
        URI unused = AllowedUrls.plain(node.options().text("url").orElseThrow());
      } catch (IllegalArgumentException e) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
      return node.readOnly()
          ? Optional.empty()
          : Optional.of("a disk of a web server cannot be written, so 'readOnly' has to be true");
    }
  }
}
