package io.blockgraph.histories;

import io.blockgraph.driver.CopyBeforeWrite.OnError;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.JobId;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.backup.BackupSync;
import io.blockgraph.job.backup.SyncBitmap;
import io.blockgraph.job.copy.ErrorPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes a copy of a disk while clients write it anew by what a bitmap says, which was made before
/// the copy was read: where a write is missing from the bitmap the copy is not the disk. A copy
/// that is cancelled is made again, by the same bitmap or by one that it was merged into.
final class BackUpByBitmap implements Operation {
  private static final BitmapName FIRST = new BitmapName("first");
  private static final BitmapName SECOND = new BitmapName("second");

  @Override
  public void play(Stage stage, Dice dice) {
    NodeName source = stage.layers().unfiltered(stage.nodeOf(dice.oneOf(stage.roots).user()));
    if (!add(stage, dice, source, FIRST)) {
      return;
    }
    Optional<byte[]> before = stage.site.read(source);
    before.ifPresent(
        content -> {
          Disks disks = new Disks(stage, dice);
          copy(stage, dice, source, dice.chance(40) ? disks.plain(content) : disks.image(content));
        });
    for (BitmapName bitmap : List.of(FIRST, SECOND)) {
      stage.ask("remove " + bitmap, () -> stage.site.bitmap(new BitmapEdit.Remove(source, bitmap)));
    }
  }

  private static boolean add(Stage stage, Dice dice, NodeName source, BitmapName name) {
    long granularity = 1L << dice.between(9, 18);
    BitmapEdit add =
        new BitmapEdit.Add(
            source,
            name,
            granularity,
            DirtyBitmap.Recording.ENABLED,
            DirtyBitmap.Lasting.IN_MEMORY);
    return stage.ask("add " + name + " to " + source, () -> stage.site.bitmap(add)).isDone();
  }

  private static void copy(Stage stage, Dice dice, NodeName source, NodeName target) {
    BitmapName bitmap = FIRST;
    boolean again = true;
    for (int round = 0; round < 3 && again; round++) {
      if (bitmap.equals(FIRST) && dice.chance(40) && add(stage, dice, source, SECOND)) {
        BitmapEdit merge =
            new BitmapEdit.Merge(source, SECOND, List.of(new BitmapEdit.Source(source, FIRST)));
        stage.must("merge into " + SECOND, () -> stage.site.bitmap(merge));
        bitmap = SECOND;
      }
      again = !isCopied(stage, dice, request(stage, dice, source, target, bitmap));
    }
  }

  private static boolean isCopied(Stage stage, Dice dice, BackupRequest request) {
    NodeName target = request.disks().target();
    stage.changes(target);
    Claim claim = stage.claim(request.disks().source());
    boolean[] begun = new boolean[1];
    Map<Root, Recording> atStart =
        stage.recording(
            () ->
                begun[0] =
                    stage.ask("backup " + request, () -> stage.site.backup(request)).isDone());
    if (!begun[0]) {
      return true;
    }
    boolean copied = BackUpDisk.end(stage, dice, request);
    if (copied) {
      stage.diary.count("backup by bitmap");
      stage.keep(target, claim, atStart);
    }
    return copied;
  }

  private static BackupRequest request(
      Stage stage, Dice dice, NodeName source, NodeName target, BitmapName bitmap) {
    SyncBitmap.Mode mode =
        dice.chance(50) ? SyncBitmap.Mode.ON_SUCCESS : dice.oneOf(SyncBitmap.Mode.values());
    return new BackupRequest(
        new JobId(stage.fresh("b")),
        new BackupRequest.Disks(
            source,
            target,
            Optional.empty(),
            BackupSync.BITMAP,
            Optional.of(new SyncBitmap(bitmap, mode))),
        new BackupRequest.Pace(
            dice.chance(40) ? 0 : 1L << dice.between(14, 18), dice.between(1, 8)),
        new BackupRequest.Errors(
            ErrorPolicy.REPORT, ErrorPolicy.REPORT, dice.oneOf(OnError.values()), 0),
        BackUpDisk.ending(dice),
        Optional.empty());
  }
}
