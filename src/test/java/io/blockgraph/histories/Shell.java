package io.blockgraph.histories;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A shell that was started before any image was opened, and runs programs from then on. A process
/// started by this one would for a moment hold every file that is open here, and with it the locks
/// of files that are being closed. One thread at a time.
final class Shell implements AutoCloseable {
  private static final String END = "-- ended with ";

  private final Process process;
  private final Writer in;
  private final BufferedReader out;

  Shell() {
    try {
      process = new ProcessBuilder("sh").redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    in = process.outputWriter(StandardCharsets.UTF_8);
    out = process.inputReader(StandardCharsets.UTF_8);
  }

  /// What came of a command.
  ///
  /// @param lines what it said
  record Ran(int exitCode, List<String> lines) {}

  /// Runs a program to its end.
  ///
  /// @param words the program and its arguments, none of which holds a single quote
  synchronized Ran run(String... words) {
    try {
      in.write("'" + String.join("' '", words) + "' </dev/null; echo \"" + END + "$?\"\n");
      in.flush();
      List<String> lines = new ArrayList<>();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith(END)) {
          return new Ran(Integer.parseInt(line.substring(END.length())), lines);
        }
        lines.add(line);
      }
      throw new IllegalStateException("the shell has ended: " + lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
