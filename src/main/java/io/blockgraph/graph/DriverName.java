package io.blockgraph.graph;

/// The name of a driver, as a caller writes it: `file`, `qcow2`, `copy-on-read`.
public record DriverName(String value) {
  @Override
  public String toString() {
    return value;
  }
}
