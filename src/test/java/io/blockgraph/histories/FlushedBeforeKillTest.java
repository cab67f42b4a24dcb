package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.Snapshots;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.JobId;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.backup.BackupSync;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a client has flushed is there after a kill, whatever was done to the graph between its
/// write and its flush.
class FlushedBeforeKillTest {
  private static final NodeName DISK = new NodeName("disk");
  private static final UserId CLIENT = new UserId("client");

  @TempDir Path images;

  private static void done(Told told) {
    assertThat(told).isEqualTo(Told.DONE);
  }

  private static void image(Site site, String name) {
    String file = name + ".qcow2";
    done(site.make(Map.of("driver", "qcow2", "filename", file, "size", 1L << 20)));
    done(site.add(Map.of("nodeName", name, "driver", "qcow2", "file", Disks.storage(file))));
  }

  private static void come(Site site) {
    Permissions taken = Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE);
    done(site.come(CLIENT, DISK, new Grant(taken, Permissions.ALL)));
  }

  /// How the disk of a client stands on an image.
  private enum Disk {
    IMAGE,
    BELOW_A_FILTER,
    IN_A_QUORUM;

    void add(Site site) {
      switch (this) {
        case IMAGE -> image(site, "disk");
        case BELOW_A_FILTER -> {
          image(site, "image");
          done(site.add(Map.of("nodeName", "disk", "driver", "throttle", "file", "image")));
        }
        case IN_A_QUORUM -> {
          image(site, "one");
          image(site, "two");
          Object children = List.of("one", "two");
          done(
              site.add(
                  Map.of(
                      "nodeName",
                      "disk",
                      "driver",
                      "quorum",
                      "voteThreshold",
                      2L,
                      "children",
                      children)));
        }
      }
    }
  }

  private static Snapshots.Request snapshot() {
    Snapshots.Overlay overlay =
        new Snapshots.Overlay.NewFile(
            new NodeName("overlay"), "overlay.qcow2", new DriverName("qcow2"));
    return new Snapshots.Request(DISK, overlay, Snapshots.Tolerance.NONE, Snapshots.Links.KEPT);
  }

  @ParameterizedTest
  @EnumSource
  void aFlushThroughASnapshotKeepsWhatWasWrittenBeforeIt(Disk kind) throws Exception {
    byte[] bytes = new byte[70_000];
    Arrays.fill(bytes, (byte) 7);
    try (EngineSite site = new EngineSite(images.toRealPath())) {
      kind.add(site);
      come(site);
      site.disk(CLIENT).write(100_000, bytes);
      done(site.snapshot(snapshot()));
      site.disk(CLIENT).flush();
      site.kill();
      site.rise();
      assertThat(site.disk(CLIENT).read(100_000, 70_000)).isEqualTo(bytes);
    }
  }

  /// The filter of the backup comes between the overlay and the disk.
  @Test
  void soItDoesThroughASnapshotThatComesWithABackup() throws Exception {
    byte[] bytes = new byte[70_000];
    Arrays.fill(bytes, (byte) 7);
    try (EngineSite site = new EngineSite(images.toRealPath())) {
      Disk.BELOW_A_FILTER.add(site);
      image(site, "copy");
      come(site);
      site.disk(CLIENT).write(100_000, bytes);
      BackupRequest backup =
          BackupRequest.of(
              new JobId("job"),
              new BackupRequest.Disks(
                  DISK, new NodeName("copy"), Optional.empty(), BackupSync.FULL));
      done(site.change(List.of(new Action.Snapshot(snapshot()), new Action.Backup(backup))));
      site.disk(CLIENT).flush();
      site.kill();
      site.rise();
      assertThat(site.disk(CLIENT).read(100_000, 70_000)).isEqualTo(bytes);
    }
  }

  @Test
  void whatWasNotFlushedMayBeLost() throws Exception {
    try (EngineSite site = new EngineSite(images.toRealPath())) {
      image(site, "disk");
      come(site);
      site.disk(CLIENT).write(100_000, new byte[] {7});
      site.kill();
      site.rise();
      assertThat(site.disk(CLIENT).read(100_000, 1)).isEqualTo(new byte[1]);
    }
  }
}
