package io.blockgraph.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The body of a request for several requests: `{"actions": [{"method", "path", "body"}, ...]}`.
final class ActionList {
  static final int MOST = 100;

  static final List<String> METHODS = List.of("POST", "PUT", "PATCH", "DELETE");

  private static final Set<String> MEMBERS = Set.of("method", "path", "body");

  private ActionList() {}

  /// One element, as it stands.
  ///
  /// @param body null when none was given
  record Item(String method, String path, @Nullable Object body) {}

  /// The elements in order.
  ///
  /// @throws ProblemException INVALID_REQUEST with a pointer to the place that is wrong
  static List<Item> read(@Nullable Object body) {
    if (!(body instanceof Map<?, ?> members)
        || !members.keySet().equals(Set.of("actions"))
        || !(members.get("actions") instanceof List<?> actions)) {
      throw Answers.field("/actions", "give an object with nothing but 'actions', a list");
    }
    if (actions.isEmpty() || actions.size() > MOST) {
      throw Answers.field(
          "/actions", "a list of 1 to " + MOST + " actions; there are " + actions.size());
    }
    List<Item> items = new ArrayList<>();
    for (Object action : actions) {
      items.add(item("/actions/" + items.size(), action));
    }
    return items;
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
