package io.blockgraph.histories;

import io.blockgraph.block.BlockException;
import io.blockgraph.graph.UserId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A disk that clients write to all the time, and every byte as it must be.
///
/// Its clients share the disk in parts. Each holds the read side of a lock for one request and the
/// update of the model; who looks at the model or changes it takes the write side, which holds all
/// of them.
final class Root {
  private final UserId user;
  private final ReentrantReadWriteLock turn = new ReentrantReadWriteLock(true);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final List<Client> clients = new ArrayList<>();
  private final AfterKill afterKill;
  private ClientDisk disk;
  private byte[] model;
  private volatile boolean dying;

  /// The service has failed a request while it died: what that has done in memory may be seen until
  /// [#rise].
  private volatile boolean broken;

  private int limit;
  private @Nullable Recording recording;

  Root(UserId user, ClientDisk disk, byte[] content) {
    this.user = user;
    this.disk = disk;
    this.model = content.clone();
    this.afterKill = new AfterKill(content);
    this.limit = content.length;
  }

  /// Lets clients begin.
  ///
  /// @param seed of their dice
  void start(int count, long seed) {
    for (int i = 0; i < count; i++) {
      clients.add(new Client(this, i, new Dice(seed, 1_000_000L + user.hashCode() + i)));
    }
    clients.forEach(Client::start);
  }

  UserId user() {
    return user;
  }

  /// The disk, for whoever is in turn.
  ClientDisk disk() {
    return disk;
  }

  /// After a restart: the same disk, anew.
  void turnTo(ClientDisk anew) {
    disk = anew;
  }

  /// The service is going to be killed: clients have nothing to expect until [#rise].
  void die() {
    dying = true;
  }

  /// The disk after a kill, of another life of the service; while held. From now on it must hold
  /// what it holds.
  ///
  /// @throws AssertionError when something is lost that was flushed
  void rise(ClientDisk anew) {
    disk = anew;
    byte[] found = anew.read(0, anew.size());
    afterKill
        .objection(found)
        .ifPresent(
            why -> {
              throw new AssertionError("user '" + user + "' after a kill: " + why);
            });
    mustHold(found);
    dying = false;
    broken = false;
  }

  /// Runs `work` while no client has a request under way.
  <T> T held(Supplier<T> work) {
    turn.writeLock().lock();
    try {
      return work.get();
    } finally {
      turn.writeLock().unlock();
    }
  }

  /// Keeps all clients back until [#release].
  void hold() {
    turn.writeLock().lock();
  }

  void release() {
    turn.writeLock().unlock();
  }

  /// What the disk must hold; while held.
  byte[] model() {
    return model;
  }

  /// Keeps clients below `bytes` while the length changes.
  void restrict(int bytes) {
    held(() -> limit = bytes);
  }

  /// What the disk must hold from now on, also after a kill; while held.
  void mustHold(byte[] content) {
    disk.flush();
    afterKill.holds(content);
    model = content;
    limit = content.length;
  }

  /// Notes from now on what is written, until [#endRecording].
  Recording record() {
    return held(
        () -> {
          Recording begun = new Recording(model, bounds());
          recording = begun;
          return begun;
        });
  }

  void endRecording() {
    held(() -> recording = null);
  }

  private int[] bounds() {
    int[] bounds = new int[Math.max(1, clients.size()) + 1];
    for (int i = 1; i < bounds.length; i++) {
      bounds[i] = (int) ((long) model.length * i / (bounds.length - 1));
    }
    return bounds;
  }

  /// Why a client failed, if one did.
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  /// Ends the clients and waits until they have.
  void stop() {
    clients.forEach(Client::tellToStop);
    clients.forEach(Client::join);
  }

  /// How many requests there were.
  long requests() {
    return clients.stream().mapToLong(Client::requests).sum();
  }

  // ---- what a client asks, by its own thread

  /// Lets a client do one request.
  ///
  /// @return whether it may go on
  boolean inTurn(Runnable request) {
    turn.readLock().lock();
    try {
      request.run();
      return failure.get() == null;
    } catch (BlockException e) {
      if (!dying) {
        failure.compareAndSet(null, e);
      }
      broken = dying;
      return dying;
    } catch (RuntimeException | Error e) {
      if (!broken) {
        failure.compareAndSet(null, e);
      }
      return broken;
    } finally {
      turn.readLock().unlock();
    }
  }

  /// Where the part of a client begins; in turn.
  int startOf(int client) {
    return bounds()[client];
  }

  /// Where it ends for now; in turn.
  int endOf(int client) {
    return Math.min(limit, bounds()[client + 1]);
  }

  /// A client is going to make `bytes` the content at `offset`, or has begun to; in turn.
  AfterKill.Write begin(int offset, byte[] bytes) {
    return afterKill.begin(offset, bytes);
  }

  /// It has; in turn.
  void done(AfterKill.Write write) {
    afterKill.done(write);
  }

  /// Flushes; in turn.
  void flush() {
    List<AfterKill.Write> kept = afterKill.flushing();
    disk.flush();
    afterKill.flushed(kept);
  }

  /// A client has made `bytes` the content at `offset`; in turn.
  void written(int client, int offset, byte[] bytes) {
    System.arraycopy(bytes, 0, model, offset, bytes.length);
    Recording now = recording;
    if (now != null) {
      now.add(client, offset, bytes);
    }
  }

  /// What must be there; in turn.
  byte[] expected(int offset, int length) {
    return Arrays.copyOfRange(model, offset, offset + length);
  }
}
