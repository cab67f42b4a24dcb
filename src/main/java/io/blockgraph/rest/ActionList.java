package io.blockgraph.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The body of a request for several requests: `{"actions": [{"method", "path", "body"}, ...]}`,
/// and perhaps `completionMode`.
final class ActionList {
  static final int MOST = 100;

  static final List<String> METHODS = List.of("POST", "PUT", "PATCH", "DELETE");

  private static final Set<String> MEMBERS = Set.of("method", "path", "body");

  private static final Set<String> KNOWN = Set.of("actions", "completionMode");

  private ActionList() {}

  /// One element, as it stands.
  ///
  /// @param body null when none was given
  record Item(String method, String path, @Nullable Object body) {}

  /// A list of requests.
  ///
  /// @param completion how jobs that it starts end
  record Listed(List<Item> items, Completion completion) {}

  /// How the jobs that a transaction starts end.
  enum Completion {
    /// Each by itself.
    INDIVIDUAL,
    /// As one.
    GROUPED
  }

  /// The problem of the element at `index`, with its place: what the element's own request would
  /// point to in its body, or else the element.
  static Problem at(int index, Problem problem) {
    String place = "/actions/" + index;
    List<Problem.FieldError> errors =
        problem.errors().stream()
            .map(
                error ->
                    new Problem.FieldError(
                        error.pointer().startsWith("/") || error.pointer().isEmpty()
                            ? place + "/body" + error.pointer()
                            : place,
                        error.detail()))
            .toList();
    return problem.with(
        errors.isEmpty()
            ? List.of(new Problem.FieldError(place, String.valueOf(problem.detail())))
            : errors);
  }

  private static Completion completion(@Nullable Object mode) {
    if (mode == null || mode.equals("individual")) {
      return Completion.INDIVIDUAL;
    }
    if (mode.equals("grouped")) {
      return Completion.GROUPED;
    }
    throw Answers.field("/completionMode", "completionMode is 'individual' or 'grouped'");
  }

  /// The elements in order.
  ///
  /// @throws ProblemException INVALID_REQUEST with a pointer to the place that is wrong
  static Listed read(@Nullable Object body) {
    if (!(body instanceof Map<?, ?> members)
        || !KNOWN.containsAll(members.keySet())
        || !(members.get("actions") instanceof List<?> actions)) {
      throw Answers.field(
          "/actions",
          "give an object with 'actions', a list, and nothing else but perhaps 'completionMode'");
    }
    if (actions.isEmpty() || actions.size() > MOST) {
      throw Answers.field(
          "/actions", "a list of 1 to " + MOST + " actions; there are " + actions.size());
    }
    List<Item> items = new ArrayList<>();
    for (Object action : actions) {
      items.add(item("/actions/" + items.size(), action));
    }
    return new Listed(items, completion(members.get("completionMode")));
  }

  private static Item item(String pointer, @Nullable Object action) {
    if (!(action instanceof Map<?, ?> members) || !MEMBERS.containsAll(members.keySet())) {
      throw Answers.field(pointer, "an action has a method, a path and perhaps a body");
    }
    String method = text(pointer + "/method", members.get("method"));
    if (!METHODS.contains(method)) {
      throw Answers.field(pointer + "/method", "a method is one of " + METHODS + ", not " + method);
    }
    return new Item(method, text(pointer + "/path", members.get("path")), members.get("body"));
  }

  private static String text(String pointer, @Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw Answers.field(pointer, "a text is needed here");
  }
}
