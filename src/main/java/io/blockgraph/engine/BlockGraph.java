package io.blockgraph.engine;

import io.blockgraph.block.Allocated;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Watching;
import io.blockgraph.engine.bitmap.NodeBitmaps;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Outcome;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Planner;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.UserId;
import io.blockgraph.graph.Walks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;

/// The owner of the live graph and its only writer.
///
/// A change runs through these steps, and only the last three cannot fail:
///
/// ```
/// plan      the pure planner says what the graph would be, or why not
/// intend    the store learns of files that are going to be made; they are made
/// prepare   nodes are opened and get ready, children first; what has
///           to be flushed is, to have less to settle                   deadline, failure: the same
/// hold      the users that would notice are held at their gates        deadline: everything back
/// work      the change's own work while nobody writes; last checks    failure: everything back
/// settle    what must be on disk is written back                       deadline, failure: the same
/// decide    the store remembers the change: THE commit point           failure: everything back
/// publish   one write to `live`
/// finish    nodes commit, what is gone is closed, gates open
/// ```
///
/// Readers take [#state] once and use that value to the end. All methods may be called from any
/// thread that is not inside a request on a [GatedDisk].
public final class BlockGraph implements AutoCloseable {
  private final Planner planner;
  private final DriverRegistry drivers;
  private final Opening.Services services;
  private final GraphStore store;
  private final EventLog events;
  private final EngineLimits limits;

  private final ReentrantLock writer = new ReentrantLock(true);
  private final ReentrantReadWriteLock closing = new ReentrantReadWriteLock();
  private final UserDisks users;
  private final Traffic traffic;
  private final Conflicts conflicts = new Conflicts();
  private final Followers followers = new Followers();
  private final TimedFlushes flushes;
  private volatile Live live = Live.empty(0);

  /// A graph with nothing in it; [Restart] fills it with what the store remembers.
  public BlockGraph(
      DriverRegistry drivers,
      Opening.Services services,
      GraphStore store,
      EventLog events,
      EngineLimits limits) {
    this.planner = new Planner(drivers, limits.maxDepth());
    this.drivers = drivers;
    this.services = services;
    this.store = store;
    this.events = events;
    this.limits = limits;
    this.traffic = new Traffic(events);
    this.flushes = new TimedFlushes(limits);
    this.users = new UserDisks(limits, events, services.ticker(), traffic);
  }

  /// The graph as it is now.
  public GraphState state() {
    return live.state();
  }

  /// What memory holds of the graph and its nodes; waits for nobody.
  public Glance glance() {
    return new Glance(live);
  }

  /// How much storage a node takes by itself; empty when it takes none, is gone, or cannot tell.
  /// Asks the storage, and holds nothing up while it waits for it.
  public OptionalLong allocatedBytes(NodeName node) {
    try {
      BlockIo bound = live.bound().get(node);
      return bound != null && Watching.beneath(bound) instanceof Allocated disk
          ? OptionalLong.of(disk.allocatedBytes())
          : OptionalLong.empty();
    } catch (BlockException e) {
      return OptionalLong.empty();
    }
  }

  /// What users have asked of each node.
  public Traffic traffic() {
    return traffic;
  }

  /// How many requests of a user are under way.
  public int underWay(UserId user) {
    return users.underWay(user);
  }

  /// How often a change was refused because users do not get along, by permission.
  public Map<Permission, Long> conflicts() {
    return conflicts.all();
  }

  /// What happened lately.
  public EventLog events() {
    return events;
  }

  /// The rules changes are planned by.
  public Planner planner() {
    return planner;
  }

  /// The drivers nodes can have.
  public DriverRegistry drivers() {
    return drivers;
  }

  /// The world the nodes live in.
  public Opening.Services services() {
    return services;
  }

  /// The disk behind an edge of a user; empty when there is no such user or edge.
  public Optional<GatedDisk> disk(UserId user, ChildName edge) {
    return users.find(user, edge);
  }

  /// Lets `follower` see every graph from now on, in order, each right after it has become the live
  /// one: for who would miss what comes and goes between two looks at [#state].
  ///
  /// It is called by the thread that changes the graph, which others wait for: it must be short,
  /// must not fail and must not change the graph.
  public Following follow(Consumer<Topology> follower) {
    return followers.add(follower);
  }

  /// Ends what [#follow] began.
  public interface Following extends AutoCloseable {
    /// The follower is called no more, but for a call that is under way.
    @Override
    void close();
  }

  /// Where somebody who comes to use `node` has to come in: above the filters that jobs and
  /// replications have put there, for they must see what is written.
  public NodeName wayIn(NodeName node) {
    Topology now = live.state().topology();
    return now.node(node).isEmpty() ? node : new Walks(now, drivers).aboveImplicitFilters(node);
  }

  /// Looks at open nodes without being a user: lengths, facts. They stay open until `look` returns,
  /// which must be soon.
  public <T> T inspect(Function<View, T> look) {
    closing.readLock().lock();
    try {
      return look.apply(new View(live));
    } finally {
      closing.readLock().unlock();
    }
  }

  /// What an [#inspect] sees: the graph and its open nodes at one moment.
  public static final class View {
    private final Live live;

    View(Live live) {
      this.live = live;
    }

    /// The graph.
    public GraphState state() {
      return live.state();
    }

    /// The disk of a node that is in the graph; for lengths and extents, not for data.
    public BlockIo disk(NodeName node) {
      return live.disk(node);
    }

    /// The bitmaps of a node that is in the graph.
    public NodeBitmaps bitmaps(NodeName node) {
      return live.bitmapsOf(node);
    }

    /// What the node tells of itself.
    public Map<String, Object> facts(NodeName node) {
      return new Glance(live).facts(node);
    }

    /// Why the node could not be opened at the start; empty when it is open.
    public Optional<BlockException> unavailable(NodeName node) {
      return new Glance(live).unavailable(node);
    }
  }

  /// Plays changes through on trial, from the graph as it is now. Nothing is touched; what is open
  /// stays open until `play` returns, which must be soon.
  public <T> T onTrial(Function<Trial, T> play) {
    closing.readLock().lock();
    try {
      Trial trial = new Trial(live, planner, drivers, services);
      try {
        return play.apply(trial);
      } finally {
        trial.end();
      }
    } finally {
      closing.readLock().unlock();
    }
  }

  /// Makes what `operation` comes to on this graph, or plays it through on trial, as it is asked.
  public Result<Operation.Made> make(Operation operation, Ask ask) {
    return Changes.make(this, operation, ask);
  }

  /// Makes a change, all or nothing.
  public Result<Committed> commit(Change change) {
    return Unhurried.commit(this, change);
  }

  Result<Committed> commit(Change change, Handling handling) {
    if (!lockWriter()) {
      return new Result.Rejected<>(new Rejection.WriterBusy(limits.writerDeadlineMs()));
    }
    try {
      long revision = live.state().revision();
      if (change.expected().isPresent() && change.expected().getAsLong() != revision) {
        return new Result.Rejected<>(
            new Rejection.RevisionMismatch(change.expected().getAsLong(), revision));
      }
      return switch (planner.plan(live.state().topology(), change.edits())) {
        case Outcome.Refused(var refusal) -> {
          conflicts.count(refusal);
          yield new Result.Rejected<>(new Rejection.RuleBroken(refusal));
        }
        case Outcome.Planned(Topology next) -> carryOut(change, next, handling);
      };
    } finally {
      writer.unlock();
    }
  }

  private boolean lockWriter() {
    try {
      return writer.tryLock(limits.writerDeadlineMs(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a change of the graph", e);
    }
  }

  private Result<Committed> carryOut(Change change, Topology next, Handling handling) {
    NewFiles files = newFiles();
    Preparation preparation =
        new Preparation(
            live,
            next,
            drivers,
            services,
            handling,
            new Wiring(traffic::metered, change.held().anew(), change.held().bitmaps()));
    try {
      files.make(change, Lengthening.oldLengths(change, live));
      preparation.run(flushes.begin(0));
      preparation.writeBack(flushes.begin(0));
      return holdAndDecide(change, preparation, files.intent());
    } catch (Preparation.Failed e) {
      return new Result.Rejected<>(e.rejection());
    } catch (BlockException e) {
      return new Result.Rejected<>(new Rejection.WorldBroke(Optional.empty(), e));
    } catch (GraphStore.StoreException e) {
      return new Result.Rejected<>(new Rejection.NotRemembered(String.valueOf(e.getMessage())));
    } finally {
      if (!preparation.isDecided()) {
        preparation.abort();
        files.remove();
      }
    }
  }

  private Result<Committed> holdAndDecide(
      Change change, Preparation preparation, Optional<Long> intent) throws Preparation.Failed {
    Transition transition = preparation.transition(revisionAfter(change));
    Live before = transition.before();
    Live after = transition.after();
    flushes.begin(0).awaitOthers(transition, change.held().also());
    List<UserId> held = users.affected(transition, change.held().also());
    long waitedNanos = hold(held);
    try {
      preparation.leave();
      preparation.lookAgain();
      Optional<Rejection> objection = HeldWork.run(change, before, after);
      if (objection.isPresent()) {
        return new Result.Rejected<>(objection.get());
      }
      preparation.settle(flushes.begin(waitedNanos));
      Set<NodeName> settled = preparation.settled();
      if (!settled.isEmpty()) {
        store.settleLengths(settled);
      }
      if (change.lasting() == Change.Lasting.DURABLE) {
        store.decide(
            new GraphStore.Decision(
                intent, after.state(), preparation.diff(), change.what(), Author.current()));
      }
      preparation.decided();
      preparation.fillBitmaps();
      publish(transition, preparation, held);
    } finally {
      if (!preparation.isDecided()) {
        Lengthening.takeBack(change, transition, events);
        HeldWork.fitBitmaps(change, before, after);
      }
      users.release(held);
    }
    Committed committed = new Committed(before.state(), after.state(), preparation.diff());
    GraphNews.tell(events, change, committed);
    return new Result.Done<>(committed);
  }

  /// Answers how long it took.
  private long hold(List<UserId> affected) throws Preparation.Failed {
    long begun = System.nanoTime();
    Optional<UserId> late = users.hold(affected);
    if (late.isPresent()) {
      throw new Preparation.Failed(
          new Rejection.DrainTimeout(late.get(), limits.drainDeadlineMs()));
    }
    return System.nanoTime() - begun;
  }

  NewFiles newFiles() {
    return new NewFiles(services.files(), store);
  }

  private long revisionAfter(Change change) {
    long revision = live.state().revision();
    return change.lasting() == Change.Lasting.DURABLE ? revision + 1 : revision;
  }

  private void publish(Transition transition, Preparation preparation, List<UserId> held) {
    closing.writeLock().lock();
    try {
      live = transition.after();
      users.turn(transition, held);
      ThrottleGroups.tell(drivers, transition.diff());
      followers.tell(transition.after().state().topology());
      transition.diff().edgesRemoved().forEach(edge -> traffic.forget(edge.id()));
      transition.diff().nodesRemoved().forEach(node -> traffic.forget(node.name()));
      preparation.finish();
    } finally {
      closing.writeLock().unlock();
    }
  }

  /// Says at which revision an empty graph stands; see [Restart].
  void resume(long revision) {
    live = Live.empty(revision);
  }

  /// Holds all users back for good, writes everything back and closes every node. The store keeps
  /// the graph.
  @Override
  public void close() {
    writer.lock();
    try {
      Live last = live;
      List<UserId> all = last.state().topology().users().stream().map(user -> user.id()).toList();
      users.hold(all);
      closing.writeLock().lock();
      try {
        Shutdown.closeAll(last);
        live = Live.empty(last.state().revision());
        users.forgetAll();
      } finally {
        closing.writeLock().unlock();
      }
    } finally {
      writer.unlock();
    }
  }
}
