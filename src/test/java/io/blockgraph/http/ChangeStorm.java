package io.blockgraph.http;

import io.blockgraph.http.Service.Answer;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Changes the graph of a service without end, one request after another, and knows what was
/// acknowledged and what was under way when the service went. One thread runs it; it is looked at
/// when that has ended.
final class ChangeStorm implements Runnable {
  private static final int MOST_DISKS = 24;

  private final Random random;
  private final Set<String> files = new TreeSet<>();
  private Service service;
  private RememberedGraph known = RememberedGraph.EMPTY;
  private RememberedGraph wanted = RememberedGraph.EMPTY;
  private String newFile = "";
  private int names;
  private int acknowledged;

  ChangeStorm(Random random, Service service) {
    this.random = random;
    this.service = service;
  }

  /// The graph as it was acknowledged last.
  RememberedGraph known() {
    return known;
  }

  /// The graph as the request under way wanted it.
  RememberedGraph wanted() {
    return wanted;
  }

  /// Files that were acknowledged, by name.
  Set<String> files() {
    return files;
  }

  /// The file the request under way was making, empty for none.
  String newFile() {
    return newFile;
  }

  /// How many changes were acknowledged.
  int acknowledged() {
    return acknowledged;
  }

  /// Goes on with the service as it came back, which shows `found` and keeps the new file or not.
  void resume(Service again, RememberedGraph found, boolean kept) {
    service = again;
    known = found;
    wanted = found;
    if (kept) {
      files.add(newFile);
    }
    newFile = "";
  }

  @Override
  public void run() {
    try {
      while (true) {
        step();
      }
    } catch (UncheckedIOException e) {
      // The service was killed, which ends every storm.
    }
  }

  private void step() {
    boolean full = known.disks().size() >= MOST_DISKS;
    switch (known.disks().isEmpty() ? 0 : full ? 4 : random.nextInt(6)) {
      case 0, 1 -> addDisk("d" + ++names);
      case 2, 3 -> snapshot(RememberedGraph.any(known.disks(), random), "d" + ++names);
      case 4 -> removeSomething();
      default -> export("e" + ++names, RememberedGraph.any(known.disks(), random));
    }
  }

  private void addDisk(String name) {
    String file = name + ".qcow2";
    creates(
        file,
        known,
        () ->
            service.post(
                "/images", "{'driver':'qcow2','filename':'%s','size':1048576}".formatted(file)));
    acknowledges(
        known.withDisk(name),
        () ->
            service.post(
                "/nodes",
                "{'nodeName':'%s','driver':'qcow2','file':{'driver':'file','filename':'%s'}}"
                    .formatted(name, file)));
  }

  private void snapshot(String disk, String overlay) {
    String file = overlay + ".qcow2";
    creates(
        file,
        known.withOverlay(disk, overlay),
        () ->
            service.post(
                "/nodes/" + disk + "/snapshots",
                "{'overlayFile':'%s','overlayName':'%s'}".formatted(file, overlay)));
  }

  private void removeSomething() {
    List<String> unused = known.unused();
    if (!unused.isEmpty() && random.nextBoolean()) {
      String disk = RememberedGraph.any(unused, random);
      acknowledges(known.withoutDisk(disk), () -> service.delete("/nodes/" + disk));
    } else if (!known.exports().isEmpty()) {
      String export = RememberedGraph.any(List.copyOf(known.exports().keySet()), random);
      acknowledges(known.withoutExport(export), () -> service.delete("/exports/" + export));
    } else if (!unused.isEmpty()) {
      String disk = unused.getFirst();
      acknowledges(known.withoutDisk(disk), () -> service.delete("/nodes/" + disk));
    }
  }

  private void export(String id, String disk) {
    acknowledges(
        known.withExport(id, disk),
        () ->
            service.post(
                "/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(id, disk)));
  }

  private void creates(String file, RememberedGraph next, Supplier<Answer> request) {
    newFile = file;
    acknowledges(next, request);
    files.add(file);
    newFile = "";
  }

  private void acknowledges(RememberedGraph next, Supplier<Answer> request) {
    wanted = next;
    Answer answer = request.get();
    if (answer.status() / 100 != 2) {
      throw new AssertionError(answer.status() + " " + answer.body());
    }
    known = next;
    acknowledged++;
  }
}
