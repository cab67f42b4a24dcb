package io.blockgraph.rest;

import io.blockgraph.block.BlockException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/// Turns everything that ends a request early into a problem. It comes before Spring's own advice,
/// whose answers have no code.
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ProblemAdvice {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);
  private static final String API = "/api/v1";

  private final Advisor advisor;
  private final StrictJson json;

  ProblemAdvice(Advisor advisor, StrictJson json) {
    this.advisor = advisor;
    this.json = json;
  }

  @ExceptionHandler(ProblemException.class)
  ResponseEntity<Problem> refused(ProblemException e, HttpServletRequest request) {
    return answer(advised(e.problem(), request));
  }

  /// With what would help, tried out on the graph as it is.
  private Problem advised(Problem problem, HttpServletRequest request) {
    String path = request.getRequestURI().replaceFirst("^" + API, "");
    if (!advisor.mayHelp(problem, request.getMethod(), path)) {
      return problem;
    }
    byte[] body = BodyKeeper.bodyOf(request);
    try {
      return advisor.advise(
          new ActionList.Item(request.getMethod(), path, body.length == 0 ? null : json.read(body)),
          problem);
    } catch (ProblemException e) {
      return problem;
    } catch (RuntimeException e) {
      LOG.error("no advice for {} {}", request.getMethod(), path, e);
      return problem;
    }
  }

  @ExceptionHandler(BlockException.class)
  ResponseEntity<Problem> broke(BlockException e) {
    return answer(BlockProblems.of(e));
  }

  @ExceptionHandler(MethodArgumentTypeMismatchException.class)
  ResponseEntity<Problem> wrongParameter(MethodArgumentTypeMismatchException e) {
    String detail = "parameter '" + e.getName() + "' cannot be '" + e.getValue() + "'";
    return answer(
        Problem.of(ProblemKind.INVALID_PARAMETER, detail)
            .with(List.of(new Problem.FieldError(e.getName(), detail))));
  }

  @ExceptionHandler(HttpMessageNotReadableException.class)
  ResponseEntity<Problem> unreadable(HttpMessageNotReadableException e) {
    return answer(
        Problem.of(ProblemKind.UNREADABLE_REQUEST, "the body is missing or cannot be read"));
  }

  /// The client went away: nobody is left to answer.
  @ExceptionHandler(AsyncRequestNotUsableException.class)
  void gone(AsyncRequestNotUsableException e) {
    LOG.debug("a client went away: {}", e.getMessage());
  }

  @ExceptionHandler(Exception.class)
  ResponseEntity<Problem> other(Exception e, HttpServletRequest request) {
    if (e instanceof ErrorResponse response) {
      return answer(known(response), response.getHeaders());
    }
    LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
    return answer(
        Problem.of(ProblemKind.INTERNAL, "the service made a mistake; its log says which"));
  }

  private static Problem known(ErrorResponse response) {
    HttpStatusCode status = response.getStatusCode();
    String detail = String.valueOf(response.getBody().getDetail());
    return switch (status.value()) {
      case 404 -> Problem.of(ProblemKind.NOT_FOUND, detail);
      case 405 -> Problem.of(ProblemKind.METHOD_NOT_ALLOWED, detail);
      case 406 -> Problem.of(ProblemKind.NOT_ACCEPTABLE, detail);
      case 413 -> Problem.of(ProblemKind.BODY_TOO_LARGE, detail);
      case 415 -> Problem.of(ProblemKind.UNSUPPORTED_MEDIA_TYPE, detail);
      case 503 -> Problem.of(ProblemKind.BUSY, detail);
      default ->
          Problem.of(
              status.is4xxClientError() ? ProblemKind.INVALID_PARAMETER : ProblemKind.INTERNAL,
              detail);
    };
  }

  private static ResponseEntity<Problem> answer(Problem problem) {
    return answer(problem, HttpHeaders.EMPTY);
  }

  private static ResponseEntity<Problem> answer(Problem problem, HttpHeaders headers) {
    return ResponseEntity.status(problem.status())
        .headers(headers)
        .contentType(MediaType.parseMediaType(Problem.MEDIA_TYPE))
        .body(problem);
  }
}
