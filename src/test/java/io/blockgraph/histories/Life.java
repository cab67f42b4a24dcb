package io.blockgraph.histories;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.engine.GraphStore;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What one life of a service does to its files and its store, until it is killed: from that moment
/// on nothing of it reaches either, and its descriptors and locks are gone. What it had written
/// stands, what it only knew is lost, as when a process is killed (SIGKILL). Any thread.
final class Life {
  private final ReentrantReadWriteLock moment = new ReentrantReadWriteLock();
  private final List<HostFile> open = new ArrayList<>();
  private final AtomicReference<Site.@Nullable Moment> last = new AtomicReference<>();
  private boolean over;

  /// The files as the service sees them in this life.
  HostFiles files(HostFiles files) {
    return new MortalFiles(this, files);
  }

  /// The store as the service sees it in this life.
  GraphStore store(GraphStore store) {
    return new MortalStore(store);
  }

  /// The same of jobs. They end after their service without a word.
  JobStore store(JobStore store) {
    return new MortalJobStore(store);
  }

  /// Ends it between two calls that reach a file or the store.
  void kill() {
    moment.writeLock().lock();
    try {
      over = true;
      open.forEach(HostFile::close);
      open.clear();
    } finally {
      moment.writeLock().unlock();
    }
  }

  /// Ends it at the next moment of this kind.
  void killAt(Site.Moment moment) {
    last.set(moment);
  }

  private void reached(Site.Moment moment) {
    if (last.compareAndSet(moment, null)) {
      kill();
    }
  }

  /// Whether it has ended.
  boolean isOver() {
    moment.readLock().lock();
    try {
      return over;
    } finally {
      moment.readLock().unlock();
    }
  }

  /// Does something that lasts.
  ///
  /// @throws BlockException when the life is over
  <T> T living(Supplier<T> call) {
    moment.readLock().lock();
    try {
      if (over) {
        throw new BlockException(BlockException.Kind.IO, "the service was killed");
      }
      return call.get();
    } finally {
      moment.readLock().unlock();
    }
  }

  /// Runs `call` if the life is not over.
  void ifLiving(Runnable call) {
    moment.readLock().lock();
    try {
      if (!over) {
        call.run();
      }
    } finally {
      moment.readLock().unlock();
    }
  }

  /// A file that was opened in this life; to be called by [#living].
  HostFile adopt(HostFile file) {
    synchronized (open) {
      open.add(file);
    }
    return new MortalFile(this, file);
  }

  void close(HostFile file) {
    ifLiving(
        () -> {
          synchronized (open) {
            open.remove(file);
          }
          file.close();
        });
  }

  /// The store of a life.
  private final class MortalStore implements GraphStore {
    private final GraphStore store;

    MortalStore(GraphStore store) {
      this.store = store;
    }

    private <T> T remembering(Supplier<T> call) {
      try {
        return living(call);
      } catch (BlockException e) {
        throw new StoreException("the service was killed", e);
      }
    }

    private void remembering(Runnable call) {
      Object nothing = new Object();
      Object unused =
          remembering(
              () -> {
                call.run();
                return nothing;
              });
    }

    @Override
    public Stored load() {
      return remembering(store::load);
    }

    @Override
    public long intend(String what, List<String> paths) {
      long intent = remembering(() -> store.intend(what, paths));
      reached(Site.Moment.ANNOUNCED);
      return intent;
    }

    @Override
    public void created(long intent, String path, String identity) {
      reached(Site.Moment.FILE_MADE);
      remembering(() -> store.created(intent, path, identity));
      reached(Site.Moment.FILE_NOTED);
    }

    @Override
    public void lengthening(long intent, io.blockgraph.graph.NodeName node, long bytes) {
      remembering(() -> store.lengthening(intent, node, bytes));
    }

    @Override
    public List<OldLength> oldLengths() {
      return remembering(store::oldLengths);
    }

    @Override
    public void settleLengths(Set<io.blockgraph.graph.NodeName> nodes) {
      remembering(() -> store.settleLengths(nodes));
    }

    @Override
    public void decide(Decision decision) {
      reached(Site.Moment.PREPARED);
      remembering(() -> store.decide(decision));
      reached(Site.Moment.DECIDED);
    }

    @Override
    public void rewrite(io.blockgraph.engine.GraphState after, String what) {
      remembering(() -> store.rewrite(after, what));
    }

    @Override
    public void abandon(long intent) {
      remembering(() -> store.abandon(intent));
    }
  }

  /// The jobs of a life.
  private final class MortalJobStore implements JobStore {
    private final JobStore store;

    MortalJobStore(JobStore store) {
      this.store = store;
    }

    @Override
    public void save(JobRecord job) {
      ifLiving(() -> store.save(job));
    }

    @Override
    public void forget(JobId id) {
      ifLiving(() -> store.forget(id));
    }

    @Override
    public List<JobRecord> load() {
      return store.load();
    }
  }
}
