package io.blockgraph.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.blockgraph.block.BlockException;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// Judges of failures.
final class Failures {
  private Failures() {}

  /// Fails unless `call` fails with this kind; gives the message for more questions.
  static AbstractStringAssert<?> assertFails(BlockException.Kind kind, ThrowingCallable call) {
    BlockException failure = catchThrowableOfType(BlockException.class, call);
    assertThat(failure).as("failed").isNotNull();
    assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
    return assertThat(failure.getMessage());
  }
}
