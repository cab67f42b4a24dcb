package io.blockgraph.rest;

import io.blockgraph.driver.DriverRegistry;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.tags.Tag;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.MediaType;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/// Completes what springdoc reads from the controllers: paths, operation ids, summaries and
/// parameters are its own; bodies, answers, problems and schemas come from the specifications that
/// validate requests and the records that are answered.
///
/// The result depends on nothing but the code: not on the request it is asked with, not on the
/// order beans are made in.
final class ApiDocument implements GlobalOpenApiCustomizer {
  private final DriverRegistry drivers;
  private final ObjectProvider<RequestMappingHandlerMapping> routes;

  ApiDocument(DriverRegistry drivers, ObjectProvider<RequestMappingHandlerMapping> routes) {
    this.drivers = drivers;
    this.routes = routes;
  }

  @Override
  public void customise(OpenAPI document) {
    RecordSchemas answers = new RecordSchemas();
    answers.reference(Problem.class);
    ApiAnswers operations = new ApiAnswers(answers);
    Map<String, Route> known = routes();
    Map<String, PathItem> paths = new TreeMap<>(document.getPaths());
    for (PathItem path : paths.values()) {
      path.readOperations().forEach(operation -> complete(operation, known, operations));
    }
    Paths sorted = new Paths();
    paths.forEach(sorted::addPathItem);
    document.setPaths(sorted);
    document.setComponents(components(answers));
    document.setTags(tags(document));
  }

  /// A method that answers, and what it answers with.
  record Route(HandlerMethod method, List<MediaType> produces, List<MediaType> consumes) {
    boolean isAsked() {
      return AskResolver.isAsked(method);
    }
  }

  private Map<String, Route> routes() {
    Map<String, Route> known = new TreeMap<>();
    for (var route : routes.getObject().getHandlerMethods().entrySet()) {
      var named =
          route.getValue().getMethodAnnotation(io.swagger.v3.oas.annotations.Operation.class);
      if (named != null) {
        known.put(named.operationId(), route(route.getKey(), route.getValue()));
      }
    }
    return known;
  }

  private static Route route(RequestMappingInfo info, HandlerMethod method) {
    return new Route(
        method,
        List.copyOf(info.getProducesCondition().getProducibleMediaTypes()),
        List.copyOf(info.getConsumesCondition().getConsumableMediaTypes()));
  }

  private static void complete(
      Operation operation, Map<String, Route> known, ApiAnswers operations) {
    Route route = known.get(operation.getOperationId());
    if (route == null) {
      throw new IllegalStateException(
          "operation '" + operation.getOperationId() + "' does not name its method's operationId");
    }
    ApiParameters.complete(operation, route.isAsked());
    operations.complete(operation, route);
  }

  private Components components(RecordSchemas answers) {
    Map<String, io.swagger.v3.oas.models.media.Schema<?>> schemas = new TreeMap<>(answers.all());
    schemas.putAll(new RequestSchemas(drivers).all());
    Components components = new Components();
    schemas.forEach(components::addSchemas);
    ApiProblems.all().forEach(components::addResponses);
    new TreeMap<>(ApiParameters.shared()).forEach(components::addParameters);
    return components;
  }

  private static List<Tag> tags(OpenAPI document) {
    return document.getTags().stream()
        .distinct()
        .sorted(Comparator.comparing(Tag::getName))
        .toList();
  }
}
