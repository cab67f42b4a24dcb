package io.blockgraph.bench;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// A qcow2 node over a file node, opened as the service opens them, asked by platform threads.
final class BlockgraphSide {
  private static final int PAGE_BYTES = 4096;
  private static final long DEADLINE_SECONDS = 300;

  /// As many threads as the service has to inflate compressed clusters.
  private static final Executor INFLATING =
      Executors.newFixedThreadPool(
          Runtime.getRuntime().availableProcessors(), Thread.ofPlatform().daemon().factory());

  private final Bench bench;

  BlockgraphSide(Bench bench) {
    this.bench = bench;
  }

  /// Requests per second on an image, without opening and closing it.
  double requestsPerSecond(Load load, Path image) throws InterruptedException, ExecutionException {
    Bench.Opened file =
        bench.open(new FileDriver(), Map.of("filename", image.toString()), Map.of());
    Bench.Opened qcow2 =
        bench.open(new Qcow2Driver(INFLATING), Map.of("file", "f"), Map.of("f", file.disk()));
    try {
      return load.span().ours() / seconds(load, qcow2.disk());
    } finally {
      bench.close(qcow2);
      bench.close(file);
    }
  }

  private static double seconds(Load load, BlockIo disk)
      throws InterruptedException, ExecutionException {
    AtomicLong next = new AtomicLong();
    Callable<Boolean> work = () -> work(load, disk, next);
    try (var threads = (ThreadPoolExecutor) Executors.newFixedThreadPool(load.depth())) {
      threads.prestartAllCoreThreads();
      long start = System.nanoTime();
      for (Future<Boolean> done :
          threads.invokeAll(
              Collections.nCopies(load.depth(), work), DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        done.get();
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  /// Takes the next request until none is left.
  private static boolean work(Load load, BlockIo disk, AtomicLong next) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(load.sizeBytes(), PAGE_BYTES);
      buffer.fill((byte) QemuSide.PATTERN);
      long end = load.span().ours();
      for (long i = next.getAndIncrement(); i < end; i = next.getAndIncrement()) {
        request(load, disk, i, buffer);
      }
      return true;
    }
  }

  private static void request(Load load, BlockIo disk, long number, MemorySegment buffer) {
    if (load.kind().writes()) {
      disk.write(load.offset(number), buffer);
    } else {
      disk.read(load.offset(number), buffer);
    }
    if (load.flushesAfter(number)) {
      disk.flush();
    }
  }
}
