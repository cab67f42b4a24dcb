package io.blockgraph.rest;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;
import tools.jackson.databind.json.JsonMapper;

/// Does a change that comes with an `Idempotency-Key` once, however often it is asked: who lost the
/// answer asks again and gets it.
///
/// Answers of 500 and above are not kept: they say that nothing was done, or that nobody knows. Dry
/// runs and questions do nothing and need no key.
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
final class IdempotentRequests extends OncePerRequestFilter {
  /// The header with the key.
  static final String HEADER = "Idempotency-Key";

  /// Says that an answer is one that was given before.
  static final String REPLAYED = "Idempotency-Replayed";

  private static final String API = "/api/v1/";
  private static final Set<String> CHANGES = Set.of("POST", "PUT", "PATCH", "DELETE");
  private static final Pattern KEY = Pattern.compile("[!#-~][!-~]{0,254}");
  private static final Pattern QUOTED = Pattern.compile("\"([ !#-\\[\\]-~]{1,255})\"");

  private final KeptAnswers answers;
  private final JsonMapper json;

  IdempotentRequests(KeptAnswers answers, JsonMapper json) {
    this.answers = answers;
    this.json = json;
  }

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return request.getHeader(HEADER) == null
        || !request.getServletPath().startsWith(API)
        || !CHANGES.contains(request.getMethod())
        || "true".equals(request.getParameter(AskResolver.DRY_RUN));
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      String key = key(request);
      byte[] body = request.getInputStream().readAllBytes();
      switch (answers.begin(key, digest(request, body))) {
        case KeptAnswers.Begin.Serve _ -> serve(key, new WithBody(request, body), response, chain);
        case KeptAnswers.Begin.Again(KeptAnswers.Answer answer) -> replay(answer, response);
        case KeptAnswers.Begin.StillServed _ -> {
          response.setHeader(HttpHeaders.RETRY_AFTER, "1");
          throw new ProblemException(
              ProblemKind.IDEMPOTENCY_KEY_IN_USE,
              "a request with Idempotency-Key '" + key + "' is under way");
        }
        case KeptAnswers.Begin.OtherRequest _ ->
            throw new ProblemException(
                ProblemKind.IDEMPOTENCY_KEY_REUSED,
                "Idempotency-Key '" + key + "' belongs to another request; nothing was done");
        case KeptAnswers.Begin.Unknown _ ->
            throw new ProblemException(
                ProblemKind.IDEMPOTENCY_OUTCOME_UNKNOWN,
                "the service ended while it served the request with Idempotency-Key '"
                    + key
                    + "'; it was done as a whole or not at all");
      }
    } catch (ProblemException e) {
      e.problem().writeTo(response, json);
    }
  }

  private static String key(HttpServletRequest request) {
    String path = request.getRequestURI();
    if (path.endsWith("/data") || path.startsWith(API + "secrets")) {
      throw Answers.parameter(
          HEADER,
          path.endsWith("/data")
              ? "data that is written twice is the same: this request takes no Idempotency-Key"
              : "secrets are not written down: this request takes no Idempotency-Key");
    }
    String given = request.getHeader(HEADER).strip();
    var quoted = QUOTED.matcher(given);
    if (quoted.matches()) {
      return quoted.group(1);
    }
    if (!KEY.matcher(given).matches()) {
      throw Answers.parameter(
          HEADER, "Idempotency-Key takes 1 to 255 visible characters of ASCII, quoted or not");
    }
    return given;
  }

  /// Tells a request from every other.
  private static String digest(HttpServletRequest request, byte[] body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String ifMatch = request.getHeader(HttpHeaders.IF_MATCH);
      String head =
          "%s %s?%s\n%s\n"
              .formatted(
                  request.getMethod(),
                  request.getRequestURI(),
                  request.getQueryString() == null ? "" : request.getQueryString(),
                  ifMatch == null ? "" : ifMatch);
      digest.update(head.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private void serve(
      String key, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    ContentCachingResponseWrapper kept = new ContentCachingResponseWrapper(response);
    boolean answered = false;
    try {
      chain.doFilter(request, kept);
      answered = kept.getStatus() < HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
    } finally {
      // Before it is sent: who does not get it asks again.
      if (answered) {
        answers.keep(key, answer(kept));
      } else {
        answers.forget(key);
      }
    }
    kept.copyBodyToResponse();
  }

  private static KeptAnswers.Answer answer(ContentCachingResponseWrapper response) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : response.getHeaderNames()) {
      headers.put(name, response.getHeader(name));
    }
    if (response.getContentType() != null) {
      headers.put(HttpHeaders.CONTENT_TYPE, response.getContentType());
    }
    headers.keySet().removeIf(HttpHeaders.CONTENT_LENGTH::equalsIgnoreCase);
    String body = new String(response.getContentAsByteArray(), StandardCharsets.UTF_8);
    return new KeptAnswers.Answer(response.getStatus(), headers, body);
  }

  private static void replay(KeptAnswers.Answer answer, HttpServletResponse response)
      throws IOException {
    response.setStatus(answer.status());
    answer.headers().forEach(response::setHeader);
    response.setHeader(REPLAYED, "true");
    response.getOutputStream().write(answer.body().getBytes(StandardCharsets.UTF_8));
  }

  /// A request whose body was read already.
  private static final class WithBody extends HttpServletRequestWrapper {
    private final ServletInputStream body;

    WithBody(HttpServletRequest request, byte[] body) {
      super(request);
      this.body = new Body(new ByteArrayInputStream(body));
    }

    @Override
    public ServletInputStream getInputStream() {
      return body;
    }
  }

  private static final class Body extends ServletInputStream {
    private final ByteArrayInputStream bytes;

    Body(ByteArrayInputStream bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return bytes.read(into, offset, length);
    }

    @Override
    public boolean isFinished() {
      return bytes.available() == 0;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new IllegalStateException("the body is there already");
    }
  }
}
