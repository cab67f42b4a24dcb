package io.blockgraph.strangers;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What came of one run of a foreign program.
///
/// @param command the whole command line
/// @param exitCode its exit code; 128 + n when signal n ended it
/// @param out all of its standard output
/// @param err all of its standard error
public record Ran(List<String> command, int exitCode, String out, String err) {
  private static final JsonMapper JSON = new JsonMapper();

  /// This run, if the program said that all went well.
  public Ran ok() {
    return exitCode == 0 ? this : fail("ended with exit code " + exitCode);
  }

  /// Whether a signal ended the program: it has no opinion then.
  public boolean diedBySignal() {
    return exitCode > 128;
  }

  /// Standard output, parsed as JSON.
  public JsonNode json() {
    return JSON.readTree(out);
  }

  /// Fails the running test with the command and everything it printed.
  public Ran fail(String what) {
    throw new AssertionError(
        String.join(" ", command) + "\n  " + what + "\n  stdout: " + out + "\n  stderr: " + err);
  }
}
