package io.blockgraph.driver;

import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.RuleBook;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The drivers there are. Immutable.
public final class DriverRegistry implements RuleBook {
  private final Map<DriverName, Driver> drivers;

  /// A registry of `drivers`.
  ///
  /// @throws IllegalArgumentException when two have the same name
  public DriverRegistry(Collection<? extends Driver> drivers) {
    Map<DriverName, Driver> byName = new LinkedHashMap<>();
    for (Driver driver : drivers) {
      if (byName.put(driver.name(), driver) != null) {
        throw new IllegalArgumentException("two drivers are named '" + driver.name() + "'");
      }
    }
    this.drivers = Collections.unmodifiableMap(byName);
  }

  /// The driver of that name.
  public Optional<Driver> find(DriverName name) {
    return Optional.ofNullable(drivers.get(name));
  }

  /// All of them, in order.
  public Collection<Driver> all() {
    return drivers.values();
  }

  @Override
  public Optional<DriverRules> rulesOf(DriverName driver) {
    return find(driver).map(Driver::rules);
  }
}
