package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// How often each cluster of a file is referenced, in one byte per cluster where that is enough.
///
/// Memory is taken only for stretches of clusters in which one is referenced, and never more than
/// allowed: an image may claim any size. One thread.
final class ClusterCounts {
  /// Clusters for which memory is taken together.
  static final int PAGE = 1024;

  private static final int OVERHEAD_BYTES = 96;
  private static final int WIDE = 255;

  private final long maxCount;
  private final long maxBytes;
  private final Map<Long, Page> pages = new HashMap<>();
  private long bytes;
  private long highest = -1;
  private long lastIndex = -1;
  private @Nullable Page last;

  /// Counts up to `maxCount`, in at most `maxBytes` of memory.
  ClusterCounts(long maxCount, long maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  /// Adds references and returns how many did not fit below the largest count.
  ///
  /// @throws BlockException UNSUPPORTED when the counters would take more memory than allowed
  long add(long cluster, long times) {
    Page page = page(cluster / PAGE);
    int at = (int) (cluster % PAGE);
    long before = page.get(at);
    long added = Math.min(times, maxCount - before);
    if (before + added >= WIDE && page.wide == null) {
      take(PAGE * 7L);
      page.widen();
    }
    page.set(at, before + added);
    highest = Math.max(highest, cluster);
    return times - added;
  }

  /// The references counted so far.
  long get(long cluster) {
    Page page = pages.get(cluster / PAGE);
    return page == null ? 0 : page.get((int) (cluster % PAGE));
  }

  /// The last cluster ever referenced; -1 when there is none.
  long highest() {
    return highest;
  }

  /// The first clusters of all stretches that may hold a referenced one, in order.
  LongStream stretches() {
    return pages.keySet().stream().mapToLong(index -> index * PAGE).sorted();
  }

  private Page page(long index) {
    if (index == lastIndex && last != null) {
      return last;
    }
    Page page = pages.get(index);
    if (page == null) {
      take(PAGE + OVERHEAD_BYTES);
      page = new Page();
      pages.put(index, page);
    }
    lastIndex = index;
    last = page;
    return page;
  }

  private void take(long more) {
    bytes += more;
    if (bytes > maxBytes) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          "counting the references of this image takes more than " + maxBytes + " bytes of memory");
    }
  }

  private static final class Page {
    private byte[] narrow = new byte[PAGE];
    private long @Nullable [] wide;

    long get(int at) {
      return wide == null ? Byte.toUnsignedLong(narrow[at]) : wide[at];
    }

    void set(int at, long value) {
      if (wide == null) {
        narrow[at] = (byte) value;
      } else {
        wide[at] = value;
      }
    }

    void widen() {
      long[] widened = new long[PAGE];
      Arrays.setAll(widened, at -> Byte.toUnsignedLong(narrow[at]));
      wide = widened;
      narrow = new byte[0];
    }
  }
}
