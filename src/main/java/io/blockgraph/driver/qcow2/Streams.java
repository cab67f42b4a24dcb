package io.blockgraph.driver.qcow2;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Notices readers that go through the compressed clusters of an image in order, several at once.
/// Any thread.
final class Streams {
  /// So many readers are told apart.
  private static final int MOST = 8;

  /// A request that comes so many clusters late is still of the reader it belongs to.
  private static final long LATE_CLUSTERS = 16;

  private final int enough;
  private final int most;

  /// The one that went on last is at the end.
  private final List<Stream> streams = new ArrayList<>(MOST);

  /// Guest clusters from `first` to `last`, included.
  record Span(long first, long last) {}

  private static final class Stream {
    /// The last cluster a request has needed.
    private long last;

    /// The last one that is read ahead.
    private long ahead;

    /// How many clusters to be ahead: more the longer it goes on, 0 before it ever did.
    private int pace;

    Stream(long last) {
      this.last = last;
      this.ahead = last;
    }
  }

  /// @param enough how many clusters to be ahead of small requests at most
  /// @param most how many clusters to be ahead of all readers together
  Streams(int enough, int most) {
    this.enough = enough;
    this.most = most;
  }

  /// A request needed the clusters from `first` to `last`; answers which to read ahead, if any.
  synchronized @Nullable Span used(long first, long last) {
    Stream stream = find(first);
    if (stream == null) {
      if (streams.size() == MOST) {
        streams.removeFirst();
      }
      streams.add(new Stream(last));
      return null;
    }
    if (last <= stream.last) {
      return null;
    }
    streams.remove(stream);
    streams.add(stream);
    stream.last = last;
    stream.pace = Math.min(most, Math.max(2, 2 * stream.pace));
    return goOn(stream, last - first + 1);
  }

  private @Nullable Stream find(long first) {
    for (int i = streams.size() - 1; i >= 0; i--) {
      Stream stream = streams.get(i);
      if (first <= stream.last + 1 && first >= stream.last - LATE_CLUSTERS) {
        return stream;
      }
    }
    return null;
  }

  /// A new piece when half of what was read ahead is used up, so that it is read in few pieces.
  private @Nullable Span goOn(Stream stream, long requested) {
    int share = Math.max(1, most / (int) streams.stream().filter(s -> s.pace > 0).count());
    long wanted = Math.min(share, Math.max(Math.min(enough, stream.pace), requested));
    stream.ahead = Math.max(stream.ahead, stream.last);
    if (stream.ahead - stream.last > wanted / 2) {
      return null;
    }
    Span span = new Span(stream.ahead + 1, stream.last + wanted);
    stream.ahead = span.last;
    return span;
  }
}
