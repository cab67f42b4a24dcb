package io.blockgraph.histories;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// What can happen in a history, the likelier the more often it is in the list.
final class Operations {
  private static final List<Operation> ALL = all();

  private Operations() {}

  static Operation any(Dice dice) {
    return dice.oneOf(ALL);
  }

  private static List<Operation> all() {
    List<Operation> all = new ArrayList<>();
    all.addAll(Collections.nCopies(16, new TakeSnapshot()));
    all.addAll(Collections.nCopies(14, new KeepInside()));
    all.addAll(Collections.nCopies(16, new ResizeNode()));
    all.addAll(Collections.nCopies(16, new StartMirror()));
    all.addAll(Collections.nCopies(14, new ShortenChain()));
    all.addAll(Collections.nCopies(12, new BackUpDisk()));
    all.addAll(Collections.nCopies(6, new BackUpByBitmap()));
    all.addAll(Collections.nCopies(10, new MarkWrites()));
    all.addAll(Collections.nCopies(10, new TouchJob()));
    all.addAll(Collections.nCopies(12, new EndJob()));
    all.addAll(Collections.nCopies(10, new ComeAndGo()));
    all.addAll(Collections.nCopies(10, new AddOrRemove()));
    all.addAll(Collections.nCopies(10, new PatchNode()));
    all.addAll(Collections.nCopies(4, new ReopenTogether()));
    all.addAll(Collections.nCopies(4, new LookClosely()));
    all.addAll(Collections.nCopies(8, new ShareLimits()));
    all.addAll(Collections.nCopies(16, new ChangeTogether()));
    all.addAll(Collections.nCopies(5, new HandOver()));
    all.addAll(Collections.nCopies(5, new MakeImage()));
    all.addAll(Collections.nCopies(7, new AmendImage()));
    all.addAll(Collections.nCopies(5, new ChangeKeys()));
    all.addAll(Collections.nCopies(5, new LookBack()));
    all.addAll(Collections.nCopies(5, new GiveBackPast()));
    all.addAll(Collections.nCopies(6, new AskImpossible()));
    all.addAll(Collections.nCopies(5, new ChangeQuorum()));
    all.addAll(Collections.nCopies(3, new CorruptChild()));
    all.addAll(Collections.nCopies(3, new CheckImage()));
    all.addAll(Collections.nCopies(1, new StartAnew()));
    all.addAll(Collections.nCopies(8, new Kill()));
    all.addAll(Collections.nCopies(4, new KillInChange()));
    return all;
  }
}
