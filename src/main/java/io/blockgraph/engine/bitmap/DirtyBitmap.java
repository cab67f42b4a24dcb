package io.blockgraph.engine.bitmap;

import io.blockgraph.block.DirtyBits;
import io.blockgraph.driver.KeptBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.UserId;
import java.util.Optional;

/// One bitmap of a node. The value stands for one moment of the graph; its bits go on being marked.
///
/// @param name its name, unique on the node
/// @param marks what is done with it
/// @param bits what was written; fixed while it is lent
/// @param loan to whom it is lent; what is written meanwhile is marked there
public record DirtyBitmap(BitmapName name, Marks marks, DirtyBits bits, Optional<Loan> loan) {
  /// How a bitmap goes about it.
  ///
  /// @param recording whether what is written is marked
  /// @param lasting whether it lives in the image, or ends with the service
  /// @param truth whether it knows of everything that was written
  public record Marks(Recording recording, Lasting lasting, Truth truth) {}

  /// Whether a bitmap is enabled.
  public enum Recording {
    ENABLED("enable"),
    DISABLED("disable");

    private final String verb;

    Recording(String verb) {
      this.verb = verb;
    }

    /// What brings it about.
    public String verb() {
      return verb;
    }
  }

  /// Where a bitmap lives.
  public enum Lasting {
    /// In the image of its node.
    PERSISTENT,
    /// In memory, until the node or the service ends.
    IN_MEMORY
  }

  /// What a bitmap is worth.
  public enum Truth {
    /// It has everything that was written while it was enabled.
    CONSISTENT,
    /// It was not written back when the image was last used: it can only be removed.
    INCONSISTENT
  }

  /// A bitmap in the hands of a user, usually a job.
  ///
  /// @param user who has it
  /// @param successor what was written since it was lent
  public record Loan(UserId user, DirtyBits successor) {}

  /// A bitmap that nobody has.
  static DirtyBitmap of(BitmapName name, Marks marks, DirtyBits bits) {
    return new DirtyBitmap(name, marks, bits, Optional.empty());
  }

  /// One that lives in an image.
  static DirtyBitmap of(KeptBitmap kept) {
    Recording recording =
        kept.state() == KeptBitmap.State.ENABLED ? Recording.ENABLED : Recording.DISABLED;
    Truth truth =
        kept.state() == KeptBitmap.State.INCONSISTENT ? Truth.INCONSISTENT : Truth.CONSISTENT;
    return of(kept.name(), new Marks(recording, Lasting.PERSISTENT, truth), kept.bits());
  }

  /// The same as an image keeps it; one that is lent as if it was back and still held.
  KeptBitmap kept() {
    return new KeptBitmap(name, sum(), keptState());
  }

  private DirtyBits sum() {
    if (loan.isEmpty()) {
      return bits;
    }
    DirtyBits sum = new DirtyBits(bits.sizeBytes(), bits.granularityBytes());
    sum.merge(bits);
    sum.merge(loan.get().successor());
    return sum;
  }

  private KeptBitmap.State keptState() {
    if (isInconsistent()) {
      return KeptBitmap.State.INCONSISTENT;
    }
    return marks.recording() == Recording.ENABLED
        ? KeptBitmap.State.ENABLED
        : KeptBitmap.State.DISABLED;
  }

  /// Whether what is written is marked.
  public boolean isRecording() {
    return marks.recording() == Recording.ENABLED && marks.truth() == Truth.CONSISTENT;
  }

  /// Whether it lives in the image.
  public boolean isPersistent() {
    return marks.lasting() == Lasting.PERSISTENT;
  }

  /// Whether it is worth nothing.
  public boolean isInconsistent() {
    return marks.truth() == Truth.INCONSISTENT;
  }

  /// The bits that are to be marked now.
  DirtyBits marked() {
    return loan.map(Loan::successor).orElse(bits);
  }

  /// The same with other bits.
  DirtyBitmap with(DirtyBits other) {
    return new DirtyBitmap(name, marks, other, loan);
  }

  /// The same, enabled or not.
  DirtyBitmap with(Recording recording) {
    return new DirtyBitmap(name, new Marks(recording, marks.lasting(), marks.truth()), bits, loan);
  }

  /// The same, lent or back again.
  DirtyBitmap with(Optional<Loan> other) {
    return new DirtyBitmap(name, marks, bits, other);
  }
}
