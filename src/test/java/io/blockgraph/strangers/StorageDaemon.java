package io.blockgraph.strangers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A running `qemu-storage-daemon`, driven over QMP. One thread at a time; [#close] ends the
/// process.
///
/// The daemon connects to us, before it makes its monitor. The other way round, who connects while
/// the monitor is being made is greeted twice or never answered, as 11 of 300 in a measurement.
public final class StorageDaemon implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final JsonMapper JSON = new JsonMapper();

  /// Stands behind the last line of a daemon that is gone.
  private static final String GONE = "";

  private final Process process;
  private final Path log;
  private final SocketChannel channel;
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>(100_000);
  private final List<JsonNode> events = new ArrayList<>();

  private StorageDaemon(Process process, Path log, SocketChannel channel) {
    this.process = process;
    this.log = log;
    this.channel = channel;
  }

  /// Starts a daemon whose QMP socket and log lie in `folder`; `arguments` are put behind its own.
  public static StorageDaemon start(Path folder, String... arguments) {
    Path socket = folder.resolve("qmp.sock");
    Path log = folder.resolve("qsd.log");
    List<String> command = new ArrayList<>();
    command.add(Tool.STORAGE_DAEMON.require().toString());
    command.addAll(List.of("--chardev", "socket,id=qmp,path=" + socket));
    command.addAll(List.of("--monitor", "chardev=qmp"));
    command.addAll(List.of(arguments));
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(socket));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      StorageDaemon daemon = new StorageDaemon(process, log, accept(process, log, listener));
      Files.delete(socket);
      Thread.ofVirtual().start(daemon::readLines);
      daemon.next();
      daemon.execute("qmp_capabilities", Map.of());
      return daemon;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + String.join(" ", command), e);
    }
  }

  private static SocketChannel accept(Process process, Path log, ServerSocketChannel listener)
      throws IOException {
    listener.configureBlocking(false);
    long end = System.nanoTime() + DEADLINE.toNanos();
    SocketChannel channel = listener.accept();
    while (channel == null) {
      if (!process.isAlive() || System.nanoTime() > end) {
        process.destroyForcibly();
        throw new AssertionError("qemu-storage-daemon did not come up:\n" + Files.readString(log));
      }
      Starting.pause();
      channel = listener.accept();
    }
    return channel;
  }

  /// Executes one command and returns what stands in its `return`; fails the test when the answer
  /// is an error.
  public JsonNode execute(String command, Map<String, ?> arguments) {
    JsonNode answer = tryExecute(command, arguments);
    if (answer.has("error")) {
      throw new AssertionError(
          command + " " + arguments + ": " + answer.get("error") + "\n" + log());
    }
    return answer.get("return");
  }

  /// Executes one command and returns the whole answer, an error too.
  public JsonNode tryExecute(String command, Map<String, ?> arguments) {
    send(JSON.writeValueAsString(Map.of("execute", command, "arguments", arguments)) + "\n");
    JsonNode answer = next();
    while (answer.has("event")) {
      events.add(answer);
      answer = next();
    }
    return answer;
  }

  /// Waits for an event with this name, also one that came earlier; it is given out once.
  public JsonNode awaitEvent(String name) {
    for (JsonNode event : events) {
      if (name.equals(event.get("event").asString())) {
        events.remove(event);
        return event;
      }
    }
    JsonNode event = next();
    while (!name.equals(event.path("event").asString(""))) {
      events.add(event);
      event = next();
    }
    return event;
  }

  /// The events with this name that came and that nobody waited for, in order.
  public List<JsonNode> events(String name) {
    return events.stream().filter(e -> name.equals(e.path("event").asString())).toList();
  }

  /// Forgets the events that came and that nobody waited for.
  public void forgetEvents() {
    events.clear();
  }

  /// The id of the process.
  public long pid() {
    return process.pid();
  }

  /// All that the daemon printed.
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends the process at once; it need not answer any more.
  public void kill() {
    process.destroyForcibly();
  }

  /// Asks the daemon to quit, and kills it when it does not.
  @Override
  public void close() {
    try (channel) {
      if (process.isAlive()) {
        tryExecute("quit", Map.of());
      }
      if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("qemu-storage-daemon did not quit:\n" + log());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  private void send(String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(log(), e);
    }
  }

  private void readLines() {
    try (BufferedReader reader =
        new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
      String line = reader.readLine();
      while (line != null) {
        lines.put(line);
        line = reader.readLine();
      }
    } catch (IOException e) {
      // The other side is gone, which is what whoever waits for an answer is told.
      lines.add(GONE);
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lines.add(GONE);
  }

  private JsonNode next() {
    try {
      @Nullable String line = lines.poll(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      if (line == null) {
        throw new AssertionError("qemu-storage-daemon did not answer:\n" + log());
      }
      if (line.equals(GONE)) {
        lines.add(GONE);
        throw new AssertionError("qemu-storage-daemon is gone:\n" + log());
      }
      return JSON.readTree(line);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
