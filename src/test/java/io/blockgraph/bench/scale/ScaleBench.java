package io.blockgraph.bench.scale;

import io.blockgraph.bench.Bed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Compares changes of large graphs, in turns: the service over one HTTP connection, and the
/// storage daemon over QMP. Prints tables of milliseconds.
///
/// Both work on null disks (nodes) and on copies of the same small images (chains). The service
/// makes each change durable before it answers, the daemon remembers nothing: the table shows what
/// the store took of a row, by its own clock. `--quick` for smaller graphs and fewer rounds.
final class ScaleBench {
  private static final Pattern RUN_TIME = Pattern.compile("Run completed in ([0-9.]+) seconds");

  private final Path images;
  private final Path data;
  private final ServiceSide ours;
  private final DaemonSide theirs;
  private final int rounds;
  private int nodes;
  private int names;

  private ScaleBench(Bed bed, ServiceSide ours, DaemonSide theirs) {
    this.images = bed.images();
    this.data = bed.data();
    this.ours = ours;
    this.theirs = theirs;
    this.rounds = bed.quick() ? 7 : 21;
  }

  public static void main(String[] args) throws Exception {
    boolean quick = List.of(args).contains("--quick");
    try (Bed bed = Bed.of(List.of(args), "--blockgraph.max-depth=1200");
        ServiceSide ours = new ServiceSide(bed.service());
        DaemonSide theirs = new DaemonSide(Files.createTempDirectory(bed.images(), "qsd"))) {
      ScaleBench bench = new ScaleBench(bed, ours, theirs);
      bench.warmUp();
      bench.ofManyNodes(quick ? List.of(100, 1_000) : List.of(100, 1_000, 10_000));
      bench.ofUsers(quick ? 100 : 1_000, quick ? 10 : 100);
      bench.ofChains(quick ? List.of(10, 100) : List.of(10, 100, 500, 1_000));
      theirs.listen(bench.theirSocket());
      List<Integer> read = quick ? List.of(50) : List.of(200, 1_000);
      for (int depth : read) {
        bench.serve(depth);
      }
      for (int depth : read) {
        bench.ofReads(depth);
      }
    }
  }

  private interface Call {
    void run() throws IOException;
  }

  private static double ms(Call call) throws IOException {
    long begun = System.nanoTime();
    call.run();
    return (System.nanoTime() - begun) / 1e6;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /// The JVM compiles what is asked often; nobody restarts a service before each request.
  private void warmUp() throws IOException {
    for (int i = 0; i < 40 * rounds; i++) {
      ours.addNull("w0");
      ours.tryRaw("w1", "w0");
      ours.addRaw("w1", "w0");
      ours.list();
      ours.remove("w1");
      ours.remove("w0");
    }
  }

  private void ofManyNodes(List<Integer> sizes) throws IOException {
    System.out.println(
        "| nodes | what | Blockgraph, ms | of it the commit, ms | storage daemon, ms (ratio) |\n"
            + "|---|---|---|---|---|");
    long[] before = {Memory.liveKib(ours.pid()), Memory.residentKib(theirs.pid())};
    for (int size : sizes) {
      for (; nodes < size; nodes++) {
        ours.addNull("n" + nodes);
        theirs.addNull("n" + nodes);
      }
      changes(size);
    }
    System.out.printf(
        Locale.ROOT,
        "%nmemory of a null node: Blockgraph %.1f KiB of heap, storage daemon %.1f KiB; RSS %d and"
            + " %d MiB%n%n",
        (Memory.liveKib(ours.pid()) - before[0]) / (double) nodes,
        (Memory.residentKib(theirs.pid()) - before[1]) / (double) nodes,
        Memory.residentKib(ours.pid()) >> 10,
        Memory.residentKib(theirs.pid()) >> 10);
  }

  private void changes(int size) throws IOException {
    Row add = new Row(size, "add a node");
    Row remove = new Row(size, "remove a node");
    List<Double> trial = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      trial.add(ms(() -> ours.tryRaw("r", "n7")));
      add.measure(() -> ours.addRaw("r", "n7"), () -> theirs.addRaw("r", "n7"));
      remove.measure(() -> ours.remove("r"), () -> theirs.remove("r"));
    }
    add.print();
    remove.print();
    System.out.printf(
        Locale.ROOT, "| %,d | try out adding (dry run) | %.2f | - | - |%n", size, median(trial));
    Row list = new Row(size, "list all nodes");
    int[] bytes = new int[2];
    for (int round = 0; round < rounds; round++) {
      list.measure(() -> bytes[0] = ours.list(), () -> bytes[1] = theirs.list());
    }
    list.print(" (%,d KiB and %,d KiB)".formatted(bytes[0] >> 10, bytes[1] >> 10));
  }

  /// A row of the table under measurement.
  private final class Row {
    private final int size;
    private final String what;
    private final List<Double> mine = new ArrayList<>();
    private final List<Double> others = new ArrayList<>();
    private final List<Double> ratios = new ArrayList<>();
    private final ServiceSide.Deciding earlier;

    Row(int size, String what) throws IOException {
      this.size = size;
      this.what = what;
      this.earlier = ours.deciding();
    }

    void measure(Call my, Call other) throws IOException {
      double mineMs = ms(my);
      double otherMs = ms(other);
      mine.add(mineMs);
      others.add(otherMs);
      ratios.add(otherMs / mineMs);
    }

    void print() throws IOException {
      print("");
    }

    /// The commit is the mean of all changes since the row began: a look at it before each of them,
    /// of some MiB, would cost the next one a part of a millisecond.
    void print(String remark) throws IOException {
      System.out.printf(
          Locale.ROOT,
          "| %,d | %s%s | %.2f | %.2f | %.2f (**%.2f**) |%n",
          size,
          what,
          remark,
          median(mine),
          ours.deciding().msSince(earlier),
          median(others),
          median(ratios));
    }
  }

  private void ofUsers(int exports, int jobs) throws IOException, InterruptedException {
    List<Double> export = new ArrayList<>();
    for (int i = 0; i < exports; i++) {
      String body =
          "{\"id\":\"x%d\",\"type\":\"nbd\",\"nodeName\":\"n%d\",\"writable\":true}"
              .formatted(i, i);
      export.add(ms(() -> ours.ask("POST", "exports", body)));
    }
    List<Double> job = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      ours.addNull("t" + i);
      String body =
          "{\"jobId\":\"j%d\",\"source\":\"n%d\",\"target\":\"t%d\",\"sync\":\"full\"}"
              .formatted(i, i, i);
      job.add(ms(() -> ours.ask("POST", "mirror-jobs", body)));
    }
    List<Double> add = new ArrayList<>();
    List<Double> plan = new ArrayList<>();
    String action =
        "{\"actions\":[{\"method\":\"POST\",\"path\":\"/nodes\",\"body\":"
            + "{\"nodeName\":\"p\",\"driver\":\"raw\",\"file\":\"n7\"}}]}";
    for (int round = 0; round < rounds; round++) {
      plan.add(ms(() -> ours.ask("POST", "graph/plan", action.replace("n7", "w"))));
      add.add(ms(() -> ours.addNull("y")));
      ours.remove("y");
    }
    System.out.printf(
        Locale.ROOT, "%d jobs that wait: %.1f %% of one processor%n%n", jobs, 100 * processors(10));
    int part = Math.min(20, exports / 3);
    System.out.printf(
        Locale.ROOT,
        "with %,d exports and %d mirror jobs: the first exports took %.2f ms each, the last %.2f;"
            + " the first jobs %.2f ms, the last %.2f; add a node %.2f ms, plan %.2f ms%n%n",
        exports,
        jobs,
        median(export.subList(0, part)),
        median(export.subList(exports - part, exports)),
        median(job.subList(0, jobs / 3)),
        median(job.subList(jobs - jobs / 3, jobs)),
        median(add),
        median(plan));
  }

  /// How many processors the service keeps busy by itself.
  private double processors(int seconds) throws InterruptedException {
    ProcessHandle service = ProcessHandle.of(ours.pid()).orElseThrow();
    // What was asked of it a moment ago.
    Thread.sleep(2_000);
    Duration before = service.info().totalCpuDuration().orElseThrow();
    Thread.sleep(seconds * 1_000L);
    Duration taken = service.info().totalCpuDuration().orElseThrow().minus(before);
    return taken.toMillis() / (seconds * 1e3);
  }

  private void ofChains(List<Integer> depths) throws IOException, InterruptedException {
    System.out.println(
        "| depth | what | Blockgraph, ms | of it the commit, ms | storage daemon, ms (ratio) |\n"
            + "|---|---|---|---|---|");
    Path empty = images.resolve("empty.qcow2");
    Path full = images.resolve("full.qcow2");
    run("qemu-img", "create", "-q", "-f", "qcow2", empty.toString(), "4M");
    Files.copy(empty, full);
    run("qemu-io", "-f", "qcow2", "-c", "write -P 7 0 4M", full.toString());
    warmUpSnapshots(empty);
    addImages(full);
    for (int depth : depths) {
      while (names < depth) {
        addImages(empty);
        ours.snapshot("c" + (names - 2), "c" + (names - 1));
        theirs.snapshot("c" + (names - 2), "c" + (names - 1));
      }
      Row row = new Row(depth, "snapshot");
      List<Double> trial = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        addImages(empty);
        String node = "c" + (names - 2);
        String overlay = "c" + (names - 1);
        trial.add(ms(() -> ours.trySnapshot(node, overlay)));
        row.measure(() -> ours.snapshot(node, overlay), () -> theirs.snapshot(node, overlay));
      }
      row.print();
      System.out.printf(
          Locale.ROOT,
          "| %,d | try out the snapshot (dry run) | %.2f | - | - |%n",
          depth,
          median(trial));
    }
  }

  private void warmUpSnapshots(Path empty) throws IOException {
    for (int i = 0; i < 10 * rounds; i++) {
      Path image = copy(empty, images.resolve("warm-" + i));
      Path overlay = copy(empty, images.resolve("warm-over-" + i));
      ours.addImage("warm", image);
      ours.addImage("warm-over", overlay);
      ours.snapshot("warm", "warm-over");
      ours.remove("warm-over");
      ours.remove("warm");
    }
  }

  private void addImages(Path template) throws IOException {
    String node = "c" + names++;
    ours.addImage(node, copy(template, images.resolve("ours-" + node)));
    theirs.addImage(node, copy(template, images.resolve("theirs-" + node)));
  }

  /// Durable, so that nobody's first flush has to write it.
  private static Path copy(Path template, Path image) throws IOException {
    Files.copy(template, image);
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    return image;
  }

  /// Before any read: those take longer than a connection may do nothing.
  private void serve(int depth) throws IOException {
    String node = "c" + depth;
    ours.ask(
        "POST",
        "exports",
        "{\"id\":\"of-%1$s\",\"name\":\"%1$s\",\"type\":\"nbd\",\"nodeName\":\"%1$s\"}"
            .formatted(node));
    theirs.serve(node);
  }

  /// 4 KiB reads through a chain whose lowest image alone has data.
  private void ofReads(int depth) throws IOException, InterruptedException {
    String node = "c" + depth;
    System.out.printf(
        "%n| 4 KiB reads through %,d overlays, NBD | Blockgraph, ops/s | storage daemon, ops/s"
            + " (ratio) |%n|---|---|---|%n",
        depth);
    for (int inFlight : List.of(1, 16)) {
      List<Double> mine = new ArrayList<>();
      List<Double> others = new ArrayList<>();
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < 5; round++) {
        mine.add(reads(node, data.resolve("nbd.sock"), inFlight));
        others.add(reads(node, theirSocket(), inFlight));
        ratios.add(mine.getLast() / others.getLast());
      }
      System.out.printf(
          Locale.ROOT,
          "| depth %d | %,.0f | %,.0f (**%.2f**) |%n",
          inFlight,
          median(mine),
          median(others),
          median(ratios));
    }
  }

  private Path theirSocket() {
    return data.resolve("qsd.sock");
  }

  private static double reads(String export, Path socket, int inFlight)
      throws IOException, InterruptedException {
    int count = 20_000;
    Matcher told =
        RUN_TIME.matcher(
            run(
                "qemu-img",
                "bench",
                "-f",
                "raw",
                "-c",
                Integer.toString(count),
                "-d",
                Integer.toString(inFlight),
                "-s",
                "4096",
                "nbd+unix:///" + export + "?socket=" + socket));
    if (!told.find()) {
      throw new IllegalStateException("no run time");
    }
    return count / Double.parseDouble(told.group(1));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": " + said);
    }
    return said;
  }
}
