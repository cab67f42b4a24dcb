package io.blockgraph.rest;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Type;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;

/// Keeps the body of a request until it is answered, so that a refusal can tell what to ask
/// instead.
@RestControllerAdvice
final class BodyKeeper extends RequestBodyAdviceAdapter {
  private static final String ATTRIBUTE = BodyKeeper.class.getName();

  @Override
  public boolean supports(
      MethodParameter parameter,
      Type target,
      Class<? extends HttpMessageConverter<?>> converterType) {
    return target == byte[].class;
  }

  @Override
  public Object afterBodyRead(
      Object body,
      HttpInputMessage message,
      MethodParameter parameter,
      Type target,
      Class<? extends HttpMessageConverter<?>> converterType) {
    RequestContextHolder.currentRequestAttributes()
        .setAttribute(ATTRIBUTE, body, RequestAttributes.SCOPE_REQUEST);
    return body;
  }

  /// The body of a request; empty when there was none.
  static byte[] bodyOf(HttpServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof byte[] body ? body : new byte[0];
  }
}
