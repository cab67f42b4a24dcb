package io.blockgraph.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// A refusal or failure as RFC 9457 wants it, with the members that let a program act on it.
///
/// @param type a stable relative URI of the kind of problem
/// @param title the kind in words
/// @param status the HTTP status
/// @param code the kind as a constant
/// @param detail what is wrong here, in a sentence with names
/// @param node the node it is about
/// @param revision the graph's revision, unchanged
/// @param errors places of the request that are wrong
/// @param blockers who stands in the way
/// @param path edges of a loop, in order
/// @param correction what could be done about it
/// @param steps requests that, made in this order, come to what was asked, or close to it; tried
///   out on the graph as it is, and none made. `POST /graph/plan` takes them as its `actions`
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
    String type,
    String title,
    int status,
    String code,
    String detail,
    @Nullable String node,
    @Nullable Long revision,
    List<FieldError> errors,
    List<Blocker> blockers,
    List<String> path,
    @Nullable String correction,
    List<Step> steps) {

  /// The media type of every problem.
  public static final String MEDIA_TYPE = "application/problem+json";

  /// A place of the request that is wrong.
  ///
  /// @param pointer a JSON pointer into the body, or the name of a parameter
  @Schema(name = "FieldError")
  public record FieldError(String pointer, String detail) {}

  /// Who stands in the way.
  ///
  /// @param kind permission, frozen, job, replication, use
  /// @param node the node that is fought over
  /// @param permissions what one takes and the other does not share
  /// @param requiredBy the edge that takes
  /// @param unsharedBy the edge that does not share
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Schema(name = "Blocker")
  public record Blocker(
      String kind,
      @Nullable String node,
      List<String> permissions,
      @Nullable Party requiredBy,
      @Nullable Party unsharedBy,
      @Nullable String jobId) {}

  /// One end of a conflict.
  ///
  /// @param kind node, export, job, replication or command
  /// @param id its name
  /// @param child the name of the edge in it
  /// @param edge the edge's id
  @Schema(name = "Party")
  public record Party(String kind, String id, String child, String edge) {}

  /// A request that could be made.
  ///
  /// @param path without the prefix of the API
  /// @param body JSON; left out where there is none
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Schema(name = "ProblemStep")
  public record Step(String method, String path, Map<String, @Nullable Object> body) {}

  /// A problem of a kind about nothing in particular.
  static Problem of(ProblemKind kind, String detail) {
    return new Problem(
        kind.type(),
        kind.title(),
        kind.status().value(),
        kind.name(),
        detail,
        null,
        null,
        List.of(),
        List.of(),
        List.of(),
        kind.nextStep(),
        List.of());
  }

  /// The same under a code and a sentence of a job's own.
  Problem coded(String otherCode, String otherDetail) {
    return new Problem(
        type,
        title,
        status,
        otherCode,
        otherDetail,
        node,
        revision,
        errors,
        blockers,
        path,
        correction,
        steps);
  }

  Problem about(String name) {
    return new Problem(
        type,
        title,
        status,
        code,
        detail,
        name,
        revision,
        errors,
        blockers,
        path,
        correction,
        steps);
  }

  Problem at(long graphRevision) {
    return new Problem(
        type,
        title,
        status,
        code,
        detail,
        node,
        graphRevision,
        errors,
        blockers,
        path,
        correction,
        steps);
  }

  Problem with(List<FieldError> places) {
    return new Problem(
        type,
        title,
        status,
        code,
        detail,
        node,
        revision,
        places,
        blockers,
        path,
        correction,
        steps);
  }

  Problem blockedBy(List<Blocker> those) {
    return new Problem(
        type, title, status, code, detail, node, revision, errors, those, path, correction, steps);
  }

  Problem along(List<String> edges) {
    return new Problem(
        type,
        title,
        status,
        code,
        detail,
        node,
        revision,
        errors,
        blockers,
        edges,
        correction,
        steps);
  }

  Problem advising(String advice) {
    return new Problem(
        type, title, status, code, detail, node, revision, errors, blockers, path, advice, steps);
  }

  /// The same, advising nothing about somebody who would come by the request and is not there.
  Problem notAdvisingAbout(String newcomer) {
    boolean named = correction != null && correction.contains("'" + newcomer + "'");
    return named ? advising(ProblemKind.valueOf(code).nextStep()) : this;
  }

  /// The same with a way that was tried out.
  Problem solvedBy(String advice, List<Step> requests) {
    return new Problem(
        type, title, status, code, detail, node, revision, errors, blockers, path, advice,
        requests);
  }

  /// Answers with it where no controller does.
  void writeTo(HttpServletResponse response, JsonMapper json) throws IOException {
    response.setStatus(status);
    response.setContentType(MEDIA_TYPE);
    response.getOutputStream().write(json.writeValueAsBytes(this));
  }
}
