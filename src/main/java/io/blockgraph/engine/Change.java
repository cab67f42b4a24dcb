package io.blockgraph.engine;

import io.blockgraph.block.BlockIo;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// A change that is asked of the engine, all or nothing.
///
/// @param edits what changes
/// @param told what is said about it
/// @param expected the revision the caller has seen, where it insists on it
/// @param lasting whether it is remembered and counts as a revision
/// @param files files that are made for it
/// @param held what happens while users are held back
public record Change(
    List<GraphEdit> edits,
    Told told,
    OptionalLong expected,
    Lasting lasting,
    List<FileCreation> files,
    Held held) {

  /// What is said about a change.
  ///
  /// @param what one short sentence for the history: `snapshot of 'mid' into 'o'`
  /// @param warnings what the caller may not have meant, in sentences
  public record Told(String what, List<String> warnings) {
    /// Copies `warnings`.
    public Told {
      warnings = List.copyOf(warnings);
    }
  }

  /// What happens in the held section right before the decision.
  ///
  /// @param also nodes whose users are held back though nothing above them is rebuilt
  /// @param anew nodes that are bound or opened anew, though they stay what they are
  /// @param check last looks, which change nothing: a dry run takes them too
  /// @param work comes after the check; no part of a dry run
  /// @param effects what the work makes of disks: a dry run takes it as done
  /// @param bitmaps what becomes of bitmaps; after the work
  public record Held(
      Set<NodeName> also,
      Anew anew,
      WhileHeld check,
      WhileHeld work,
      List<Effect> effects,
      List<BitmapEdit> bitmaps) {
    static final Held NOTHING =
        new Held(
            Set.of(), Anew.NOTHING, WhileHeld.NOTHING, WhileHeld.NOTHING, List.of(), List.of());

    /// Copies the collections.
    public Held {
      also = Set.copyOf(also);
      effects = List.copyOf(effects);
      bitmaps = List.copyOf(bitmaps);
    }
  }

  /// Nodes that stay what they are, and are made anew with all above them.
  ///
  /// @param bound nodes that are bound anew
  /// @param opened nodes that could not be opened at the start, and are tried again
  public record Anew(Set<NodeName> bound, Set<NodeName> opened) {
    static final Anew NOTHING = new Anew(Set.of(), Set.of());

    /// Copies the sets.
    public Anew {
      bound = Set.copyOf(bound);
      opened = Set.copyOf(opened);
    }

    /// The nodes of both kinds.
    Set<NodeName> all() {
      Set<NodeName> all = new HashSet<>(bound);
      all.addAll(opened);
      return all;
    }

    private Anew and(Anew next) {
      Set<NodeName> both = new HashSet<>(bound);
      both.addAll(next.bound);
      Set<NodeName> tried = new HashSet<>(opened);
      tried.addAll(next.opened);
      return new Anew(both, tried);
    }
  }

  /// What the work of a change makes of a disk.
  public sealed interface Effect {
    /// The node whose disk it is.
    NodeName node();
  }

  /// The length of a disk after the work.
  public record NewLength(NodeName node, long bytes) implements Effect {}

  /// A disk that holds nothing of its own after the work.
  public record Emptied(NodeName node) implements Effect {}

  /// Whether a change is remembered.
  public enum Lasting {
    /// Remembered before it is visible; the revision grows.
    DURABLE,
    /// A user that comes and goes within one request: seen by everybody, not remembered, no new
    /// revision.
    TRANSIENT
  }

  /// Work or last checks while the affected users are held back.
  public interface WhileHeld {
    /// Nothing more to do.
    WhileHeld NOTHING = (_, _, _) -> Optional.empty();

    /// Does the work.
    ///
    /// @param now the graph before the change
    /// @param before the nodes as bound before the change, also those that go
    /// @param after the nodes as bound after the change, also those that come
    /// @return a reason to give the change up
    /// @throws io.blockgraph.block.BlockException also gives the change up
    Optional<Rejection> run(
        GraphState now, Function<NodeName, BlockIo> before, Function<NodeName, BlockIo> after);

    /// Takes back what [#run] did, if it was called and did anything: the change is given up, and
    /// everybody is still held back.
    ///
    /// @throws io.blockgraph.block.BlockException when that is not possible
    default void takeBack(Function<NodeName, BlockIo> after) {}
  }

  /// Copies the collections.
  public Change {
    edits = List.copyOf(edits);
    files = List.copyOf(files);
  }

  /// A lasting change of `edits` and nothing else.
  public static Change of(String what, List<GraphEdit> edits) {
    return new Change(
        edits,
        new Told(what, List.of()),
        OptionalLong.empty(),
        Lasting.DURABLE,
        List.of(),
        Held.NOTHING);
  }

  /// One short sentence for the history.
  public String what() {
    return told.what();
  }

  /// The same, at this revision or not at all.
  public Change expecting(OptionalLong revision) {
    return new Change(edits, told, revision, lasting, files, held);
  }

  /// The same, not remembered.
  public Change passing() {
    return new Change(edits, told, expected, Lasting.TRANSIENT, files, held);
  }

  /// The same, making `creations` first.
  public Change making(List<FileCreation> creations) {
    return new Change(edits, told, expected, lasting, creations, held);
  }

  /// The same, with these warnings.
  public Change warning(List<String> warnings) {
    return new Change(edits, new Told(told.what(), warnings), expected, lasting, files, held);
  }

  /// The same, with the users of `nodes` held back too.
  public Change holding(Set<NodeName> nodes) {
    return with(
        new Held(nodes, held.anew(), held.check(), held.work(), held.effects(), held.bitmaps()));
  }

  /// The same, with `nodes` bound anew.
  Change rebinding(Set<NodeName> nodes) {
    return with(new Anew(nodes, held.anew().opened()));
  }

  /// The same, with `nodes` tried again that could not be opened at the start.
  Change reopening(Set<NodeName> nodes) {
    return with(new Anew(held.anew().bound(), nodes));
  }

  private Change with(Anew anew) {
    return with(
        new Held(held.also(), anew, held.check(), held.work(), held.effects(), held.bitmaps()));
  }

  /// The same, with last looks in the held section, in dry runs too.
  public Change checking(WhileHeld check) {
    return with(
        new Held(held.also(), held.anew(), check, held.work(), held.effects(), held.bitmaps()));
  }

  /// The same, with `work` in the held section.
  public Change whileHeld(WhileHeld work) {
    return with(
        new Held(held.also(), held.anew(), held.check(), work, held.effects(), held.bitmaps()));
  }

  /// The same, of which it is known what the work makes of a disk.
  public Change bringing(Effect effect) {
    List<Effect> effects = new ArrayList<>(held.effects());
    effects.add(effect);
    return with(
        new Held(held.also(), held.anew(), held.check(), held.work(), effects, held.bitmaps()));
  }

  /// The same, which also does this to bitmaps, after what it does already.
  public Change editing(List<BitmapEdit> more) {
    return with(
        new Held(
            held.also(),
            held.anew(),
            held.check(),
            held.work(),
            held.effects(),
            Stream.concat(held.bitmaps().stream(), more.stream()).toList()));
  }

  /// The same, with more edits behind its own.
  Change along(List<GraphEdit> more) {
    List<GraphEdit> all = new ArrayList<>(edits);
    all.addAll(more);
    return new Change(all, told, expected, lasting, files, held);
  }

  /// The same, whose looks take `state` for the graph before, whatever the graph is by then.
  Change seeing(GraphState state) {
    WhileHeld check = held.check();
    return checking((_, before, after) -> check.run(state, before, after));
  }

  /// This change and then `next`, as one: all of both or nothing. Right only when `next` was
  /// decided on the graph that this one leaves; the looks of `next` come after the work of this
  /// one.
  Change and(Change next) {
    List<FileCreation> made = new ArrayList<>(files);
    made.addAll(next.files);
    List<String> warnings = new ArrayList<>(told.warnings());
    warnings.addAll(next.told.warnings());
    Set<NodeName> also = new HashSet<>(held.also());
    also.addAll(next.held.also());
    List<BitmapEdit> bitmaps =
        Stream.concat(held.bitmaps().stream(), next.held.bitmaps().stream()).toList();
    List<Effect> effects = new ArrayList<>(held.effects());
    effects.addAll(next.held.effects());
    return new Change(
        along(next.edits).edits(),
        new Told(told.what() + ", " + next.told.what(), warnings),
        expected,
        lasting,
        made,
        new Held(
            also,
            held.anew().and(next.held.anew()),
            WhileHeld.NOTHING,
            new Sequel(held, next.held),
            effects,
            bitmaps));
  }

  /// Looks and work of one change, then those of another.
  private record Sequel(Held first, Held second) implements WhileHeld {
    @Override
    public Optional<Rejection> run(
        GraphState now, Function<NodeName, BlockIo> before, Function<NodeName, BlockIo> after) {
      for (WhileHeld step : List.of(first.check(), first.work(), second.check(), second.work())) {
        Optional<Rejection> objection = step.run(now, before, after);
        if (objection.isPresent()) {
          return objection;
        }
      }
      return Optional.empty();
    }

    @Override
    public void takeBack(Function<NodeName, BlockIo> after) {
      try {
        second.work().takeBack(after);
      } finally {
        first.work().takeBack(after);
      }
    }
  }

  private Change with(Held other) {
    return new Change(edits, told, expected, lasting, files, other);
  }
}
