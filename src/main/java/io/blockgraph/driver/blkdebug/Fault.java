package io.blockgraph.driver.blkdebug;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.ByteRange;
import io.blockgraph.graph.Options;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/// An error that waits for a request to strike. Any thread.
final class Fault {
  /// The bytes of the unit that `sector` counts.
  static final long SECTOR_BYTES = 512;

  /// The largest sector that has an offset.
  static final long MAX_SECTOR = Long.MAX_VALUE / SECTOR_BYTES - 1;

  private final Operation operation;
  private final ByteRange where;
  private final Errno errno;
  private final boolean immediately;
  private final boolean once;
  private final AtomicBoolean spent = new AtomicBoolean();

  /// @param item one element of the option `injectError`, validated
  Fault(Map<String, ?> item) {
    Options options = new Options(Map.copyOf(item));
    operation = Operation.of(options.text("operation").orElseThrow());
    where = range(options);
    errno = Errno.valueOf(options.text("errno").orElse(Errno.EIO.name()));
    immediately = options.flag("immediately", true);
    once = options.flag("once", false);
  }

  /// Without a place it strikes everywhere; `sector` is short for an offset and a length.
  private static ByteRange range(Options options) {
    if (options.number("sector").isPresent()) {
      return new ByteRange(options.number("sector").get() * SECTOR_BYTES, SECTOR_BYTES);
    }
    long offset = options.number("offset").orElse(0L);
    return new ByteRange(offset, options.number("length").orElse(Long.MAX_VALUE - offset));
  }

  /// Whether the child is left alone; else the error comes after the child has done its work.
  boolean immediately() {
    return immediately;
  }

  /// Whether it strikes this request; if it strikes but once, then this was it.
  boolean strikes(Operation asked, ByteRange range) {
    boolean hit = asked == operation && (!asked.hasPlace() || where.overlaps(range));
    return hit && (once ? spent.compareAndSet(false, true) : true);
  }

  BlockException error(ByteRange range) {
    return new BlockException(
        errno.kind,
        "injected "
            + errno
            + " into "
            + operation.word()
            + " at offset "
            + range.offset()
            + ", length "
            + range.length());
  }

  /// What can be made to fail.
  enum Operation {
    READ("read"),
    WRITE("write"),
    WRITE_ZEROES("write-zeroes"),
    DISCARD("discard"),
    FLUSH("flush"),
    RESIZE("resize"),
    EXTENTS("extents");

    private final String word;

    Operation(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }

    boolean hasPlace() {
      return this != FLUSH && this != RESIZE;
    }

    static List<String> words() {
      return Arrays.stream(values()).map(Operation::word).toList();
    }

    static Operation of(String word) {
      return Arrays.stream(values()).filter(o -> o.word.equals(word)).findFirst().orElseThrow();
    }
  }

  /// The error, by the name people know.
  enum Errno {
    EIO(Kind.IO),
    ENOSPC(Kind.NO_SPACE),
    EROFS(Kind.READ_ONLY),
    EACCES(Kind.FORBIDDEN),
    EINVAL(Kind.INVALID),
    EOPNOTSUPP(Kind.UNSUPPORTED),
    ETIMEDOUT(Kind.TIMEOUT),
    EUCLEAN(Kind.CORRUPT);

    private final Kind kind;

    Errno(Kind kind) {
      this.kind = kind;
    }

    static List<String> words() {
      return Arrays.stream(values()).map(Errno::name).toList();
    }
  }
}
