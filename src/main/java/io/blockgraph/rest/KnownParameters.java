package io.blockgraph.rest;

import io.blockgraph.driver.NearestWord;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.util.UriComponentsBuilder;

/// Refuses requests with parameters that nobody would look at. A change that is asked for with
/// `dryrun=true`, or where there is no dry run, would else be made; one with an `If-Match` that
/// nobody compares would be made at any revision.
final class KnownParameters implements HandlerInterceptor {
  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    if (handler instanceof HandlerMethod method && isOurs(method)) {
      if (request.getQueryString() instanceof String query) {
        List<String> known = known(method);
        given(query).forEach((name, values) -> check(name, values.size(), known));
      }
      boolean changes = !HttpMethod.GET.matches(request.getMethod());
      if (changes
          && !AskResolver.isAsked(method)
          && request.getHeader(HttpHeaders.IF_MATCH) != null) {
        throw Answers.parameter(
            HttpHeaders.IF_MATCH, "this request compares no revision: it takes no If-Match");
      }
    }
    return true;
  }

  private static boolean isOurs(HandlerMethod method) {
    return method.getBeanType().getPackageName().equals(KnownParameters.class.getPackageName());
  }

  private static Map<String, List<String>> given(String query) {
    return UriComponentsBuilder.newInstance().query(query).build().getQueryParams();
  }

  private static void check(String name, int times, List<String> known) {
    if (times > 1) {
      throw Answers.parameter(name, "parameter '" + name + "' is given " + times + " times");
    }
    if (known.contains(name)) {
      return;
    }
    String meant =
        NearestWord.of(name, known).map(word -> "; did you mean '" + word + "'?").orElse("");
    throw Answers.parameter(
        name,
        name.equals(AskResolver.DRY_RUN)
            ? "this request cannot be tried out: it takes no dryRun, and nothing was done"
            : "there is no parameter '" + name + "' here" + meant + takes(known));
  }

  private static String takes(List<String> known) {
    return known.isEmpty() ? "" : " (there are " + String.join(", ", known) + ")";
  }

  private static List<String> known(HandlerMethod method) {
    List<String> names = new ArrayList<>();
    for (MethodParameter parameter : method.getMethodParameters()) {
      if (parameter.hasParameterAnnotation(RequestParam.class)) {
        // The names of parameters are compiled in: Spring reads them, too.
        names.add(parameter.getParameter().getName());
      }
    }
    if (AskResolver.isAsked(method)) {
      names.add(AskResolver.DRY_RUN);
    }
    return names;
  }
}
