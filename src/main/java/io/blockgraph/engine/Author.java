package io.blockgraph.engine;

/// Who asks for the changes of a thread, for the history. Whoever says nothing is the service
/// itself: jobs, restarts.
public final class Author {
  /// The service itself.
  public static final String SERVICE = "service";

  private static final ScopedValue<String> NAME = ScopedValue.newInstance();

  private Author() {}

  /// Does `work` in the name of `who`.
  public static <T, X extends Throwable> T as(String who, ScopedValue.CallableOp<T, X> work)
      throws X {
    return ScopedValue.where(NAME, who).call(work);
  }

  /// Who it is on this thread.
  public static String current() {
    return NAME.orElse(SERVICE);
  }
}
