package io.blockgraph.rest;

import io.blockgraph.engine.Ask;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/// Reads how a change is asked for: the header `If-Match` with a revision, the parameter `dryRun`.
final class AskResolver implements HandlerMethodArgumentResolver {
  /// The parameter that asks for a dry run.
  static final String DRY_RUN = "dryRun";

  private static final Pattern REVISION = Pattern.compile("\"(\\d{1,18})\"");

  /// Whether an operation takes `If-Match` and `dryRun`.
  static boolean isAsked(HandlerMethod operation) {
    return Arrays.asList(operation.getMethod().getParameterTypes()).contains(Ask.class);
  }

  @Override
  public boolean supportsParameter(MethodParameter parameter) {
    return parameter.getParameterType() == Ask.class;
  }

  @Override
  public Ask resolveArgument(
      MethodParameter parameter,
      @Nullable ModelAndViewContainer container,
      NativeWebRequest request,
      @Nullable WebDataBinderFactory binders) {
    return new Ask(
        expected(request.getHeader(HttpHeaders.IF_MATCH)), mode(request.getParameter(DRY_RUN)));
  }

  private static OptionalLong expected(@Nullable String header) {
    if (header == null || header.strip().equals("*")) {
      return OptionalLong.empty();
    }
    Matcher revision = REVISION.matcher(header.strip());
    if (!revision.matches()) {
      throw Answers.parameter(
          "If-Match", "If-Match takes one revision in quotes, as in \"17\", not " + header);
    }
    return OptionalLong.of(Long.parseLong(revision.group(1)));
  }

  private static Ask.Mode mode(@Nullable String dryRun) {
    return switch (dryRun) {
      case null -> Ask.Mode.DO;
      case "false" -> Ask.Mode.DO;
      case "true" -> Ask.Mode.DRY_RUN;
      default -> throw Answers.parameter(DRY_RUN, "dryRun is true or false, not '" + dryRun + "'");
    };
  }
}
