package io.blockgraph.bench.nbd;

import io.blockgraph.bench.Bed;
import io.blockgraph.bench.nbd.NbdLoad.Kind;
import io.blockgraph.bench.nbd.Server.Format;
import io.blockgraph.bench.nbd.Server.Image;
import io.blockgraph.bench.nbd.Server.Serving;
import io.blockgraph.bench.nbd.Server.Transport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/// Shows where the service's processor time goes while NBD clients keep it busy: samples of Flight
/// Recorder, by the method of ours that was deepest in the stack. A method of `os` or of the
/// sockets that makes a system call stands for the time in the kernel. And how many bytes of heap a
/// request costs the thread of its connection.
///
/// `--quick` for shorter looks.
final class Profiles {
  private static final int KIB = 1024;
  private static final long DISK = 256L << 20;
  private static final long FRESH_DISK = 16L << 30;
  private static final int SHOWN = 14;

  /// How the names of threads that serve a connection begin.
  private static final String CONNECTION = "nbd-client-";

  private final Path images;
  private final BlockgraphServer server;
  private final double seconds;

  private Profiles(Bed bed) {
    this.images = bed.images();
    this.server = new BlockgraphServer(bed.service(), bed.data());
    this.seconds = bed.quick() ? 3 : 8;
  }

  public static void main(String[] args) throws Exception {
    try (Bed bed = Bed.of(args)) {
      Profiles profiles = new Profiles(bed);
      profiles.show(Format.RAW, new NbdLoad(Kind.RANDOM_READ, 4 * KIB, 1, 1, DISK));
      profiles.show(Format.RAW, new NbdLoad(Kind.RANDOM_READ, 4 * KIB, 16, 1, DISK));
      profiles.show(Format.RAW, new NbdLoad(Kind.RANDOM_WRITE, 4 * KIB, 16, 1, DISK));
      profiles.show(Format.QCOW2, new NbdLoad(Kind.RANDOM_READ, 4 * KIB, 16, 1, DISK));
      profiles.show(Format.QCOW2, new NbdLoad(Kind.ALLOCATING_WRITE, 4 * KIB, 16, 1, FRESH_DISK));
    }
  }

  private void show(Format format, NbdLoad load) throws IOException, InterruptedException {
    boolean fresh = load.kind() == Kind.ALLOCATING_WRITE;
    Image image = new Image(images.resolve(fresh ? "fresh" : "disk." + format), format);
    make(image, load.diskBytes(), fresh);
    Path recording = images.resolve("profile.jfr");
    double rate;
    try (Serving serving = server.serve(image, Transport.UNIX)) {
      if (!fresh) {
        clients(serving, load);
      }
      jcmd(
          "JFR.start",
          "name=p",
          "settings=profile",
          "jdk.CPUTimeSample#enabled=true",
          "jdk.ThreadAllocationStatistics#period=500ms");
      rate = clients(serving, load);
      jcmd("JFR.stop", "name=p", "filename=" + recording);
    }
    Files.delete(image.file());
    System.out.printf(
        Locale.ROOT,
        "%n**%s, %s**: %,.0f requests/s, %.1f bytes of heap each%n%n",
        format,
        load.inWords(),
        rate,
        allocatedPerSecond(recording) / rate);
    print(samples(recording));
  }

  private double clients(Serving serving, NbdLoad load) throws IOException, InterruptedException {
    return NbdClients.counted(
            NbdClients.start(serving.address(), serving.export(), 0, seconds, load))
        .perSecond();
  }

  private void make(Image image, long size, boolean fresh)
      throws IOException, InterruptedException {
    if (image.format() == Format.QCOW2) {
      run("qemu-img", "create", "-q", "-f", "qcow2", image.file().toString(), "" + size);
      if (!fresh) {
        String fill = "qemu-img bench -f qcow2 -w -d 1 --pattern=90 -s 65536 -S 65536 -c %d %s";
        run(fill.formatted(size / 65_536, image.file()).split(" "));
      }
    } else {
      byte[] content = new byte[(int) size];
      Arrays.fill(content, (byte) 0x5a);
      Files.write(image.file(), content);
    }
  }

  private void jcmd(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add("" + server.service().pid());
    command.addAll(List.of(words));
    run(command.toArray(String[]::new));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": " + said);
    }
  }

  /// What the threads that serve connections took from the heap in a second, once they were warm.
  private static double allocatedPerSecond(Path recording) throws IOException {
    Map<String, List<RecordedEvent>> seen = new HashMap<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(recording)) {
      if (event.getEventType().getName().equals("jdk.ThreadAllocationStatistics")) {
        String thread = String.valueOf(event.getThread("thread").getJavaName());
        if (thread.startsWith(CONNECTION)) {
          seen.computeIfAbsent(thread, _ -> new ArrayList<>()).add(event);
        }
      }
    }
    return seen.values().stream().mapToDouble(Profiles::perSecond).sum();
  }

  /// Over the later half of the time.
  private static double perSecond(List<RecordedEvent> looks) {
    RecordedEvent from = looks.get(looks.size() / 2);
    RecordedEvent to = looks.getLast();
    double bytes = to.getLong("allocated") - from.getLong("allocated");
    double seconds = Duration.between(from.getStartTime(), to.getStartTime()).toNanos() / 1e9;
    return seconds > 0 ? bytes / seconds : 0;
  }

  /// How many samples each method of ours had.
  private static Map<String, Integer> samples(Path recording) throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        if (event.getEventType().getName().equals("jdk.CPUTimeSample")) {
          counts.merge(place(event), 1, Integer::sum);
        }
      }
    }
    return counts;
  }

  private static String place(RecordedEvent event) {
    if (event.getStackTrace() == null) {
      return "(no stack)";
    }
    Stream<RecordedFrame> frames = event.getStackTrace().getFrames().stream();
    return frames
        .map(RecordedFrame::getMethod)
        .filter(method -> method.getType().getName().startsWith("io.blockgraph."))
        .map(method -> method.getType().getName().substring(14) + "." + method.getName())
        .findFirst()
        .orElse("(the JVM and other threads)");
  }

  private static void print(Map<String, Integer> counts) {
    double all = counts.values().stream().mapToInt(Integer::intValue).sum();
    System.out.printf("| of %,.0f samples | in |%n|---|---|%n", all);
    counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(SHOWN)
        .forEach(
            entry ->
                System.out.printf(
                    Locale.ROOT,
                    "| %.1f %% | `%s` |%n",
                    100 * entry.getValue() / all,
                    entry.getKey()));
  }
}
