package io.blockgraph.strangers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// An independent NBD server in a process of its own, at a unix socket; [#close] kills it.
public final class NbdServers implements AutoCloseable {
  private final Process process;
  private final Path socket;

  private NbdServers(Process process, Path socket) {
    this.process = process;
    this.socket = socket;
  }

  /// `nbdkit` with these filters, plugin and parameters.
  public static NbdServers nbdkit(Path socket, String... arguments) {
    List<String> command = new ArrayList<>(List.of(Tool.NBDKIT.require().toString()));
    command.addAll(List.of("--foreground", "--exit-with-parent", "--unix", socket.toString()));
    command.addAll(List.of(arguments));
    return start(command, socket);
  }

  /// `qemu-nbd` of an image, for many clients.
  public static NbdServers qemuNbd(Path socket, String... arguments) {
    List<String> command = new ArrayList<>(List.of(Tool.QEMU_NBD.require().toString()));
    command.addAll(List.of("--persistent", "--shared=8", "--socket=" + socket));
    command.addAll(List.of(arguments));
    return start(command, socket);
  }

  private static NbdServers start(List<String> command, Path socket) {
    try {
      Files.deleteIfExists(socket);
      File log = socket.resolveSibling(socket.getFileName() + ".log").toFile();
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
      awaitListening(process, socket, command + ":\n", log.toPath());
      return new NbdServers(process, socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitListening(Process process, Path socket, String what, Path log)
      throws IOException {
    try {
      Starting.connect(process, socket).close();
    } catch (IOException e) {
      throw new AssertionError(what + Files.readString(log), e);
    }
  }

  /// Where it listens.
  public Path socket() {
    return socket;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
      Files.deleteIfExists(socket);
      Files.deleteIfExists(socket.resolveSibling(socket.getFileName() + ".log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
