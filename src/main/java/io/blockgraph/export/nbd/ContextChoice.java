package io.blockgraph.export.nbd;

import java.util.List;
import java.util.stream.IntStream;

/// The contexts of one export that a client has chosen, by their numbers: the first is 1.
///
/// @param export the name the client chose them for
/// @param numbers in order
record ContextChoice(String export, List<Integer> numbers) {
  /// Nothing of anything.
  static final ContextChoice NONE = new ContextChoice("", List.of());

  private static final List<String> NAMESPACES =
      List.of("base:", "qemu:", StatusContext.Dirty.PREFIX);

  /// What a client chooses by naming contexts.
  static ContextChoice named(String export, List<StatusContext> offered, List<String> queries) {
    return of(export, offered, queries::contains);
  }

  /// What a client asks about: also by namespaces, and all when it names none.
  static ContextChoice listed(String export, List<StatusContext> offered, List<String> queries) {
    return of(
        export,
        offered,
        name ->
            queries.isEmpty()
                || queries.contains(name)
                || NAMESPACES.stream()
                    .anyMatch(space -> queries.contains(space) && name.startsWith(space)));
  }

  private interface Wanted {
    boolean is(String name);
  }

  private static ContextChoice of(String export, List<StatusContext> offered, Wanted wanted) {
    return new ContextChoice(
        export,
        IntStream.rangeClosed(1, offered.size())
            .filter(number -> wanted.is(offered.get(number - 1).name()))
            .boxed()
            .toList());
  }

  /// This choice, if it was made for that export.
  ContextChoice madeFor(String other) {
    return export.equals(other) ? this : NONE;
  }
}
