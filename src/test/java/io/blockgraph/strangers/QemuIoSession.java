package io.blockgraph.strangers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A `qemu-io` that stays connected: it does one command after the other, when it is told to, and
/// leaves on [#close]. It leaves, too, when the JVM that started it is ended. One thread at a time.
public final class QemuIoSession implements AutoCloseable {
  private static final long PATIENCE_S = 60;
  private static final String PROMPT = "qemu-io> ";

  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;

  private QemuIoSession(Process process) {
    this.process = process;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /// Opens what `target` names for `options`: an NBD URI, `--image-opts`.
  public static QemuIoSession at(String target, List<String> options) {
    List<String> command = new ArrayList<>(List.of(Tool.QEMU_IO.require().toString()));
    command.addAll(options);
    command.add(target);
    try {
      QemuIoSession session =
          new QemuIoSession(new ProcessBuilder(command).redirectErrorStream(true).start());
      session.answer(String.join(" ", command));
      return session;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + String.join(" ", command), e);
    }
  }

  /// Does one command, which may fail; answers what it printed.
  public String tell(String command) {
    try {
      commands.write(command + "\n");
      commands.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("qemu-io has ended before: " + command, e);
    }
    return answer(command);
  }

  private String answer(String command) {
    try {
      return CompletableFuture.supplyAsync(this::untilPrompt, Thread::startVirtualThread)
          .get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      process.destroyForcibly();
      throw new AssertionError(command + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new AssertionError("interrupted", e);
    }
  }

  private String untilPrompt() {
    StringBuilder text = new StringBuilder();
    try {
      while (text.indexOf(PROMPT) < 0) {
        int next = answers.read();
        if (next < 0) {
          throw new AssertionError("qemu-io ended: " + text);
        }
        text.append((char) next);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.substring(0, text.length() - PROMPT.length());
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
        throw new AssertionError("process " + process.pid() + " outlived kill -9");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
