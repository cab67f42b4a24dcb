package io.blockgraph.rest;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/// The first look at a request: is it meant for this service (a page in a browser may have another
/// host's name pointed at us), and is its body of a kind and a size anybody needs.
@Component
@Order(Ordered.LOWEST_PRECEDENCE - 1)
final class EdgeFilter extends OncePerRequestFilter {
  /// A body of JSON may be so large.
  static final long JSON_BYTES = 1 << 20;

  private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final JsonMapper json;

  EdgeFilter(JsonMapper json) {
    this.json = json;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String host = request.getServerName();
    if (!OWN_NAMES.contains(host)) {
      answer(response, Problem.of(ProblemKind.MISDIRECTED, "this service is not '" + host + "'"));
      return;
    }
    String origin = request.getHeader("Origin");
    if (origin != null && !isOwn(origin)) {
      answer(
          response,
          Problem.of(
              ProblemKind.FORBIDDEN_ORIGIN, "pages of '" + origin + "' may not ask this service"));
      return;
    }
    long limit = isData(request) ? DataController.MOST_BYTES : JSON_BYTES;
    if (request.getContentLengthLong() > limit) {
      answer(
          response,
          Problem.of(
              ProblemKind.BODY_TOO_LARGE,
              "the body has "
                  + request.getContentLengthLong()
                  + " bytes; at most "
                  + limit
                  + " may be"));
      return;
    }
    if (hasBody(request) && !isData(request) && !isJson(request)) {
      answer(
          response,
          Problem.of(
              ProblemKind.UNSUPPORTED_MEDIA_TYPE,
              "the body must be application/json, not '" + request.getContentType() + "'"));
      return;
    }
    chain.doFilter(new Bounded(request, limit), response);
  }

  private static boolean isOwn(String origin) {
    return OWN_NAMES.stream()
        .anyMatch(name -> origin.matches("https?://" + Pattern.quote(name) + "(:\\d+)?"));
  }

  private static boolean hasBody(HttpServletRequest request) {
    return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
  }

  /// A page of somebody else can send a form or plain text without asking first, but no JSON.
  private static boolean isJson(HttpServletRequest request) {
    String type = request.getContentType();
    String media = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return media.equals("application/json") || media.equals("application/merge-patch+json");
  }

  private static boolean isData(HttpServletRequest request) {
    return request.getMethod().equals("PUT") && request.getRequestURI().endsWith("/data");
  }

  private void answer(HttpServletResponse response, Problem problem) throws IOException {
    problem.writeTo(response, json);
  }

  /// A request whose body ends with a problem when it grows beyond its bound (it need not tell its
  /// length before).
  private static final class Bounded extends HttpServletRequestWrapper {
    private final long limit;
    private @Nullable ServletInputStream body;

    Bounded(HttpServletRequest request, long limit) {
      super(request);
      this.limit = limit;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      if (body == null) {
        body = new BoundedStream(super.getInputStream(), limit);
      }
      return body;
    }
  }

  private static final class BoundedStream extends ServletInputStream {
    private final ServletInputStream inner;
    private final long limit;
    private long left;

    BoundedStream(ServletInputStream inner, long limit) {
      this.inner = inner;
      this.limit = limit;
      this.left = limit;
    }

    @Override
    public int read() throws IOException {
      int read = inner.read();
      spend(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = inner.read(into, offset, length);
      spend(Math.max(0, read));
      return read;
    }

    private void spend(int bytes) {
      left -= bytes;
      if (left < 0) {
        throw new ProblemException(
            ProblemKind.BODY_TOO_LARGE, "the body has more than " + limit + " bytes");
      }
    }

    @Override
    public boolean isFinished() {
      return inner.isFinished();
    }

    @Override
    public boolean isReady() {
      return inner.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      inner.setReadListener(listener);
    }
  }
}
