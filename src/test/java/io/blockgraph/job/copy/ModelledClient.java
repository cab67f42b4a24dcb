package io.blockgraph.job.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;
import io.blockgraph.engine.GatedDisk;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/// A client that writes and zeroes at random within a part of a disk that is its own, checks what
/// it reads against what it wrote, and remembers every byte.
public final class ModelledClient {
  private static final long WAIT_MS = 60_000;

  private final GatedDisk disk;
  private final long start;
  private final byte[] model;
  private final RandomGenerator random;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;
  private volatile long pauseMicros;
  private final AtomicLong operations = new AtomicLong();
  private @Nullable Thread thread;

  /// @param part the bytes of the disk that are this client's
  /// @param content what they hold now
  public ModelledClient(GatedDisk disk, ByteRange part, byte[] content, long seed) {
    this.disk = disk;
    this.start = part.offset();
    this.model = Arrays.copyOfRange(content, (int) part.offset(), (int) part.end());
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /// Begins.
  public ModelledClient start() {
    thread = Thread.ofPlatform().daemon().start(this::run);
    return this;
  }

  /// How long it rests between two requests.
  public ModelledClient resting(long micros) {
    pauseMicros = micros;
    return this;
  }

  /// How many requests it has made.
  public long operations() {
    return operations.get();
  }

  /// Waits until it has made so many requests, or has failed.
  public void awaitOperations(long count) throws InterruptedException {
    long deadline = System.nanoTime() + WAIT_MS * 1_000_000;
    while (operations.get() < count && failure.get() == null && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
    if (failure.get() == null) {
      assertThat(operations.get()).as("requests in time").isGreaterThanOrEqualTo(count);
    }
  }

  /// At least once, however soon it is stopped.
  private void run() {
    try {
      do {
        once();
        operations.incrementAndGet();
        if (pauseMicros > 0) {
          java.util.concurrent.locks.LockSupport.parkNanos(pauseMicros * 1000);
        }
      } while (!stopped);
    } catch (Throwable e) {
      failure.set(e);
    }
  }

  private void once() {
    int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 300_000 : 9_000);
    int at = random.nextInt(Math.max(1, model.length - length));
    int size = Math.min(length, model.length - at);
    switch (random.nextInt(6)) {
      case 0 -> zero(at, size);
      case 1 -> check(at, size);
      case 2 -> disk.flush();
      default -> write(at, size);
    }
  }

  private void write(int at, int size) {
    byte[] data = new byte[size];
    random.nextBytes(data);
    ChainWorld.write(disk, start + at, data);
    System.arraycopy(data, 0, model, at, size);
  }

  private void zero(int at, int size) {
    disk.zero(new ByteRange(start + at, size), Zeroable.Mode.MAY_UNMAP);
    Arrays.fill(model, at, at + size, (byte) 0);
  }

  private void check(int at, int size) {
    byte[] seen = ChainWorld.read(disk, start + at, size);
    int wrong = Arrays.mismatch(seen, Arrays.copyOfRange(model, at, at + size));
    if (wrong >= 0) {
      throw new AssertionError("byte " + (start + at + wrong) + " is not what was written");
    }
  }

  /// Ends it and answers what it wrote last to each byte.
  public byte[] stop() throws InterruptedException {
    stopped = true;
    Thread running = thread;
    if (running != null) {
      running.join(WAIT_MS);
      assertThat(running.isAlive()).as("a client that is told to stop").isFalse();
    }
    Throwable wrong = failure.get();
    if (wrong != null) {
      throw new AssertionError("the client failed", wrong);
    }
    return model;
  }
}
