package io.blockgraph.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.store.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/// How long answers are kept, and how many.
final class KeptAnswersTest {
  private static final KeptAnswers.Answer ANSWER =
      new KeptAnswers.Answer(201, Map.of("ETag", "\"7\""), "{}");
  private static final KeptAnswers.Begin AGAIN = new KeptAnswers.Begin.Again(ANSWER);
  private static final KeptAnswers.Begin SERVE = new KeptAnswers.Begin.Serve();

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final InstantSource instants = () -> now;
  private TestDatabase database;
  private JdbcClient jdbc;
  private KeptAnswers answers;

  @BeforeEach
  void open() {
    database = TestDatabase.ofToday(folder);
    jdbc = database.jdbc();
    answers = service();
  }

  @AfterEach
  void close() {
    database.close();
  }

  /// As a service that has just started.
  private KeptAnswers service() {
    return new KeptAnswers(
        jdbc, database.transactions(), instants.withZone(ZoneOffset.UTC), new JsonMapper());
  }

  private void answered(String key) {
    assertThat(answers.begin(key, "request")).isEqualTo(SERVE);
    answers.keep(key, ANSWER);
  }

  private int kept() {
    return jdbc.sql("select count(*) from kept_answer").query(Integer.class).single();
  }

  @Test
  void areGivenAgainForADayAndNotLonger() {
    answered("key");
    now = now.plus(KeptAnswers.KEPT).minusMillis(1);
    assertThat(answers.begin("key", "request")).isEqualTo(AGAIN);
    now = now.plusMillis(1);
    answered("key");
    assertThat(answers.begin("key", "request")).isEqualTo(AGAIN);
  }

  @Test
  void thatAreTooOldGoWithTheNextRequest() {
    answered("old");
    now = now.plus(Duration.ofHours(1));
    answered("newer");
    now = now.plus(KeptAnswers.KEPT).minus(Duration.ofMinutes(30));
    answered("new");
    assertThat(kept()).isEqualTo(2);
  }

  @Test
  void thatAreTooManyGoOldestFirst() {
    jdbc.sql(
            "insert into kept_answer with recursive n(i) as (select 1 union all select i + 1 from n"
                + " where i < ?) select 'k' || i, 'request', ? + i, 201,"
                + " '{\"ETag\":\"\\\"7\\\"\"}', '{}' from n")
        .params(KeptAnswers.MOST, now.toEpochMilli())
        .update();
    now = now.plus(Duration.ofHours(1));
    answered("new");
    assertThat(kept()).isEqualTo(KeptAnswers.MOST);
    assertThat(answers.begin("k2", "request")).isEqualTo(AGAIN);
    assertThat(answers.begin("k1", "request")).isEqualTo(SERVE);
  }

  @Test
  void areUnknownWhereTheServiceEndedBeforeItAnswered() {
    answers.begin("key", "request");
    assertThat(service().begin("key", "request")).isEqualTo(new KeptAnswers.Begin.Unknown());
  }
}
