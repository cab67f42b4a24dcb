package io.blockgraph.rest;

import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.http.HttpStatus;

/// The problems an operation can end with, in the API document: one response per status, with the
/// codes that come with it and an example.
final class ApiProblems {
  private static final List<HttpStatus> OF_BODIES =
      List.of(HttpStatus.BAD_REQUEST, HttpStatus.CONTENT_TOO_LARGE);
  private static final List<HttpStatus> OF_CHANGES =
      List.of(
          HttpStatus.FORBIDDEN,
          HttpStatus.CONFLICT,
          HttpStatus.UNPROCESSABLE_CONTENT,
          HttpStatus.SERVICE_UNAVAILABLE,
          HttpStatus.INSUFFICIENT_STORAGE);

  private ApiProblems() {}

  /// The responses operations refer to, by name.
  static Map<String, ApiResponse> all() {
    Map<String, ApiResponse> responses = new LinkedHashMap<>();
    for (var kinds : byStatus().entrySet()) {
      responses.put(name(kinds.getKey()), response(kinds.getValue()));
    }
    responses.put(
        "Problem",
        new ApiResponse().description("Any other problem.").content(content(ProblemKind.INTERNAL)));
    return responses;
  }

  /// Adds to `responses` what an operation can end with.
  static void addTo(ApiResponses responses, Traits traits) {
    Stream<HttpStatus> statuses =
        Stream.of(
                traits.takesInput() ? List.of(HttpStatus.BAD_REQUEST) : List.<HttpStatus>of(),
                traits.hasBody() ? OF_BODIES : List.<HttpStatus>of(),
                traits.namesResource() ? List.of(HttpStatus.NOT_FOUND) : List.<HttpStatus>of(),
                traits.changes() ? OF_CHANGES : List.<HttpStatus>of(),
                traits.isAsked() ? List.of(HttpStatus.PRECONDITION_FAILED) : List.<HttpStatus>of())
            .flatMap(List::stream);
    statuses
        .distinct()
        .sorted()
        .forEach(status -> responses.addApiResponse(status.value() + "", reference(name(status))));
    responses.addApiResponse("default", reference("Problem"));
  }

  /// What decides how an operation can end.
  ///
  /// @param takesInput whether it has parameters or a body
  /// @param hasBody whether it reads a body
  /// @param namesResource whether something it names may not be there
  /// @param changes whether it changes anything
  /// @param isAsked whether it takes `If-Match` and `dryRun`
  record Traits(
      boolean takesInput,
      boolean hasBody,
      boolean namesResource,
      boolean changes,
      boolean isAsked) {}

  private static Map<HttpStatus, List<ProblemKind>> byStatus() {
    Map<HttpStatus, List<ProblemKind>> kinds = new TreeMap<>();
    for (HttpStatus status : OF_BODIES) {
      kinds.put(status, new ArrayList<>());
    }
    OF_CHANGES.forEach(status -> kinds.put(status, new ArrayList<>()));
    kinds.put(HttpStatus.NOT_FOUND, new ArrayList<>());
    kinds.put(HttpStatus.PRECONDITION_FAILED, new ArrayList<>());
    for (ProblemKind kind : ProblemKind.values()) {
      kinds.getOrDefault(kind.status(), new ArrayList<>()).add(kind);
    }
    return kinds;
  }

  private static ApiResponse response(List<ProblemKind> kinds) {
    String codes = kinds.stream().map(ProblemKind::name).collect(Collectors.joining(", "));
    return new ApiResponse()
        .description("A problem; code is one of " + codes + ".")
        .content(content(kinds.getFirst()));
  }

  private static Content content(ProblemKind kind) {
    Map<String, Object> example = new LinkedHashMap<>();
    example.put("type", kind.type());
    example.put("title", kind.title());
    example.put("status", kind.status().value());
    example.put("code", kind.name());
    example.put("detail", "A sentence with the names of what is concerned");
    return new Content()
        .addMediaType(
            Problem.MEDIA_TYPE,
            new MediaType().schema(OptionSchemas.reference("Problem")).example(example));
  }

  private static ApiResponse reference(String name) {
    return new ApiResponse().$ref("#/components/responses/" + name);
  }

  /// `PRECONDITION_FAILED` as `PreconditionFailed`.
  private static String name(HttpStatus status) {
    return Stream.of(status.name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(java.util.Locale.ROOT))
        .collect(Collectors.joining());
  }
}
