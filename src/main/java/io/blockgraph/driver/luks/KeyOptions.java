package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.Options;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// What is said when the keys of an image change; the names are QEMU's.
final class KeyOptions {
  private static final int MOST_NAME = 255;
  private static final long MOST_TIME_MS = 60_000;

  static final String STATE = "state";
  static final String NEW_SECRET = "newSecret";
  static final String OLD_SECRET = "oldSecret";
  static final String KEYSLOT = "keyslot";
  static final String ITER_TIME = "iterTime";
  static final String ITERATIONS = "iterations";
  static final String SECRET = "secret";
  static final String FORCE = "force";

  static final OptionSpec SPEC =
      new OptionSpec(
          List.of(
              new Field(
                  STATE,
                  new OptionSpec.Type.Choice(List.of("active", "inactive"), "active"),
                  Need.REQUIRED,
                  "Whether a key is put into a slot (active) or keys are erased (inactive)."),
              optional(
                  NEW_SECRET,
                  new OptionSpec.Type.Text(MOST_NAME),
                  "The name of the secret that shall open the image, too; for active."),
              optional(
                  OLD_SECRET,
                  new OptionSpec.Type.Text(MOST_NAME),
                  "The name of a secret: what it opens is erased; for inactive."),
              optional(
                  KEYSLOT,
                  new OptionSpec.Type.Int(0, Header.SLOTS - 1L, Optional.empty()),
                  "The slot; the first free one, or all that oldSecret opens, when not given."),
              optional(
                  ITER_TIME,
                  new OptionSpec.Type.Int(1, MOST_TIME_MS, Optional.empty()),
                  "How long trying the new password shall take on this machine, in milliseconds;"
                      + " for active."),
              optional(
                  ITERATIONS,
                  new OptionSpec.Type.Int(
                      LuksDriver.LEAST_ITERATIONS, LuksDriver.MOST_ITERATIONS, Optional.empty()),
                  "The same as a number of rounds of PBKDF2, in the place of iterTime; 600000 when"
                      + " neither is given."),
              optional(
                  SECRET,
                  new OptionSpec.Type.Text(MOST_NAME),
                  "The name of a secret that opens the image now; that of the node when not given;"
                      + " for active."),
              optional(
                  FORCE,
                  new OptionSpec.Type.Flag(false),
                  "Whether a slot that holds a key may be overwritten, the last key be erased, and"
                      + " the node be left with a keySecret that opens nothing any more.")));

  private final Options options;

  KeyOptions(Options options) {
    this.options = options;
  }

  private static Field optional(String name, OptionSpec.Type type, String doc) {
    return new Field(name, type, Need.OPTIONAL, doc);
  }

  /// What is asked for, of a node that was opened with the secret `own`.
  ///
  /// @throws BlockException INVALID naming the option
  KeyRequest request(String own) {
    boolean force = options.flag(FORCE, false);
    return options.text(STATE).orElse("").equals("active")
        ? addition(own, force)
        : erasure(own, force);
  }

  private KeyRequest addition(String own, boolean force) {
    refuse("active", List.of(OLD_SECRET));
    if (options.number(ITER_TIME).isPresent() && options.number(ITERATIONS).isPresent()) {
      throw invalid("give either '" + ITER_TIME + "' or '" + ITERATIONS + "', not both");
    }
    String added =
        options
            .text(NEW_SECRET)
            .orElseThrow(
                () -> invalid("'" + NEW_SECRET + "' must be given when a slot becomes active"));
    KeyRequest.Work work =
        options
            .number(ITER_TIME)
            .<KeyRequest.Work>map(KeyRequest.Work.Millis::new)
            .orElseGet(() -> new KeyRequest.Work.Rounds(rounds()));
    return new KeyRequest.Add(added, options.text(SECRET).orElse(own), slot(), force, work);
  }

  private int rounds() {
    return Math.toIntExact(options.number(ITERATIONS).orElse(LuksDriver.ITERATIONS));
  }

  private KeyRequest erasure(String own, boolean force) {
    refuse("inactive", List.of(NEW_SECRET, ITER_TIME, ITERATIONS, SECRET));
    Optional<String> old = options.text(OLD_SECRET);
    if (old.isEmpty() && slot().isEmpty()) {
      throw invalid("'%s' or '%s' must say which keys are erased".formatted(OLD_SECRET, KEYSLOT));
    }
    return new KeyRequest.Erase(old, slot(), force, own);
  }

  private OptionalInt slot() {
    return options
        .number(KEYSLOT)
        .map(n -> OptionalInt.of(n.intValue()))
        .orElse(OptionalInt.empty());
  }

  private void refuse(String state, List<String> names) {
    Stream<String> given = names.stream().filter(options.values()::containsKey);
    given
        .findFirst()
        .ifPresent(
            name -> {
              throw invalid("'" + name + "' has no meaning when the state is '" + state + "'");
            });
  }

  private static BlockException invalid(String what) {
    return new BlockException(Kind.INVALID, what);
  }
}
