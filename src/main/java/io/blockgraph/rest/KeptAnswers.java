package io.blockgraph.rest;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// What requests with an `Idempotency-Key` were answered with, in the database, so that one that is
/// asked again, also after a restart, is answered the same and not done twice.
///
/// A key is written down before its request is served and its answer before it is sent. A key
/// without an answer that nobody is serving belongs to an earlier run of the service, which ended
/// meanwhile: nobody knows whether the request was done.
///
/// Thread-safe. The rules are those of draft-ietf-httpapi-idempotency-key-header-07, and our own
/// where it leaves them open; docs/api.md has them.
@Component
class KeptAnswers {
  /// For so long an answer is kept.
  static final Duration KEPT = Duration.ofHours(24);

  /// So many answers are kept; then the oldest go.
  static final int MOST = 10_000;

  private final JdbcClient jdbc;
  private final TransactionTemplate durably;
  private final Clock clock;
  private final JsonMapper json;
  private final Set<String> served = ConcurrentHashMap.newKeySet();

  KeptAnswers(JdbcClient jdbc, TransactionTemplate durably, Clock clock, JsonMapper json) {
    this.jdbc = jdbc;
    this.durably = durably;
    this.clock = clock;
    this.json = json;
  }

  /// An answer.
  ///
  /// @param status of HTTP
  /// @param headers by name
  /// @param body text in UTF-8
  record Answer(int status, Map<String, String> headers, String body) {
    Answer {
      headers = Map.copyOf(headers);
    }
  }

  /// What is to be done with a request that has a key.
  sealed interface Begin {
    /// It is the first one: serve it, then [#keep] or [#forget].
    record Serve() implements Begin {}

    /// It was answered before.
    ///
    /// @param answer with this
    record Again(Answer answer) implements Begin {}

    /// The first one is being served.
    record StillServed() implements Begin {}

    /// The first one was another request.
    record OtherRequest() implements Begin {}

    /// The service ended while it served the first one.
    record Unknown() implements Begin {}
  }

  /// Takes a key for a request, told by a digest.
  Begin begin(String key, String request) {
    if (!served.add(key)) {
      return new Begin.StillServed();
    }
    boolean serving = false;
    try {
      Begin begin = known(key, request).orElseGet(() -> first(key, request));
      serving = begin instanceof Begin.Serve;
      return begin;
    } finally {
      if (!serving) {
        served.remove(key);
      }
    }
  }

  private record Row(String request, @Nullable Integer status, String headers, String body) {}

  private Optional<Begin> known(String key, String request) {
    return jdbc.sql(
            "select request, status, headers, body from kept_answer"
                + " where idempotency_key = ? and asked_at > ?")
        .params(key, oldest())
        .query(
            (row, _) ->
                new Row(
                    row.getString("request"),
                    row.getObject("status") == null ? null : row.getInt("status"),
                    row.getString("headers"),
                    row.getString("body")))
        .optional()
        .map(row -> begin(row, request));
  }

  private Begin begin(Row row, String request) {
    if (!row.request.equals(request)) {
      return new Begin.OtherRequest();
    }
    if (row.status == null) {
      return new Begin.Unknown();
    }
    Map<String, String> headers = json.readValue(row.headers, new TypeReference<>() {});
    return new Begin.Again(new Answer(row.status, headers, row.body));
  }

  private Begin first(String key, String request) {
    try {
      durably.executeWithoutResult(
          _ -> {
            jdbc.sql("delete from kept_answer where asked_at <= ?").params(oldest()).update();
            jdbc.sql(
                    "delete from kept_answer where asked_at <= (select asked_at from kept_answer"
                        + " where status is not null order by asked_at desc limit 1 offset ?)")
                .params(MOST - 1)
                .update();
            jdbc.sql(
                    "insert into kept_answer (idempotency_key, request, asked_at) values (?, ?, ?)")
                .params(key, request, clock.millis())
                .update();
          });
      return new Begin.Serve();
    } catch (DuplicateKeyException e) {
      // Another service that has the same database.
      return new Begin.StillServed();
    }
  }

  private long oldest() {
    return clock.millis() - KEPT.toMillis();
  }

  /// The request was answered so.
  void keep(String key, Answer answer) {
    try {
      durably.executeWithoutResult(
          _ ->
              jdbc.sql(
                      "update kept_answer set status = ?, headers = ?, body = ?"
                          + " where idempotency_key = ?")
                  .params(
                      answer.status(),
                      json.writeValueAsString(new LinkedHashMap<>(answer.headers())),
                      answer.body(),
                      key)
                  .update());
    } finally {
      served.remove(key);
    }
  }

  /// The request has done nothing: it can be asked again with the same key.
  void forget(String key) {
    try {
      durably.executeWithoutResult(
          _ -> jdbc.sql("delete from kept_answer where idempotency_key = ?").params(key).update());
    } finally {
      served.remove(key);
    }
  }
}
