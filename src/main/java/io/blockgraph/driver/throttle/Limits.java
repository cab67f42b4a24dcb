package io.blockgraph.driver.throttle;

import io.blockgraph.graph.Options;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// The limits of a throttled disk.
///
/// @param rates one for each measure; a missing one is unlimited
/// @param iopsSize a request longer than this counts as several; 0 when each counts as one
record Limits(Map<Measure, Rate> rates, long iopsSize) {
  /// What is measured.
  enum Measure {
    IOPS_TOTAL("iopsTotal"),
    IOPS_READ("iopsRead"),
    IOPS_WRITE("iopsWrite"),
    BPS_TOTAL("bpsTotal"),
    BPS_READ("bpsRead"),
    BPS_WRITE("bpsWrite");

    private final String option;

    Measure(String option) {
      this.option = option;
    }

    /// The option of the long-run rate; `Max` and `MaxLength` are appended for bursts.
    String option() {
      return option;
    }

    boolean countsBytes() {
      return this == BPS_TOTAL || this == BPS_READ || this == BPS_WRITE;
    }

    boolean applies(Direction direction) {
      return switch (this) {
        case IOPS_TOTAL, BPS_TOTAL -> true;
        case IOPS_READ, BPS_READ -> direction == Direction.READ;
        case IOPS_WRITE, BPS_WRITE -> direction == Direction.WRITE;
      };
    }
  }

  /// Which way the bytes go; zeroes and discards count as writes.
  enum Direction {
    READ,
    WRITE;

    Direction other() {
      return this == READ ? WRITE : READ;
    }
  }

  /// No limits.
  static final Limits NONE = of(Options.NONE);

  static Limits of(Options options) {
    Map<Measure, Rate> rates = new EnumMap<>(Measure.class);
    for (Measure measure : Measure.values()) {
      rates.put(measure, rate(options, measure.option()));
    }
    return new Limits(rates, options.number("iopsSize").orElse(0L));
  }

  private static Rate rate(Options options, String option) {
    return new Rate(
        options.number(option).orElse(0L),
        options.number(option + "Max").orElse(0L),
        options.number(option + "MaxLength").orElse(1L));
  }

  Rate rate(Measure measure) {
    return rates.getOrDefault(measure, Rate.UNLIMITED);
  }

  /// How many units of `measure` a request of `bytes` is.
  long units(Measure measure, long bytes) {
    if (measure.countsBytes()) {
      return bytes;
    }
    return iopsSize > 0 && bytes > iopsSize ? Math.ceilDiv(bytes, iopsSize) : 1;
  }

  /// What contradicts itself, in a sentence.
  static Optional<String> objection(Options options) {
    Limits limits = of(options);
    return bothTotalAndPart(limits, "iops")
        .or(() -> bothTotalAndPart(limits, "bps"))
        .or(() -> bursts(options));
  }

  private static Optional<String> bothTotalAndPart(Limits limits, String kind) {
    boolean bytes = kind.equals("bps");
    boolean total = limits.rate(bytes ? Measure.BPS_TOTAL : Measure.IOPS_TOTAL).isLimited();
    boolean part =
        limits.rate(bytes ? Measure.BPS_READ : Measure.IOPS_READ).isLimited()
            || limits.rate(bytes ? Measure.BPS_WRITE : Measure.IOPS_WRITE).isLimited();
    return total && part
        ? Optional.of("'" + kind + "Total' excludes '" + kind + "Read' and '" + kind + "Write'")
        : Optional.empty();
  }

  private static Optional<String> bursts(Options options) {
    for (Measure measure : Measure.values()) {
      String name = measure.option();
      Rate rate = rate(options, name);
      if (rate.burstPerSecond() > 0 && rate.burstPerSecond() < rate.perSecond()) {
        return Optional.of(
            "'"
                + name
                + "Max' is "
                + rate.burstPerSecond()
                + ", less than '"
                + name
                + "' ("
                + rate.perSecond()
                + ")");
      }
      if (rate.burstPerSecond() > 0 && !rate.isLimited()) {
        return Optional.of("'" + name + "Max' needs '" + name + "'");
      }
      if (rate.burstSeconds() > 1 && rate.burstPerSecond() == 0) {
        return Optional.of("'" + name + "MaxLength' needs '" + name + "Max'");
      }
    }
    return Optional.empty();
  }
}
