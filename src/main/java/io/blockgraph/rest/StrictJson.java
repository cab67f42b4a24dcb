package io.blockgraph.rest;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.json.JsonMapper;

/// Reads request bodies as plain values, strictly and within bounds: duplicate keys, trailing text,
/// deep nesting and endless documents are refused. What the values mean is checked by option
/// specifications.
@Component
final class StrictJson {
  private static final int DEPTH = 32;
  private static final int STRING_CHARS = 64 * 1024;
  private static final int TOKENS = 10_000;

  private final JsonMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH)
                          .maxStringLength(STRING_CHARS)
                          .maxTokenCount(TOKENS)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /// The value of `body`.
  @Nullable Object read(byte[] body) {
    if (body.length == 0) {
      throw new ProblemException(ProblemKind.UNREADABLE_REQUEST, "the body is empty");
    }
    try {
      return mapper.readValue(body, Object.class);
    } catch (JacksonException e) {
      var where = e.getLocation();
      String place =
          where == null ? "" : " at line " + where.getLineNr() + ", column " + where.getColumnNr();
      throw new ProblemException(
          ProblemKind.UNREADABLE_REQUEST, "the body is no JSON: " + reason(e) + place);
    }
  }

  /// What the parser says is about the text; what the mapper says is about our classes.
  private static String reason(JacksonException e) {
    return e instanceof MismatchedInputException
        ? "something follows its end"
        : e.getOriginalMessage();
  }
}
