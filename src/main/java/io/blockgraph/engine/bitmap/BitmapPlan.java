package io.blockgraph.engine.bitmap;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.driver.KeptBitmap;
import io.blockgraph.engine.bitmap.DirtyBitmap.Loan;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.UserId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.pcollections.PMap;

/// What the bitmaps are going to be after a change. Bits that change are new ones, so that giving
/// the change up leaves no trace; they get their contents from the old ones when it is decided.
///
/// One thread, in this order: [#edit] each, [#over] each disk that is bound anew, [#objection], and
/// then either [#fill] or [#forget].
public final class BitmapPlan {
  private final BitmapLimits limits;
  private final Topology topology;
  private PMap<NodeName, NodeBitmaps> all;
  private final Set<NodeName> touched = new HashSet<>();

  /// Where something else happens to bitmaps than that they are given back.
  private final Set<NodeName> edited = new HashSet<>();

  /// Where the bits of each node are new, those they take the place of.
  private final Map<NodeName, SequencedMap<DirtyBits, Optional<DirtyBits>>> fresh = new HashMap<>();

  private final List<Copy> copies = new ArrayList<>();

  /// What images keep along with other bits as long as the change is not decided.
  private final List<Copy> kept = new ArrayList<>();

  /// Where images are told more than what holds when the change is decided.
  private final Set<NodeName> relieved = new HashSet<>();

  private final List<Taken> lent = new ArrayList<>();
  private final Map<NodeName, Long> lengths = new HashMap<>();
  private final List<Pair> pairs = new ArrayList<>();

  private record Copy(DirtyBits into, Supplier<DirtyBits> from) {
    Copy(DirtyBits into, DirtyBits from) {
      this(into, () -> from);
    }
  }

  /// Bits, and a node that must be as long as they are when the change is decided; they may be gone
  /// by then.
  private record Pair(NodeName node, NodeName source, DirtyBits bits) {}

  private record Taken(DirtyBits bits, Consumer<DirtyBits> by) {}

  /// A plan that begins with the bitmaps as they are.
  ///
  /// @param topology the graph after the change
  public BitmapPlan(PMap<NodeName, NodeBitmaps> now, Topology topology, BitmapLimits limits) {
    this.all = now;
    this.topology = topology;
    this.limits = limits;
  }

  /// All bitmaps after the change.
  public PMap<NodeName, NodeBitmaps> all() {
    return all;
  }

  /// The nodes whose disks have to be bound anew.
  public Set<NodeName> touched() {
    return Set.copyOf(touched);
  }

  /// Whether all that happens to the bitmaps of a node is that users give some back.
  public boolean isOnlyGivenBack(NodeName node) {
    return touched.contains(node) && !edited.contains(node);
  }

  /// Nodes that go take their bitmaps with them.
  public void remove(Collection<NodeName> nodes) {
    all = all.minusAll(nodes);
  }

  /// A node that comes brings the bitmaps of its image.
  public Optional<BitmapRefusal> opened(NodeName node, List<KeptBitmap> kept) {
    NodeBitmaps bitmaps = NodeBitmaps.of(kept);
    for (DirtyBitmap added : on(node).all()) {
      if (bitmaps.find(added.name()).isPresent()) {
        return Optional.of(new BitmapRefusal.NameInUse(node, added.name()));
      }
      bitmaps = bitmaps.with(added);
    }
    return put(node, bitmaps);
  }

  /// The bitmaps of a node as its image is to keep them while the change is being decided: a crash
  /// may leave the image with them, and the graph without the change. So what a user who gives a
  /// bitmap back has done with is in it all the same.
  public List<KeptBitmap> foreseen(NodeName node) {
    return on(node).kept().stream()
        .map(kept -> new KeptBitmap(kept.name(), foreseen(kept.bits()), kept.state()))
        .toList();
  }

  /// Of these nodes [#foreseen] says more than what holds once the change is decided.
  public Set<NodeName> relieved() {
    return Set.copyOf(relieved);
  }

  /// What [#fill] is going to make of bits, with what is kept along.
  private DirtyBits foreseen(DirtyBits bits) {
    List<Copy> into =
        Stream.concat(copies.stream(), kept.stream())
            .filter(copy -> copy.into().equals(bits))
            .toList();
    if (into.isEmpty()) {
      return bits;
    }
    DirtyBits sum = new DirtyBits(bits.sizeBytes(), bits.granularityBytes());
    sum.merge(bits);
    into.forEach(copy -> sum.merge(foreseen(copy.from().get())));
    return sum;
  }

  /// Plans one edit; what stands against it.
  public Optional<BitmapRefusal> edit(BitmapEdit edit) {
    touched.add(edit.node());
    if (!(edit instanceof BitmapEdit.GiveBack)) {
      edited.add(edit.node());
    }
    return switch (edit) {
      case BitmapEdit.Add add -> add(add);
      case BitmapEdit.Remove remove ->
          settled(remove).or(() -> put(remove.node(), on(remove.node()).without(remove.bitmap())));
      case BitmapEdit.Clear clear -> usable(clear).or(() -> clear(clear));
      case BitmapEdit.Switch change ->
          usable(change).or(() -> put(change, find(change).with(change.recording())));
      case BitmapEdit.Merge merge -> merge(merge);
      case BitmapEdit.Lend lend -> usable(lend).or(() -> lend(lend));
      case BitmapEdit.GiveBack back -> giveBack(back);
    };
  }

  /// Has a node see what a bitmap says when the change is decided; both are of one length.
  public Optional<BitmapRefusal> read(
      BitmapEdit.Source source, NodeName node, long sizeBytes, Consumer<DirtyBits> by) {
    return usable(source.node(), source.bitmap())
        .or(
            () -> {
              DirtyBitmap bitmap = on(source.node()).find(source.bitmap()).orElseThrow();
              lent.add(new Taken(bitmap.bits(), by));
              lengths.put(node, sizeBytes);
              pairs.add(new Pair(node, source.node(), bitmap.bits()));
              return Optional.empty();
            });
  }

  /// The bitmaps of a node after the change.
  public NodeBitmaps on(NodeName node) {
    return all.getOrDefault(node, NodeBitmaps.NONE);
  }

  private DirtyBitmap find(BitmapEdit edit) {
    return on(edit.node()).find(edit.bitmap()).orElseThrow();
  }

  private Optional<BitmapRefusal> put(NodeName node, NodeBitmaps bitmaps) {
    all = bitmaps.all().isEmpty() ? all.minus(node) : all.plus(node, bitmaps);
    return Optional.empty();
  }

  private Optional<BitmapRefusal> put(BitmapEdit edit, DirtyBitmap bitmap) {
    return put(edit.node(), on(edit.node()).with(bitmap));
  }

  /// The bitmap is there and nobody has it.
  private Optional<BitmapRefusal> settled(BitmapEdit edit) {
    return settled(edit.node(), edit.bitmap());
  }

  private Optional<BitmapRefusal> settled(NodeName node, BitmapName name) {
    Optional<DirtyBitmap> bitmap = on(node).find(name);
    if (bitmap.isEmpty()) {
      return Optional.of(new BitmapRefusal.NotFound(node, name));
    }
    Stream<UserId> users =
        Stream.concat(
            bitmap.flatMap(DirtyBitmap::loan).map(Loan::user).stream(),
            BitmapUsers.of(new BitmapEdit.Source(node, name), topology).stream());
    return users.findFirst().map(user -> new BitmapRefusal.Busy(node, name, user));
  }

  /// The same, and what it says can be relied upon.
  private Optional<BitmapRefusal> usable(BitmapEdit edit) {
    return usable(edit.node(), edit.bitmap());
  }

  private Optional<BitmapRefusal> usable(NodeName node, BitmapName name) {
    return settled(node, name)
        .or(
            () ->
                on(node)
                    .find(name)
                    .filter(DirtyBitmap::isInconsistent)
                    .map(_ -> new BitmapRefusal.Inconsistent(node, name)));
  }

  private Optional<BitmapRefusal> add(BitmapEdit.Add add) {
    NodeBitmaps there = on(add.node());
    if (there.find(add.bitmap()).isPresent()) {
      return Optional.of(new BitmapRefusal.NameInUse(add.node(), add.bitmap()));
    }
    if (there.all().size() >= limits.perNode()) {
      return Optional.of(
          new BitmapRefusal.Unsupported(
              add.node(), "it has " + limits.perNode() + " bitmaps, which is the most"));
    }
    DirtyBits bits = fresh(add.node(), add.granularityBytes(), Optional.empty());
    var marks = new DirtyBitmap.Marks(add.recording(), add.lasting(), DirtyBitmap.Truth.CONSISTENT);
    return put(add, DirtyBitmap.of(add.bitmap(), marks, bits));
  }

  private DirtyBits fresh(NodeName node, long granularityBytes, Optional<DirtyBits> instead) {
    DirtyBits bits = new DirtyBits(0, granularityBytes);
    fresh.computeIfAbsent(node, _ -> new LinkedHashMap<>()).put(bits, instead);
    return bits;
  }

  private DirtyBits instead(NodeName node, DirtyBits old) {
    return fresh(node, old.granularityBytes(), Optional.of(old));
  }

  private Optional<BitmapRefusal> clear(BitmapEdit.Clear clear) {
    DirtyBitmap bitmap = find(clear);
    return put(clear, bitmap.with(instead(clear.node(), bitmap.bits())));
  }

  private Optional<BitmapRefusal> merge(BitmapEdit.Merge merge) {
    Optional<BitmapRefusal> refusal = usable(merge);
    for (BitmapEdit.Source source : merge.sources()) {
      refusal = refusal.or(() -> usable(source.node(), source.bitmap()));
    }
    return refusal.or(() -> mergeUsable(merge));
  }

  private Optional<BitmapRefusal> mergeUsable(BitmapEdit.Merge merge) {
    DirtyBitmap bitmap = find(merge);
    DirtyBits sum = instead(merge.node(), bitmap.bits());
    copies.add(new Copy(sum, bitmap.bits()));
    for (BitmapEdit.Source source : merge.sources()) {
      DirtyBits more = on(source.node()).find(source.bitmap()).orElseThrow().bits();
      copies.add(new Copy(sum, more));
      pairs.add(new Pair(merge.node(), source.node(), more));
    }
    return put(merge, bitmap.with(sum));
  }

  private Optional<BitmapRefusal> lend(BitmapEdit.Lend lend) {
    DirtyBitmap bitmap = find(lend);
    DirtyBits successor =
        fresh(lend.node(), bitmap.bits().granularityBytes(), Optional.of(bitmap.bits()));
    lent.add(new Taken(bitmap.bits(), lend.taken()));
    return put(lend, bitmap.with(Optional.of(new Loan(lend.user(), successor))));
  }

  private Optional<BitmapRefusal> giveBack(BitmapEdit.GiveBack back) {
    Optional<DirtyBitmap> lent =
        on(back.node()).find(back.bitmap()).filter(bitmap -> bitmap.loan().isPresent());
    if (lent.isEmpty()) {
      return Optional.empty();
    }
    DirtyBitmap bitmap = lent.get();
    DirtyBits since = bitmap.loan().orElseThrow().successor();
    DirtyBitmap free = bitmap.with(Optional.<Loan>empty());
    return switch (back.settled()) {
      case BitmapEdit.Settled.DoneWith _ -> {
        keepAlong(back.node(), since, bitmap.bits());
        yield put(back, free.with(since));
      }
      case BitmapEdit.Settled.StillHolds _ ->
          put(back, free.with(sum(back.node(), since, bitmap::bits)));
      case BitmapEdit.Settled.DoneBut(var rest) -> {
        DirtyBits sum = sum(back.node(), since, rest);
        keepAlong(back.node(), sum, bitmap.bits());
        yield put(back, free.with(sum));
      }
    };
  }

  private DirtyBits sum(NodeName node, DirtyBits since, Supplier<DirtyBits> more) {
    DirtyBits sum = instead(node, since);
    copies.add(new Copy(sum, more));
    copies.add(new Copy(sum, since));
    return sum;
  }

  private void keepAlong(NodeName node, DirtyBits bits, DirtyBits old) {
    kept.add(new Copy(bits, old));
    relieved.add(node);
  }

  /// The disk of a node with the bitmaps it is going to have; new bits get its length.
  public BlockIo over(NodeName node, BlockIo disk) {
    if (fresh.containsKey(node)) {
      lengths.put(node, disk.sizeBytes());
    }
    NodeBitmaps bitmaps = all.get(node);
    return bitmaps == null ? disk : bitmaps.over(disk);
  }

  /// What stands against the plan now that the lengths of all disks are known.
  public Optional<BitmapRefusal> objection() {
    for (NodeName node : fresh.keySet()) {
      Optional<BitmapRefusal> refusal = tooLarge(node).or(() -> lengthened(node));
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return pairs.stream().flatMap(pair -> differ(pair).stream()).findFirst();
  }

  private long length(NodeName node) {
    return lengths.getOrDefault(node, 0L);
  }

  private Set<DirtyBits> freshOn(NodeName node) {
    return fresh.getOrDefault(node, new LinkedHashMap<>()).keySet();
  }

  private Optional<BitmapRefusal> tooLarge(NodeName node) {
    return freshOn(node).stream()
        .map(bits -> DirtyBits.memoryBytes(length(node), bits.granularityBytes()))
        .filter(wanted -> wanted > limits.bytesOfOne())
        .findFirst()
        .map(wanted -> new BitmapRefusal.TooLarge(node, wanted, limits.bytesOfOne()));
  }

  private Optional<BitmapRefusal> lengthened(NodeName node) {
    freshOn(node).forEach(bits -> bits.resize(length(node)));
    long sum = all.values().stream().mapToLong(BitmapPlan::memoryBytes).sum();
    return sum > limits.bytesOfAll()
        ? Optional.of(new BitmapRefusal.TooLarge(node, sum, limits.bytesOfAll()))
        : Optional.empty();
  }

  private static long memoryBytes(NodeBitmaps bitmaps) {
    return bitmaps.all().stream().mapToLong(b -> memoryBytes(b.bits(), b.loan())).sum();
  }

  private static long memoryBytes(DirtyBits bits, Optional<Loan> loan) {
    long one = DirtyBits.memoryBytes(bits.sizeBytes(), bits.granularityBytes());
    return loan.isPresent() ? 2 * one : one;
  }

  private Optional<BitmapRefusal> differ(Pair pair) {
    long bytes = length(pair.node());
    long source = pair.bits().sizeBytes();
    return bytes == source
        ? Optional.empty()
        : Optional.of(new BitmapRefusal.SizesDiffer(pair.node(), bytes, pair.source(), source));
  }

  /// The change is decided and nobody writes yet: new bits get their contents, and who was lent
  /// some, or wants to read some, gets to see them.
  public void fill() {
    copies.forEach(copy -> copy.into().merge(copy.from().get()));
    lent.forEach(taken -> taken.by().accept(taken.bits()));
  }

  /// The change is given up. What it has written itself meanwhile was marked in bits that nobody is
  /// going to see, and is marked where it belongs.
  public void forget() {
    for (SequencedMap<DirtyBits, Optional<DirtyBits>> bits : fresh.values()) {
      bits.reversed().forEach((marked, instead) -> instead.ifPresent(old -> old.merge(marked)));
    }
  }
}
