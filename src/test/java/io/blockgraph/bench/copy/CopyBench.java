package io.blockgraph.bench.copy;

import io.blockgraph.bench.Bed;
import io.blockgraph.bench.Service;
import io.blockgraph.strangers.StorageDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Compares ways to copy a disk, in turns: the mirror job of the service, `blockdev-mirror` of the
/// storage daemon, `qemu-img convert -W` and `cp`. Prints a table of seconds.
///
/// The two mirrors go from the request until the copy has taken the place of the source, with the
/// target flushed; `cp` flushes nothing, `qemu-img` does when its cache is `writeback`. Sources are
/// in the page cache, targets new. `--quick` for smaller disks and fewer rounds, `--only=TEXT` for
/// some rows.
final class CopyBench {
  private final Path images;
  private final Service service;
  private final int rounds;
  private final long megabytes;

  private CopyBench(Bed bed) {
    this.images = bed.images();
    this.service = bed.service();
    this.rounds = bed.quick() ? 3 : 5;
    this.megabytes = bed.quick() ? 1024 : 4096;
  }

  /// A source.
  ///
  /// @param name as it is printed
  /// @param format of source and target
  /// @param of how many parts of 64 MiB one holds data: 1 for all
  /// @param depth images in the chain
  private record Row(String name, String format, int of, int depth) {}

  private static final List<Row> ROWS =
      List.of(
          new Row("raw to raw, full", "raw", 1, 1),
          new Row("raw to raw, half sparse", "raw", 2, 1),
          new Row("qcow2 to qcow2, full", "qcow2", 1, 1),
          new Row("qcow2 to qcow2, half sparse", "qcow2", 2, 1),
          new Row("qcow2 to qcow2, chain of 3", "qcow2", 1, 3));

  public static void main(String[] args) throws Exception {
    try (Bed bed = Bed.of(args)) {
      new CopyBench(bed).run(bed.only());
    }
  }

  private void run(String only) throws IOException, InterruptedException {
    System.out.println(
        "| "
            + megabytes
            + " MiB | Blockgraph, s | ready, s | storage daemon, s (ratio) | qemu-img convert -W, s"
            + " (ratio) | the same, flushed | cp, s (ratio) |\n"
            + "|---|---|---|---|---|---|---|");
    for (Row row : ROWS) {
      if (row.name().contains(only)) {
        System.out.println(line(row));
      }
    }
  }

  private interface Way {
    double seconds(Row row, Path source) throws IOException, InterruptedException;
  }

  private String line(Row row) throws IOException, InterruptedException {
    Path source = source(row);
    double[] ready = new double[rounds];
    int[] round = {0};
    Map<String, Way> ways = new LinkedHashMap<>();
    ways.put(
        "blockgraph",
        (r, s) -> {
          double[] seconds = mirror(r, s);
          ready[round[0]] = seconds[0];
          return seconds[1];
        });
    ways.put("daemon", this::daemon);
    ways.put("convert", (r, s) -> convert(r, s, "unsafe"));
    ways.put("flushed", (r, s) -> convert(r, s, "writeback"));
    if (row.format().equals("raw")) {
      ways.put("cp", (_, s) -> timed("cp", s.toString(), target("cp").toString()));
    }
    mirror(row, source);
    Map<String, List<Double>> seen = new LinkedHashMap<>();
    for (; round[0] < rounds; round[0]++) {
      for (Map.Entry<String, Way> way : ways.entrySet()) {
        Tools.run("sync");
        double seconds = way.getValue().seconds(row, source);
        seen.computeIfAbsent(way.getKey(), _ -> new ArrayList<>()).add(seconds);
        Files.deleteIfExists(target(way.getKey()));
      }
    }
    List<Double> ours = seen.remove("blockgraph");
    StringBuilder line =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "| %s | %.2f | %.2f |",
                row.name(),
                median(ours),
                median(java.util.Arrays.stream(ready).boxed().toList())));
    for (List<Double> theirs : seen.values()) {
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < ours.size(); i++) {
        ratios.add(theirs.get(i) / ours.get(i));
      }
      line.append(String.format(Locale.ROOT, " %.2f (**%.2f**) |", median(theirs), median(ratios)));
    }
    return line + (row.format().equals("raw") ? "" : " - |");
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private Path target(String way) {
    return images.resolve("target-" + way);
  }

  /// A disk with data in the page cache; a chain has its data spread over all of its images.
  private Path source(Row row) throws IOException, InterruptedException {
    Path top = images.resolve("source-0");
    for (int layer = row.depth() - 1; layer >= 0; layer--) {
      Path image = images.resolve("source-" + layer);
      Files.deleteIfExists(image);
      List<String> create =
          new ArrayList<>(List.of("qemu-img", "create", "-q", "-f", row.format()));
      if (layer < row.depth() - 1) {
        create.addAll(List.of("-b", images.resolve("source-" + (layer + 1)).toString()));
        create.addAll(List.of("-F", row.format()));
      }
      create.addAll(List.of(image.toString(), megabytes + "M"));
      Tools.run(create.toArray(String[]::new));
      List<String> fill = new ArrayList<>(List.of("qemu-io", "-f", row.format()));
      for (long at = 0; at < megabytes; at += 64) {
        if (at / 64 % row.of() == 0 && at / 64 % row.depth() == layer) {
          fill.addAll(List.of("-c", "write -P " + (1 + at / 64 % 200) + " " + at + "M 64M"));
        }
      }
      fill.add(image.toString());
      Tools.run(fill.toArray(String[]::new));
    }
    return top;
  }

  private static double timed(String... command) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    Tools.run(command);
    return (System.nanoTime() - begun) / 1e9;
  }

  private double convert(Row row, Path source, String cache)
      throws IOException, InterruptedException {
    return timed(
        "qemu-img",
        "convert",
        "-W",
        "-m",
        "16",
        "-t",
        cache,
        "-f",
        row.format(),
        "-O",
        row.format(),
        source.toString(),
        target(cache.equals("unsafe") ? "convert" : "flushed").toString());
  }

  private Path fresh(Row row, String way) throws IOException, InterruptedException {
    Path target = target(way);
    Files.deleteIfExists(target);
    Tools.run("qemu-img", "create", "-q", "-f", row.format(), target.toString(), megabytes + "M");
    return target;
  }

  /// How long until the job was ready, and until it was over.
  private double[] mirror(Row row, Path source) throws IOException, InterruptedException {
    Path target = fresh(row, "blockgraph");
    for (int layer = row.depth() - 1; layer >= 0; layer--) {
      String backing = layer == row.depth() - 1 ? "null" : "\"s" + (layer + 1) + "\"";
      String more =
          row.format().equals("qcow2")
              ? ",\"backing\":" + backing + (layer > 0 ? ",\"readOnly\":true" : "")
              : "";
      node("s" + layer, row.format(), "source-" + layer, more);
    }
    node("t", row.format(), target.getFileName().toString(), "");
    long begun = System.nanoTime();
    service.ask(
        "POST",
        "mirror-jobs",
        "{\"jobId\":\"j\",\"source\":\"s0\",\"target\":\"t\",\"sync\":\"full\"}");
    String status = "";
    while (!status.contains("\"status\":\"ready\"")) {
      status = service.ask("GET", "jobs/j?wait=60", "");
    }
    double ready = (System.nanoTime() - begun) / 1e9;
    String over = service.ask("POST", "jobs/j/complete?wait=60", "");
    double all = (System.nanoTime() - begun) / 1e9;
    if (!over.contains("\"error\":null")) {
      throw new IllegalStateException("the job failed: " + over);
    }
    service.ask("DELETE", "jobs/j", "");
    service.ask("DELETE", "nodes/t", "");
    for (int layer = 0; layer < row.depth(); layer++) {
      service.ask("DELETE", "nodes/s" + layer, "");
    }
    compare(row, source, target);
    return new double[] {ready, all};
  }

  private void node(String name, String driver, String file, String more)
      throws IOException, InterruptedException {
    service.ask(
        "POST",
        "nodes",
        "{\"nodeName\":\"%s\",\"driver\":\"%s\",\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}%s}"
            .formatted(name, driver, file, more));
  }

  /// The first copy of each row is compared, so that nobody is fast by leaving something out.
  private void compare(Row row, Path source, Path target) throws IOException, InterruptedException {
    Path seen = images.resolve("compared-" + row.name().replace(' ', '-'));
    if (!Files.exists(seen)) {
      Tools.run(
          "qemu-img",
          "compare",
          "-f",
          row.format(),
          "-F",
          row.format(),
          source.toString(),
          target.toString());
      Files.createFile(seen);
    }
  }

  private double daemon(Row row, Path source) throws IOException, InterruptedException {
    Path target = fresh(row, "daemon");
    Path folder = Files.createTempDirectory(images, "qsd");
    try (StorageDaemon daemon =
        StorageDaemon.start(
            folder,
            "--blockdev",
            "driver=file,node-name=sf,filename=" + source,
            "--blockdev",
            "driver=" + row.format() + ",node-name=s,file=sf",
            "--blockdev",
            "driver=file,node-name=tf,discard=unmap,filename=" + target,
            "--blockdev",
            "driver=" + row.format() + ",node-name=t,file=tf")) {
      long begun = System.nanoTime();
      daemon.execute(
          "blockdev-mirror", Map.of("job-id", "j", "device", "s", "target", "t", "sync", "full"));
      daemon.awaitEvent("BLOCK_JOB_READY");
      daemon.execute("job-complete", Map.of("id", "j"));
      daemon.awaitEvent("BLOCK_JOB_COMPLETED");
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  /// Programs that must succeed.
  private static final class Tools {
    private Tools() {}

    static String run(String... command) throws IOException, InterruptedException {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + said);
      }
      return said;
    }
  }
}
