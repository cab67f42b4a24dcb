package io.blockgraph.differential;

import io.blockgraph.differential.Command.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/// Leads one side's jobs from their start until they are gone.
final class Lives {
  /// After so long a job that is neither will not get there by itself.
  private static final long CRAWL_MS = 150;

  private final Side side;
  private final Jobs watch;
  private final Supplier<Picture.Job> job;

  /// @param job the job as it is
  Lives(Side side, Jobs watch, Supplier<Picture.Job> job) {
    this.side = side;
    this.watch = watch;
    this.job = job;
  }

  /// What was answered, and where the job stood, from the first request to the last.
  Verdict live(Command.Life life) {
    Verdict begun = side.ask(life.begin());
    if (!begun.isAccepted()) {
      return begun;
    }
    watch.begins(life);
    settle(life.begin());
    List<String> story = new ArrayList<>(List.of(status()));
    for (Command command : life.meanwhile()) {
      story.add(Script.line(command) + ": " + answer(side.ask(command)));
      settle(command);
      story.add(status());
    }
    end(life.job());
    story.add(job.get().failed() ? "failed" : "done");
    side.ask(new Command.Steer(life.job(), Verb.DISMISS));
    watch.forget();
    return new Verdict.Accepted(String.join(", ", story));
  }

  private void end(String id) {
    if (!status().equals("concluded")) {
      side.ask(new Command.Steer(id, Verb.CANCEL));
    }
  }

  /// A job that is let run as fast as it can gets somewhere.
  private void settle(Command after) {
    if (after instanceof Command.Direct(_, Command.Http http)
        && Objects.equals(http.body().get("speed"), 0L)) {
      Deadline.until(() -> watch.isSettled(status()), () -> "the job is " + status());
    } else {
      Deadline.perhaps(CRAWL_MS, () -> watch.isSettled(status()));
    }
  }

  private String status() {
    return job.get().status();
  }

  private static String answer(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Accepted(String seen) -> "yes" + seen;
      case Verdict.Refused refused -> refused.reason().name();
    };
  }
}
