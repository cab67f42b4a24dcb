package io.blockgraph.rest;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One thing that may help against a refusal; whether it does is tried out.
sealed interface Remedy {
  /// What it is, as advice: `close export 'e'`.
  String advice();

  /// A request to make first.
  record First(String advice, ActionList.Item request) implements Remedy {}

  /// Another request that comes to the same, in place of the one that was refused.
  record Instead(String advice, ActionList.Item request) implements Remedy {}

  /// Another value of a member of the request's body; null takes the member out.
  record Say(String advice, String member, @Nullable Object value) implements Remedy {
    /// The request with it.
    ActionList.Item in(ActionList.Item request) {
      Map<String, @Nullable Object> body = new LinkedHashMap<>();
      if (request.body() instanceof Map<?, ?> given) {
        given.forEach((name, old) -> body.put(String.valueOf(name), old));
      }
      if (value == null) {
        body.remove(member);
      } else {
        body.put(member, value);
      }
      return new ActionList.Item(request.method(), request.path(), body);
    }
  }
}
