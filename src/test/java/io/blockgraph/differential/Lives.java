package io.blockgraph.differential;

import io.blockgraph.differential.Command.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// Leads one side's jobs from their start until they are gone.
final class Lives {
  /// After so long a job that crawls or rests will not get anywhere by itself.
  private static final long LOOK_MS = 150;

  private static final Set<String> RESTING = Set.of("paused", "standby");

  private final Side side;
  private final Jobs watch;
  private final Supplier<Picture.Job> job;

  /// Whether nobody has to wait for the job: it is told to take its time, or to go on until
  /// somebody ends it.
  private boolean crawls;

  /// @param job the job as it is
  Lives(Side side, Jobs watch, Supplier<Picture.Job> job) {
    this.side = side;
    this.watch = watch;
    this.job = job;
  }

  /// What was answered, and where the job stood, from the first request to the last.
  ///
  /// @param stations the states that the job has told of, in order
  Verdict live(Command.Life life, Supplier<List<String>> stations) {
    Verdict begun = side.ask(life.begin());
    if (!begun.isAccepted()) {
      return begun;
    }
    watch.begins(life);
    crawls = isEndless(life.begin().http().body());
    settle();
    List<String> story = new ArrayList<>(List.of(stands(life)));
    for (Command command : life.meanwhile()) {
      Verdict verdict = side.ask(command);
      story.add(Script.line(command) + ": " + answer(verdict));
      if (verdict.isAccepted() && command instanceof Command.Direct(_, Command.Http http)) {
        crawls = speed(http.body()).map(speed -> speed > 0).orElse(crawls);
      }
      settle();
      story.add(stands(life));
    }
    end(life.job());
    story.add(job.get().failed() ? "failed" : "done");
    side.ask(new Command.Steer(life.job(), Verb.DISMISS));
    watch.forget();
    story.add("told " + told(story, stations.get()));
    return new Verdict.Accepted(String.join(", ", story));
  }

  /// A job that nobody has found at rest may rest for a moment while the graph changes around it,
  /// and one that is dismissed is not told of everywhere.
  private static List<String> told(List<String> story, List<String> stations) {
    boolean rests = story.stream().anyMatch(line -> line.matches("(paused|standby).*"));
    List<String> told = new ArrayList<>();
    for (String station : stations) {
      boolean passes = !rests && List.of("paused", "standby").contains(station);
      boolean again = !told.isEmpty() && told.getLast().equals(station);
      if (!passes && !again && !station.equals("null")) {
        told.add(station);
      }
      if (restsAgain(told)) {
        told.subList(told.size() - 2, told.size()).clear();
      }
    }
    return told;
  }

  /// Whether the last two are the two before once more: also where somebody has paused a job it may
  /// rest by itself besides.
  private static boolean restsAgain(List<String> told) {
    int size = told.size();
    return size > 4 && told.subList(size - 2, size).equals(told.subList(size - 4, size - 2));
  }

  private void end(String id) {
    if (!status().equals("concluded")) {
      side.ask(new Command.Steer(id, Verb.CANCEL));
    }
  }

  private static boolean isEndless(Map<String, ?> begin) {
    boolean slow = speed(begin).filter(speed -> speed > 0).isPresent();
    boolean pastOnly = Objects.equals(begin.get("sync"), "none");
    return slow || pastOnly;
  }

  private static Optional<Long> speed(Map<String, ?> body) {
    return Optional.ofNullable((Number) body.get("speed")).map(Number::longValue);
  }

  /// A job that is let run as fast as it can gets somewhere, be it that it stops at an error: then
  /// it rests.
  private void settle() {
    if (crawls) {
      Deadline.perhaps(LOOK_MS, () -> watch.isSettled(status()));
      return;
    }
    AtomicLong since = new AtomicLong(System.nanoTime());
    Deadline.until(
        () -> {
          String status = status();
          if (!RESTING.contains(status)) {
            since.set(System.nanoTime());
          }
          return watch.isSettled(status) || System.nanoTime() - since.get() > LOOK_MS * 1_000_000;
        },
        () -> "the job is " + status());
  }

  private String status() {
    return job.get().status();
  }

  /// Where the job stands, and what the bitmaps say meanwhile: not while it is a stream, because
  /// the daemon ends itself when it is asked for its nodes then.
  private String stands(Command.Life life) {
    boolean copies = life.begin().qmp().command().equals("blockdev-backup");
    Map<String, Picture.Bitmap> bitmaps = copies ? side.picture().bitmaps() : Map.of();
    return bitmaps.isEmpty() ? status() : status() + " " + bitmaps;
  }

  static String answer(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Accepted(String seen) -> "yes" + seen;
      case Verdict.Refused refused -> refused.reason().name();
    };
  }
}
