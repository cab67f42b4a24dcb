package io.blockgraph;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FirstTest {
  @Test
  void runsOnJava25WithAssertionsOn() {
    assertThat(Runtime.version().feature()).isGreaterThanOrEqualTo(25);
    assertThat(getClass().desiredAssertionStatus()).isTrue();
  }
}
