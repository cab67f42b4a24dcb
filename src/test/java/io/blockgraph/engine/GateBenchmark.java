package io.blockgraph.engine;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/// What a request pays at an open gate.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GateBenchmark {
  private final Gate gate = new Gate();

  /// One client.
  @Benchmark
  public boolean throughAlone() {
    return through();
  }

  /// Two requests of one client at the same time, on processors of their own.
  @Benchmark
  @Threads(2)
  public boolean throughBesideAnother() {
    return through();
  }

  private boolean through() {
    boolean in = gate.enter(1_000);
    gate.exit();
    return in;
  }
}
