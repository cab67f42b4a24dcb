package io.blockgraph.job.copy;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/// Looks a constant up by the word it has over HTTP.
public final class Words {
  private Words() {}

  /// The constant of that word.
  public static <E> Optional<E> find(E[] values, Function<E, String> word, String wanted) {
    return Arrays.stream(values).filter(value -> word.apply(value).equals(wanted)).findFirst();
  }
}
