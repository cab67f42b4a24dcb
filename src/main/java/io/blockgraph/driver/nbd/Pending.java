package io.blockgraph.driver.nbd;

import io.blockgraph.nbd.ProtocolBroken;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// The requests that are under way over one connection. Any thread.
final class Pending {
  private final Map<Long, Sent> byCookie = new LinkedHashMap<>();
  private long lastCookie;

  private record Sent(Exchange exchange, long atNanos) {}

  /// Takes in a request, which is sent next; answers its cookie.
  ///
  /// Two changes of the same bytes that are under way at once end in either order, and nobody knows
  /// in which they did when the connection is lost: neither may then be made once more.
  synchronized long add(Exchange exchange, long nowNanos) {
    if (exchange.command.changes()) {
      for (Sent other : byCookie.values()) {
        Exchange earlier = other.exchange();
        if (earlier.command.changes() && earlier.range.overlaps(exchange.range)) {
          earlier.overtaken = true;
          exchange.overtaken = true;
        }
      }
    }
    lastCookie++;
    byCookie.put(lastCookie, new Sent(exchange, nowNanos));
    return lastCookie;
  }

  synchronized boolean hasRoom() {
    return byCookie.size() < Limits.IN_FLIGHT;
  }

  /// The request that a server says it answers.
  synchronized Exchange get(long cookie) throws ProtocolBroken {
    Sent sent = byCookie.get(cookie);
    if (sent == null) {
      throw new ProtocolBroken(
          "a reply to a request that was not made: cookie 0x" + Long.toHexString(cookie));
    }
    return sent.exchange();
  }

  synchronized void remove(long cookie) {
    byCookie.remove(cookie);
  }

  /// When the request was sent that waits longest.
  synchronized OptionalLong oldestNanos() {
    return byCookie.values().stream().mapToLong(Sent::atNanos).findFirst();
  }

  /// The requests that will not be answered any more, in the order they were sent.
  synchronized List<Exchange> drain() {
    List<Exchange> left = new ArrayList<>();
    byCookie.values().forEach(sent -> left.add(sent.exchange()));
    byCookie.clear();
    return left;
  }
}
