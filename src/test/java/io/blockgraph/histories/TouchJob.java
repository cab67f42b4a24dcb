package io.blockgraph.histories;

import io.blockgraph.job.mirror.CopyMode;

/// Pauses, resumes, slows down a job, or changes how it copies.
final class TouchJob implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    if (stage.jobs.isEmpty()) {
      return;
    }
    MirrorUnderWay job = dice.oneOf(stage.jobs);
    switch (dice.below(5)) {
      case 0 -> {
        if (ask(stage, job, new JobWish.Pause())) {
          job.paused();
        }
      }
      case 1 -> {
        if (ask(stage, job, new JobWish.Resume())) {
          job.resumed();
        }
      }
      case 2 -> ask(stage, job, new JobWish.Speed(dice.oneOf(0L, 100_000L, 10_000_000L)));
      default -> ask(stage, job, new JobWish.Mode(dice.oneOf(CopyMode.values())));
    }
  }

  static boolean ask(Stage stage, MirrorUnderWay job, JobWish wish) {
    return stage.ask("job " + job.id() + " " + wish, () -> stage.site.ask(job.id(), wish)).isDone();
  }
}
