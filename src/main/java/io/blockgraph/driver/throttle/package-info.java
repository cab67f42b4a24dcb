/// The driver `throttle`: a filter that slows requests down to given rates.
@NullMarked
package io.blockgraph.driver.throttle;

import org.jspecify.annotations.NullMarked;
