package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.nbd.Wire;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// One request and what comes of it.
///
/// The caller waits in [#await] and does nothing else with it meanwhile; all it is told comes from
/// the thread that receives. So the caller's memory is never touched after the wait has ended.
final class Exchange {
  /// What came of sending it.
  sealed interface Outcome {
    /// Done.
    record Done() implements Outcome {}

    /// The server said no, or nothing can be done any more.
    record Failed(BlockException why) implements Outcome {}

    /// The connection ended first; it may be sent once more.
    record Lost() implements Outcome {}
  }

  /// @param number of the command
  /// @param flags with which it is sent
  record Command(int number, int flags) {
    boolean changes() {
      return number == Wire.COMMAND_WRITE
          || number == Wire.COMMAND_WRITE_ZEROES
          || number == Wire.COMMAND_TRIM;
    }

    boolean has(int flag) {
      return (flags & flag) != 0;
    }
  }

  final Command command;
  final ByteRange range;

  /// What is written, or where to what is read goes; empty for other commands.
  final MemorySegment memory;

  /// What a server told of the range, for BLOCK_STATUS.
  final List<Extent> extents = new ArrayList<>();

  /// When the caller began to wait.
  final long begunNanos;

  /// Under the lock of the [Line]: whether it waits to be sent once more, before all others.
  boolean survivor;

  /// Under the lock of the [Line]: whether an overlapping change was sent behind it.
  boolean overtaken;

  /// Under the lock of the [Line]: how much had been acknowledged when it was sent.
  long acknowledgedBefore;

  /// Of the receiving thread: what of a read has come.
  Coverage coverage = new Coverage();

  private @Nullable BlockException refusal;
  private CountDownLatch ended = new CountDownLatch(1);
  private volatile Outcome outcome = new Outcome.Lost();

  Exchange(Command command, ByteRange range, MemorySegment memory, long begunNanos) {
    this.command = command;
    this.range = range;
    this.memory = memory;
    this.begunNanos = begunNanos;
  }

  /// Forgets what came of it when it was sent before.
  ///
  /// @param mark how far it reaches, if it is a flush
  void begin(long mark) {
    acknowledgedBefore = mark;
    extents.clear();
    coverage = new Coverage();
    refusal = null;
    overtaken = false;
    ended = new CountDownLatch(1);
  }

  /// By the receiver: the server says no; more may follow before that is all.
  void refuse(BlockException why) {
    if (refusal == null) {
      refusal = why;
    }
  }

  /// By the receiver: the server has said all.
  Outcome said() {
    return refusal == null ? new Outcome.Done() : new Outcome.Failed(refusal);
  }

  /// Whether it is a change that was made and that only a flush makes durable.
  boolean needsFlush() {
    return command.changes() && !command.has(Wire.FUA) && refusal == null;
  }

  /// Wakes the caller.
  void end(Outcome what) {
    outcome = what;
    ended.countDown();
  }

  /// Waits for the end, which is sure to come: the line sees to it. An interrupt does not end the
  /// wait, for the memory is in use.
  Outcome await() {
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return outcome;
  }
}
