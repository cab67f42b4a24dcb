package io.blockgraph.export.nbd;

import io.blockgraph.block.ScratchBuffers;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The memory that the connections of a server share for moving bytes.
///
/// @param sideBuffers lends those that [SideReads] answers from
/// @param readers threads of all connections for [SideReads]; refuses work when none is left
/// @param polling how many more connections may poll their sockets, see [PollingChannel]
/// @param buffers lends buffers that hold [NbdLimits.Transfer#bufferBytes] of data and the headers
///   before them
/// @param largePayloads counts what is held beyond those
record Transfers(
    NbdLimits.Transfer limits,
    ScratchBuffers buffers,
    LargePayloads largePayloads,
    ScratchBuffers sideBuffers,
    ThreadPoolExecutor readers,
    Semaphore polling) {
  private static final int HEADERS_BYTES = 4096;
  private static final int KEPT_BUFFERS = 16;
  private static final int READERS = 64;
  private static final int READERS_IDLE_SECONDS = 10;

  static Transfers of(NbdLimits all) {
    NbdLimits.Transfer limits = all.transfer();
    return new Transfers(
        limits,
        new ScratchBuffers(limits.bufferBytes() + (long) HEADERS_BYTES, KEPT_BUFFERS),
        new LargePayloads(limits.largePayloadsBytes()),
        new ScratchBuffers(SideReads.MOST_BYTES + (long) HEADERS_BYTES, READERS),
        new ThreadPoolExecutor(
            0,
            READERS,
            READERS_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            all.stack().thread().name("nbd-reader").factory()),
        PollingChannel.permitsFor(Runtime.getRuntime().availableProcessors()));
  }
}
