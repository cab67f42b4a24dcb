package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import java.io.IOException;
import java.util.Optional;

/// The thread of a [Line]: connects, receives until the connection is lost, connects again. It
/// waits longer after each attempt in vain, not after a connection that was of use.
final class Redial implements Runnable {
  private final Line line;
  private final Dialer dialer;

  Redial(Line line, Dialer dialer) {
    this.line = line;
    this.dialer = dialer;
  }

  @Override
  public void run() {
    try {
      long pauseNanos = Limits.FIRST_PAUSE_NANOS;
      while (!line.isOver()) {
        Optional<Link> made = dial();
        if (made.isPresent() && serve(made.get())) {
          pauseNanos = Limits.FIRST_PAUSE_NANOS;
        } else {
          line.idle(pauseNanos);
          pauseNanos = Math.min(2 * pauseNanos, Limits.LAST_PAUSE_NANOS);
        }
      }
    } finally {
      // Nobody must wait for a thread that is no more, whatever ended it.
      line.end();
    }
  }

  private Optional<Link> dial() {
    try {
      Link made = dialer.dial();
      if (line.admit(made)) {
        return Optional.of(made);
      }
      made.breakOff();
    } catch (IOException e) {
      line.failed(Harmless.words(e));
    } catch (BlockException e) {
      line.refused(e);
    }
    return Optional.empty();
  }

  /// Receives until the connection is lost; answers whether it was of any use.
  private boolean serve(Link made) {
    boolean[] used = {false};
    String why = "the receiver failed";
    try {
      why =
          Harmless.words(
              made.receive(
                  exchange -> {
                    used[0] = true;
                    line.answered(exchange);
                  }));
    } finally {
      line.lost(made, why);
    }
    return used[0];
  }
}
