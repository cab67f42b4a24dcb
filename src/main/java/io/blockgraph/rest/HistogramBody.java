package io.blockgraph.rest;

import io.blockgraph.engine.Bins;
import io.blockgraph.engine.NodeTraffic.Operation;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The body of a request for histograms: for each kind of request its boundaries in nanoseconds.
final class HistogramBody {
  /// So many boundaries a kind can have: each is a series of the metrics.
  static final int MOST = 32;

  /// A boundary is at most an hour.
  static final long MOST_NANOS = 3_600_000_000_000L;

  private HistogramBody() {}

  /// The kinds there are, as members of the body.
  static List<String> members() {
    return Arrays.stream(Operation.values()).map(HistogramBody::member).toList();
  }

  private static String member(Operation operation) {
    return operation == Operation.WRITE_ZEROES ? "writeZeroes" : operation.word();
  }

  static Bins read(@Nullable Object body) {
    if (!(body instanceof Map<?, ?> given)) {
      throw Answers.field("", "wants an object with boundaries for " + members());
    }
    for (Object name : given.keySet()) {
      if (!members().contains(String.valueOf(name))) {
        throw Answers.field("/" + name, "there is no '" + name + "'; there are " + members());
      }
    }
    Map<Operation, List<Long>> bounds = new EnumMap<>(Operation.class);
    for (Operation operation : Operation.values()) {
      if (given.containsKey(member(operation))) {
        bounds.put(operation, boundaries("/" + member(operation), given.get(member(operation))));
      }
    }
    return new Bins(bounds);
  }

  private static List<Long> boundaries(String pointer, @Nullable Object given) {
    if (!(given instanceof List<?> list) || list.isEmpty() || list.size() > MOST) {
      throw Answers.field(pointer, "wants a list of 1 to " + MOST + " boundaries");
    }
    List<Long> boundaries = new ArrayList<>();
    for (Object element : list) {
      String at = pointer + "/" + boundaries.size();
      long boundary = boundary(at, element);
      if (!boundaries.isEmpty() && boundary <= boundaries.getLast()) {
        throw Answers.field(at, boundary + " is not more than the boundary before it");
      }
      boundaries.add(boundary);
    }
    return boundaries;
  }

  private static long boundary(String pointer, @Nullable Object element) {
    boolean whole =
        element instanceof Integer || element instanceof Long || element instanceof BigInteger;
    BigInteger value = whole ? new BigInteger(String.valueOf(element)) : BigInteger.ZERO;
    if (value.signum() <= 0 || value.compareTo(BigInteger.valueOf(MOST_NANOS)) > 0) {
      throw Answers.field(pointer, "wants whole nanoseconds from 1 to " + MOST_NANOS);
    }
    return value.longValueExact();
  }
}
