package io.blockgraph.driver.throttle;

/// How fast something may flow.
///
/// @param perSecond units per second in the long run; 0 for no limit
/// @param burstPerSecond units per second in a burst; 0 for none beyond a tenth of a second's worth
/// @param burstSeconds how long a burst may last
record Rate(long perSecond, long burstPerSecond, long burstSeconds) {
  /// No limit.
  static final Rate UNLIMITED = new Rate(0, 0, 1);

  boolean isLimited() {
    return perSecond > 0;
  }

  /// How many units may be ahead of the long-run rate: a whole burst, or a tenth of a second.
  double capacity() {
    return burstPerSecond > 0 ? (double) burstPerSecond * burstSeconds : perSecond / 10.0;
  }

  /// The limit on the burst itself, where it lasts longer than a second and so could come all at
  /// once.
  Rate ofBurst() {
    return burstPerSecond > 0 && burstSeconds > 1 ? new Rate(burstPerSecond, 0, 1) : UNLIMITED;
  }
}
