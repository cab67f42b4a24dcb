package io.blockgraph.driver.nulldisk;

import io.blockgraph.driver.Opening;

/// How long a request takes.
record Latency(Opening.Ticker ticker, long nanos) {
  void pass() {
    if (nanos > 0) {
      ticker.sleep(nanos);
    }
  }
}
