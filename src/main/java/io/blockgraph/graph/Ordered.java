package io.blockgraph.graph;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// Values by key, in the order in which the keys came.
///
/// Immutable; any thread. What a change makes of it shares with it all but the way to the change,
/// so that a change costs the logarithm of the size. Walking through all is for those who need all
/// of them: [#values] is made once.
final class Ordered<K, V> {
  private record Entry<V>(long place, V value) {}

  private final PMap<K, Entry<V>> byKey;
  private final PSortedMap<Long, V> byPlace;
  private final long next;

  /// What [#values] has made. Two threads may both make it, and both are right.
  private @Nullable List<V> values;

  private Ordered(PMap<K, Entry<V>> byKey, PSortedMap<Long, V> byPlace, long next) {
    this.byKey = byKey;
    this.byPlace = byPlace;
    this.next = next;
  }

  static <K, V> Ordered<K, V> empty() {
    return new Ordered<>(HashTreePMap.empty(), TreePMap.empty(), 0);
  }

  /// The same with `value` at the place of `key`, which is the last when it has none.
  Ordered<K, V> with(K key, V value) {
    Entry<V> old = byKey.get(key);
    long place = old == null ? next : old.place();
    return new Ordered<>(
        byKey.plus(key, new Entry<>(place, value)),
        byPlace.plus(place, value),
        Math.max(next, place + 1));
  }

  /// The same without `key`; when it comes again, it comes last.
  Ordered<K, V> without(K key) {
    Entry<V> old = byKey.get(key);
    return old == null ? this : new Ordered<>(byKey.minus(key), byPlace.minus(old.place()), next);
  }

  @Nullable V get(K key) {
    Entry<V> entry = byKey.get(key);
    return entry == null ? null : entry.value();
  }

  boolean has(K key) {
    return byKey.containsKey(key);
  }

  boolean isEmpty() {
    return byKey.isEmpty();
  }

  /// A number that is higher for a key that came later.
  long place(K key) {
    Entry<V> entry = byKey.get(key);
    if (entry == null) {
      throw new IllegalArgumentException("'" + key + "' has no place");
    }
    return entry.place();
  }

  /// The values of those of `keys` that are here, in their order.
  List<V> among(Collection<K> keys) {
    return keys.stream()
        .map(byKey::get)
        .filter(Objects::nonNull)
        .sorted(Comparator.comparingLong(Entry::place))
        .map(Entry::value)
        .toList();
  }

  /// All values in their order.
  List<V> values() {
    List<V> all = values;
    if (all == null) {
      all = List.copyOf(byPlace.values());
      values = all;
    }
    return all;
  }
}
