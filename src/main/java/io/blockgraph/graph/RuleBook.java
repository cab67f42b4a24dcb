package io.blockgraph.graph;

import java.util.Optional;

/// The rules of every driver there is.
public interface RuleBook {
  /// The rules of `driver`; empty when there is no such driver.
  Optional<DriverRules> rulesOf(DriverName driver);
}
