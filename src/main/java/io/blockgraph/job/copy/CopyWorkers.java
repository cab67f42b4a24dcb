package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.job.JobControl;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The threads that copy: several chunks in flight, each with a buffer of its own, all behind the
/// job's gate.
///
/// They are platform threads, because a read or write of a file holds on to the carrier of a
/// virtual thread, and a slow disk would take the carriers away from everybody else. They end when
/// told to, when the job is cancelled, when the job has left the graph, or when one of them fails.
public final class CopyWorkers {
  private static final long REST_WAIT_MS = 200;
  private static final long RETRY_AFTER_MS = 100;
  private static final long BUSY_MS = 5;
  private static final long IDLE_MS = 1_000;
  private static final long JOIN_MS = 30_000;

  /// So many threads copy whatever it takes; the others help when each chunk takes long.
  private static final int ALWAYS = 2;

  private final Work copying;
  private final SpeedLimit speed;
  private final Trouble trouble;
  private final JobControl control;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private final StepPace pace = new StepPace();
  private final Bell second = new Bell();
  private final Bell others = new Bell();
  private final List<Thread> threads = new ArrayList<>();

  /// What is copied, a step at a time. Any number of threads, each with a buffer of its own.
  public interface Work {
    /// Copies a chunk about as long as `buffer`. The caller is behind the job's gate: `disk` stays
    /// what it is until this returns.
    CopyStep step(BlockIo disk, MemorySegment buffer);

    /// Whether there is nothing to copy.
    boolean isClean();

    /// Rings when there is something to copy again.
    Bell bell();
  }

  /// Who decides what a failed step means.
  public interface Trouble {
    /// Deals with it: lets the job rest, or notes that it has failed.
    ///
    /// @return whether the workers go on
    boolean goOnAfter(CopyStep.Failed failure);
  }

  /// Workers that have not begun.
  public CopyWorkers(Work copying, SpeedLimit speed, Trouble trouble, JobControl control) {
    this.copying = copying;
    this.speed = speed;
    this.trouble = trouble;
    this.control = control;
  }

  /// Starts `count` threads that copy through `main` in chunks of `chunkBytes`.
  public void start(String job, GatedDisk main, int count, long chunkBytes) {
    for (int i = 0; i < count; i++) {
      Wanted wanted = wanted(i);
      Thread thread =
          control
              .thread()
              .name("copy-" + job + "-" + i)
              .unstarted(() -> run(main, chunkBytes, wanted));
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  /// What is dirty wakes the first thread alone. Who copies and leaves something to do wakes more.
  private Wanted wanted(int number) {
    BooleanSupplier when = number < ALWAYS ? () -> true : pace::isLong;
    return switch (number) {
      case 0 -> new Wanted(when, copying.bell());
      case 1 -> new Wanted(when, second);
      default -> new Wanted(when, others);
    };
  }

  /// When a thread has to copy.
  ///
  /// @param bell what wakes it
  private record Wanted(BooleanSupplier when, Bell bell) {
    boolean now() {
      return when.getAsBoolean();
    }
  }

  private void run(GatedDisk main, long chunkBytes, Wanted wanted) {
    // It takes no room in a thread that never has to copy.
    try (ScratchBuffers.Lease lease = ScratchBuffers.shared(chunkBytes).borrow()) {
      MemorySegment buffer = lease.first(chunkBytes);
      while (!isStopping()) {
        if (wanted.now()) {
          work(main, buffer, wanted);
        } else {
          awaitWork(wanted);
        }
      }
    } catch (JobControl.Stopped e) {
      tellToStop();
    } catch (RuntimeException | Error e) {
      broken.compareAndSet(null, e);
      tellToStop();
    }
  }

  private void work(GatedDisk main, MemorySegment buffer, Wanted wanted) {
    long debtNanos = speed.begin(buffer.byteSize(), System.nanoTime());
    if (debtNanos > 0) {
      rest(Math.clamp(debtNanos / 1_000_000, 1, REST_WAIT_MS));
      return;
    }
    Stepped stepped = Stepped.NOT;
    try {
      if (control.beginStep(REST_WAIT_MS)) {
        stepped = step(main, buffer);
      }
    } finally {
      speed.end(buffer.byteSize(), stepped.bytes());
    }
    switch (stepped.next()) {
      case GO_ON -> {}
      case AWAIT_WORK -> awaitWork(wanted);
      case RETRY -> rest(RETRY_AFTER_MS);
    }
  }

  /// What is dirty and worked on by others may have to be copied again in a moment.
  private void awaitWork(Wanted wanted) {
    if (wanted.now() && !copying.isClean()) {
      rest(BUSY_MS);
    } else {
      wanted.bell().await(() -> !isStopping() && !(wanted.now() && !copying.isClean()), IDLE_MS);
    }
  }

  private void wakeHelp() {
    if (!copying.isClean()) {
      second.ring();
      if (pace.isLong()) {
        others.ring();
      }
    }
  }

  private void tellToStop() {
    stopping.countDown();
    List.of(copying.bell(), second, others).forEach(Bell::ring);
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  /// Waits, but not after [#stop]: whoever stops the threads waits for their end, with a job that
  /// is as good as over.
  private void rest(long waitMs) {
    try {
      stopping.await(waitMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a job", e);
    }
  }

  /// What a step copied, and what comes after it.
  private record Stepped(long bytes, Next next) {
    static final Stepped NOT = new Stepped(0, Next.GO_ON);
  }

  private enum Next {
    GO_ON,
    AWAIT_WORK,
    RETRY
  }

  private Stepped step(GatedDisk main, MemorySegment buffer) {
    try {
      return after(copy(main, buffer));
    } finally {
      control.endStep();
    }
  }

  private CopyStep timed(BlockIo disk, MemorySegment buffer) {
    long begun = System.nanoTime();
    CopyStep step = copying.step(disk, buffer);
    if (step instanceof CopyStep.Copied) {
      pace.took(System.nanoTime() - begun);
    }
    return step;
  }

  /// One step behind the gate. A gate that stays closed for long is no failure of a disk: the step
  /// is tried again.
  private CopyStep copy(GatedDisk main, MemorySegment buffer) {
    boolean[] inside = new boolean[1];
    try {
      return main.call(
          disk -> {
            inside[0] = true;
            return timed(disk, buffer);
          });
    } catch (BlockException e) {
      if (inside[0]) {
        throw e;
      }
      return new CopyStep.Idle();
    }
  }

  private Stepped after(CopyStep step) {
    return switch (step) {
      case CopyStep.Copied(long bytes) -> {
        wakeHelp();
        yield new Stepped(bytes, Next.GO_ON);
      }
      case CopyStep.Idle() -> new Stepped(0, Next.AWAIT_WORK);
      case CopyStep.Gone() -> {
        tellToStop();
        yield Stepped.NOT;
      }
      case CopyStep.Failed failed -> {
        if (!trouble.goOnAfter(failed)) {
          tellToStop();
        }
        yield new Stepped(0, Next.RETRY);
      }
    };
  }

  /// What a worker ran into that is no trouble of a disk.
  public @Nullable Throwable broken() {
    return broken.get();
  }

  /// Tells the threads to end and waits until they have.
  ///
  /// @return whether they have, in time
  public boolean stop() {
    tellToStop();
    long deadline = System.nanoTime() + JOIN_MS * 1_000_000;
    for (Thread thread : threads) {
      join(thread, Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
    }
    return threads.stream().noneMatch(Thread::isAlive);
  }

  private static void join(Thread thread, long waitMs) {
    try {
      thread.join(waitMs);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a job", e);
    }
  }
}
