package io.blockgraph.bench.nbd;

import io.blockgraph.bench.Service;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The service, one process for all images.
///
/// @param service the process
/// @param data its data directory
record BlockgraphServer(Service service, Path data) implements Server {
  private static final Pattern PORT = Pattern.compile("nbd://127\\.0\\.0\\.1:(\\d+)/");

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  @Override
  public String name() {
    return "Blockgraph";
  }

  @Override
  public Serving serve(Image image, Transport transport) throws IOException, InterruptedException {
    String name = "disk" + NUMBERS.incrementAndGet();
    service.ask("POST", "nodes", node(name, image));
    String export =
        service.ask(
            "POST",
            "exports",
            "{\"id\":\"%s-nbd\",\"type\":\"nbd\",\"nodeName\":\"%s\",\"writable\":true}"
                .formatted(name, name));
    return new Running(name, address(export, transport));
  }

  private static String node(String name, Image image) {
    if (image.format() != Format.QUORUM) {
      return "{\"nodeName\":\"%s\",%s}".formatted(name, disk(image, image.file()));
    }
    String children =
        image.files().stream()
            .map(file -> "{" + disk(image, file) + "}")
            .collect(Collectors.joining(","));
    return "{\"nodeName\":\"%s\",\"driver\":\"quorum\",\"voteThreshold\":2,\"children\":[%s]}"
        .formatted(name, children);
  }

  private static String disk(Image image, Path file) {
    return "\"driver\":\"%s\",\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}"
        .formatted(image.fileFormat(), file.getFileName());
  }

  private String address(String export, Transport transport) {
    if (transport == Transport.UNIX) {
      return "unix:" + data.resolve("nbd.sock").toAbsolutePath();
    }
    Matcher port = PORT.matcher(export);
    if (!port.find()) {
      throw new IllegalStateException("no port in " + export);
    }
    return "tcp:" + port.group(1);
  }

  private final class Running implements Serving {
    private final String name;
    private final String address;

    Running(String name, String address) {
      this.name = name;
      this.address = address;
    }

    @Override
    public String address() {
      return address;
    }

    @Override
    public String export() {
      return name + "-nbd";
    }

    @Override
    public long pid() {
      return service.pid();
    }

    @Override
    public void close() throws IOException, InterruptedException {
      service.ask("DELETE", "exports/" + name + "-nbd", "");
      service.ask("DELETE", "nodes/" + name, "");
    }
  }
}
