package io.blockgraph.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The tables of transitions and verbs against QEMU's, written down a second time in another shape.
class JobTablesTest {
  /// QEMU's job.c, JobSTT: a row for each status, in it what may follow (without `undefined` and
  /// `null`).
  private static final Map<String, String> NEXT =
      Map.of(
          "created", "running aborting",
          "running", "paused ready waiting aborting",
          "paused", "running",
          "ready", "standby waiting aborting",
          "standby", "ready",
          "waiting", "pending aborting",
          "pending", "aborting concluded",
          "aborting", "concluded",
          "concluded", "");

  /// QEMU's job.c, JobVerbTable.
  private static final Map<String, String> VERBS =
      Map.of(
          "cancel", "created running paused ready standby waiting pending",
          "pause", "created running paused ready standby",
          "resume", "created running paused ready standby",
          "set-speed", "created running paused ready standby",
          "change", "created running paused ready standby",
          "complete", "ready standby",
          "finalize", "pending",
          "dismiss", "concluded");

  @ParameterizedTest
  @EnumSource(JobStatus.class)
  void everyStatusIsFollowedByWhatQemuAllows(JobStatus status) {
    assertThat(words(status.next().stream().map(JobStatus::word).toList()))
        .isEqualTo(split(NEXT.get(status.word())));
  }

  @ParameterizedTest
  @EnumSource(Verb.class)
  void everyVerbIsAllowedWhereQemuAllowsIt(Verb verb) {
    assertThat(words(verb.allowedIn().stream().map(JobStatus::word).toList()))
        .isEqualTo(split(VERBS.get(verb.word())));
  }

  @Test
  void bothTablesKnowEveryStatusAndVerb() {
    assertThat(NEXT.keySet())
        .isEqualTo(words(Arrays.stream(JobStatus.values()).map(JobStatus::word).toList()));
    assertThat(VERBS.keySet())
        .isEqualTo(words(Arrays.stream(Verb.values()).map(Verb::word).toList()));
  }

  @ParameterizedTest
  @EnumSource(JobStatus.class)
  void allowedVerbsAreTheInverseOfTheTable(JobStatus status) {
    assertThat(Verb.allowed(status))
        .isEqualTo(
            Arrays.stream(Verb.values())
                .filter(verb -> verb.allowedIn().contains(status))
                .collect(Collectors.toSet()));
  }

  private static Set<String> words(List<String> words) {
    return Set.copyOf(words);
  }

  private static Set<String> split(String words) {
    return words.isEmpty() ? Set.of() : Set.of(words.split(" "));
  }
}
