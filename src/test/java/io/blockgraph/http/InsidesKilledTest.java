package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A service that is killed (SIGKILL) while clients write a disk that bitmaps follow, and while its
/// bitmaps and internal snapshots come and go: what was answered holds afterwards, and no bitmap
/// that says it can be trusted lacks a write.
@Timeout(600)
class InsidesKilledTest {
  private static final int MIB = 1 << 20;
  private static final int CHUNK = 64 << 10;

  /// What was answered of the disks of one round, told apart from what was only asked.
  private static final class Known {
    final Set<Long> written = new HashSet<>();
    final Set<String> bitmaps = new HashSet<>(Set.of("always"));
    final Set<String> snapshots = new HashSet<>();

    /// Asked and not answered: it may be there or not.
    String open = "";
  }

  @TempDir Path data;

  private static String bitmaps(int round) {
    return "/nodes/" + disk(round) + "/bitmaps";
  }

  private static String disk(int round) {
    return "disk" + round;
  }

  private static String snapshots(int round) {
    return "/nodes/kept" + round + "/internal-snapshots";
  }

  private static void makeDisk(Service service, String name, long size) {
    service
        .post("/images", "{'driver':'qcow2','filename':'%s.qcow2','size':%d}".formatted(name, size))
        .expect(201);
    service.added(
        "{'nodeName':'%1$s','driver':'qcow2','file':{'driver':'file','filename':'%1$s.qcow2'}}"
            .formatted(name));
  }

  private static void make(Service service, int round) {
    makeDisk(service, disk(round), 64L * MIB);
    makeDisk(service, "kept" + round, MIB);
    service.post(bitmaps(round), "{'name':'always','persistent':true}").expect(201);
  }

  /// Does something until the service is killed.
  private static CompletableFuture<Void> untilKilled(Runnable step) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            while (true) {
              step.run();
            }
          } catch (UncheckedIOException e) {
            System.out.println("killed while it was asked");
          }
        },
        Thread::startVirtualThread);
  }

  /// A bitmap that was cleared can be trusted until something is written.
  private static void write(Service service, Known known, int round, Random random) {
    if (random.nextInt(8) == 0) {
      known.written.clear();
      service.post(bitmaps(round) + "/always/clear", "").expect(200);
      LockSupport.parkNanos(random.nextInt(100_000_000));
    }
    long offset = (long) random.nextInt(64 * MIB / CHUNK) * CHUNK;
    byte[] bytes = new byte[CHUNK];
    Arrays.fill(bytes, (byte) 1);
    service.putData(disk(round), offset, bytes).expect(200);
    known.written.add(offset);
  }

  private static void changeBitmap(Service service, Known known, int round, Random random) {
    String name = "b" + random.nextInt(6);
    known.open = name;
    String path = bitmaps(round) + "/" + name;
    if (!known.bitmaps.contains(name)) {
      service.post(bitmaps(round), "{'name':'" + name + "','persistent':true}").expect(201);
      known.bitmaps.add(name);
    } else if (random.nextBoolean()) {
      service.post(path + "/merge", "{'bitmaps':[{'name':'always'}]}").expect(200);
    } else {
      service.delete(path).expect(200);
      known.bitmaps.remove(name);
    }
    known.open = "";
  }

  /// A snapshot `sN` holds N in every byte; at most three are there.
  private static void keep(Service service, Known known, int round, int number) {
    byte[] bytes = new byte[MIB];
    Arrays.fill(bytes, (byte) number);
    service.putData("kept" + round, 0, bytes).expect(200);
    known.open = "s" + number;
    service.post(snapshots(round), "{'name':'s" + number + "'}").expect(201);
    known.snapshots.add("s" + number);
    String oldest = "s" + (number - 3);
    known.open = oldest;
    if (known.snapshots.contains(oldest)) {
      service.delete(snapshots(round) + "/" + oldest).expect(200);
      known.snapshots.remove(oldest);
    }
    known.open = "";
  }

  private static List<String> names(Service service, String path, String member) {
    List<String> names = new ArrayList<>();
    for (JsonNode one : service.get(path).expect(200).body().path(member)) {
      names.add(one.path("name").asString());
    }
    names.sort(null);
    return names;
  }

  private static void requireAnswered(List<String> found, Set<String> answered, String open) {
    Set<String> sure = new HashSet<>(answered);
    sure.remove(open);
    Set<String> there = new HashSet<>(found);
    there.remove(open);
    assertThat(there).isEqualTo(sure);
  }

  private static Set<Long> dirty(Service service, int round, String bitmap) {
    Set<Long> dirty = new HashSet<>();
    String path = bitmaps(round) + "/" + bitmap + "/extents";
    for (JsonNode extent : service.get(path).expect(200).body().path("extents")) {
      long offset = extent.path("offset").asLong();
      for (long i = 0; extent.path("dirty").asBoolean() && i < extent.path("length").asLong(); ) {
        dirty.add(offset + i);
        i += CHUNK;
      }
    }
    return dirty;
  }

  private static void lookAtBitmaps(Service service, Known writer, Known editor, int round) {
    requireAnswered(names(service, bitmaps(round), "bitmaps"), editor.bitmaps, editor.open);
    Answer always = service.get(bitmaps(round) + "/always").expect(200);
    if (!always.body().path("inconsistent").asBoolean()) {
      assertThat(dirty(service, round, "always")).containsAll(writer.written);
    }
    System.out.printf(
        "round %d: %d writes, inconsistent %s%n",
        round, writer.written.size(), always.body().path("inconsistent"));
  }

  private static void lookAtSnapshots(Service service, Known known, int round) {
    List<String> found = names(service, snapshots(round), "snapshots");
    requireAnswered(found, known.snapshots, known.open);
    for (String name : found) {
      String shown =
          service.added(
              "{'nodeName':'%s-%d','driver':'internal-snapshot','file':'kept%2$d','snapshot':'%1$s','readOnly':true}"
                  .formatted(name, round));
      byte[] held = service.data(shown, 0, MIB);
      assertThat(held).as(name).containsOnly((byte) Integer.parseInt(name.substring(1)));
      service.delete("/nodes/" + shown).expect(200);
    }
  }

  private void killAndLook(int rounds) throws Exception {
    long seed = Seeds.first();
    System.out.println("InsidesKilledTest: -Dseed=" + seed);
    Random random = new Random(seed);
    ServiceProcess process = ServiceProcess.on(data);
    try {
      for (int i = 0; i < rounds; i++) {
        int round = i;
        Service service = process.ready();
        make(service, round);
        Known[] known = {new Known(), new Known(), new Known()};
        Random writing = new Random(random.nextLong());
        Random editing = new Random(random.nextLong());
        int[] number = new int[1];
        List<CompletableFuture<Void>> askers =
            List.of(
                untilKilled(() -> write(service, known[0], round, writing)),
                untilKilled(() -> changeBitmap(service, known[1], round, editing)),
                untilKilled(() -> keep(service, known[2], round, ++number[0])));
        Thread.sleep(100 + random.nextInt(900));
        process.kill();
        askers.forEach(CompletableFuture::join);
        process.close();
        process = ServiceProcess.on(data);
        Service again = process.ready();
        lookAtBitmaps(again, known[0], known[1], round);
        lookAtSnapshots(again, known[2], round);
      }
    } finally {
      process.close();
    }
    for (int round = 0; round < rounds; round++) {
      QemuImg.assertLeaksAtMost(data.resolve("images/" + disk(round) + ".qcow2"));
      QemuImg.assertLeaksAtMost(data.resolve("images/kept" + round + ".qcow2"));
    }
  }

  @Test
  void bitmapsAndInternalSnapshotsOutliveAKill() throws Exception {
    killAndLook(1);
  }

  @Test
  @Tag("nightly")
  void bitmapsAndInternalSnapshotsOutliveManyKills() throws Exception {
    killAndLook(20);
  }
}
