package io.blockgraph.export.nbd;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What a connection has moved. Any thread.
final class ClientCounters {
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong readBytes = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong writtenBytes = new AtomicLong();
  private final AtomicLong others = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private volatile @Nullable String lastError;

  void served(Request request) {
    switch (request.command()) {
      case READ -> {
        add(reads, 1);
        add(readBytes, request.length());
      }
      case WRITE -> {
        add(writes, 1);
        add(writtenBytes, request.length());
      }
      case FLUSH, TRIM, WRITE_ZEROES, BLOCK_STATUS, CACHE, DISC, UNKNOWN -> add(others, 1);
    }
  }

  void failed(String what) {
    add(failures, 1);
    lastError = what;
  }

  NbdClient.Traffic traffic() {
    return new NbdClient.Traffic(
        reads.get(),
        readBytes.get(),
        writes.get(),
        writtenBytes.get(),
        others.get(),
        failures.get());
  }

  Optional<String> lastError() {
    return Optional.ofNullable(lastError);
  }

  private static void add(AtomicLong counter, long more) {
    counter.getAndAdd(more);
  }
}
