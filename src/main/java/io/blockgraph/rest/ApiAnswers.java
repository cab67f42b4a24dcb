package io.blockgraph.rest;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;

/// The bodies and answers of operations in the API document.
final class ApiAnswers {
  private static final String JSON = org.springframework.http.MediaType.APPLICATION_JSON_VALUE;
  private static final String BINARY =
      org.springframework.http.MediaType.APPLICATION_OCTET_STREAM_VALUE;

  /// It is 200; but a client generator takes the answer of the smallest code for the one to return.
  private static final String DRY_RUN = "2XX";

  private static final String NOTHING_DONE = "200 after a dry run: what would change.";

  private static final Set<String> BODY_OPTIONAL = Set.of("cancelJob", "checkpointReplication");

  private final RecordSchemas records;

  ApiAnswers(RecordSchemas records) {
    this.records = records;
  }

  /// Gives an operation its body, its answers and its problems.
  void complete(Operation operation, ApiDocument.Route route) {
    ApiOperation known = ApiOperation.of(operation.getOperationId());
    operation.setRequestBody(body(operation.getOperationId(), known, route));
    ApiResponses responses = new ApiResponses();
    done(responses, known, route);
    ApiProblems.addTo(responses, traits(operation, route));
    operation.setResponses(responses);
  }

  private static @Nullable RequestBody body(
      String operationId, ApiOperation known, ApiDocument.Route route) {
    if (!route.consumes().isEmpty()) {
      Schema<?> bytes = OptionSchemas.typed("string").format("binary");
      return new RequestBody()
          .required(true)
          .content(new Content().addMediaType(BINARY, new MediaType().schema(bytes)));
    }
    return known
        .body()
        .map(
            name ->
                new RequestBody()
                    .required(!BODY_OPTIONAL.contains(operationId))
                    .content(json(OptionSchemas.reference(name), ApiExamples.of(name))))
        .orElse(null);
  }

  private void done(ApiResponses responses, ApiOperation known, ApiDocument.Route route) {
    Class<?> answer = known.answer().orElse(route.method().getMethod().getReturnType());
    if (!answer.isRecord()) {
      responses.addApiResponse("200", plain(route));
      return;
    }
    boolean differs = route.isAsked() && known.answer().isPresent() && !tellsDryRun(answer);
    if (known.status() == HttpStatus.OK) {
      responses.addApiResponse(
          "200",
          differs
              ? revisioned(
                  records.either(answer, DiffView.class, "OrDiff"),
                  "What was changed, or the difference a dry run would make.")
              : answer(answer));
      return;
    }
    responses.addApiResponse(String.valueOf(known.status().value()), headed(answer(answer), known));
    if (route.isAsked()) {
      responses.addApiResponse(
          DRY_RUN, answer(differs ? DiffView.class : answer).description(NOTHING_DONE));
    }
  }

  /// Some answers have the difference in them, in both cases.
  private static boolean tellsDryRun(Class<?> answer) {
    return WithDiff.class.isAssignableFrom(answer)
        || answer == ImageController.ImageView.class
        || answer == InternalSnapshotController.ChangeView.class;
  }

  private ApiResponse answer(Class<?> answer) {
    Schema<?> schema = records.reference(answer);
    return Revisioned.class.isAssignableFrom(answer)
        ? revisioned(schema, "Done.")
        : new ApiResponse().description("Done.").content(json(schema, null));
  }

  private static ApiResponse revisioned(Schema<?> schema, String description) {
    Header etag =
        new Header()
            .description("The revision of the graph, in quotes.")
            .schema(OptionSchemas.typed("string"));
    return new ApiResponse()
        .description(description)
        .content(json(schema, null))
        .addHeaderObject("ETag", etag);
  }

  private static ApiResponse headed(ApiResponse response, ApiOperation known) {
    Schema<?> address = OptionSchemas.typed("string").format("uri-reference");
    if (known.status() != HttpStatus.OK) {
      response.addHeaderObject(
          "Location", new Header().description("Where the new resource is.").schema(address));
    }
    if (known.status() == HttpStatus.ACCEPTED) {
      Schema<?> seconds = OptionSchemas.typed("integer").format("int32");
      response.addHeaderObject(
          "Retry-After", new Header().description("Seconds until asking again.").schema(seconds));
    }
    return response;
  }

  /// An answer that is no JSON.
  private static ApiResponse plain(ApiDocument.Route route) {
    org.springframework.http.MediaType type = route.produces().getFirst();
    String name = type.getType() + "/" + type.getSubtype();
    Schema<?> schema = OptionSchemas.typed("string");
    if (name.equals(BINARY)) {
      schema.format("binary");
    }
    return new ApiResponse()
        .description("Done.")
        .content(new Content().addMediaType(name, new MediaType().schema(schema)));
  }

  private static Content json(Schema<?> schema, @Nullable Object example) {
    MediaType media = new MediaType().schema(schema);
    if (example != null) {
      media.setExample(example);
    }
    return new Content().addMediaType(JSON, media);
  }

  private static ApiProblems.Traits traits(Operation operation, ApiDocument.Route route) {
    boolean hasBody = operation.getRequestBody() != null;
    boolean hasParameters = operation.getParameters() != null;
    boolean reads = route.method().hasMethodAnnotation(GetMapping.class);
    boolean namesResource =
        hasParameters || (hasBody && !operation.getOperationId().equals("createImage"));
    return new ApiProblems.Traits(
        hasParameters || hasBody, hasBody, namesResource, !reads, route.isAsked());
  }
}
