package io.blockgraph.demo;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/// What every chapter needs: the service, the screen, the names of this run. One thread.
///
/// @param images where the service keeps its images
/// @param run in front of every name, so that two runs on one service do not meet
record Stage(Service service, Screen screen, Path images, String run) {
  static final int KIB = 1 << 10;
  static final int MIB = 1 << 20;

  /// A chapter cannot go on: what it stands on is not there.
  static final class ChapterEnded extends RuntimeException {
    private static final long serialVersionUID = 1;

    ChapterEnded(String reason) {
      super(reason);
    }
  }

  /// A name of this run.
  String name(String last) {
    return run + "-" + last;
  }

  Path image(String last) {
    return images.resolve(fileName(last));
  }

  String fileName(String last) {
    return name(last) + ".qcow2";
  }

  /// Asks and prints both request and answer.
  Answer ask(Call call) {
    screen.request(call);
    Answer answer = service.ask(call);
    screen.answer(call, answer);
    return answer;
  }

  /// Asks for what the rest of the chapter stands on.
  ///
  /// @throws ChapterEnded when the answer is another
  Answer must(int status, String told, Call call) {
    Answer answer = ask(call);
    screen.check(told, answer.status() == status);
    if (answer.status() != status) {
      throw new ChapterEnded(told);
    }
    return answer;
  }

  /// Makes an image, and a node over it.
  void disk(String last, long sizeBytes, String... more) {
    must(
        201,
        "the image " + fileName(last) + " is made",
        Call.post(
            "/images",
            "{\"driver\": \"qcow2\", \"filename\": \"%s\", \"size\": %d}"
                .formatted(fileName(last), sizeBytes),
            "filename",
            "driver"));
    must(
        201,
        "node " + name(last) + " is there",
        Call.post(
            "/nodes",
            "{\"nodeName\": \"%s\", \"driver\": \"qcow2\", \"file\": {\"driver\": \"file\", \"filename\": \"%s\"}%s}"
                .formatted(name(last), fileName(last), String.join("", more)),
            "nodeName",
            "driver",
            "state",
            "sizeBytes"));
  }

  void write(String last, long offset, byte[] data) {
    must(
        200,
        data.length / KIB + " KiB are written to " + name(last) + " and flushed",
        Call.write(name(last), offset, data));
  }

  /// Whether a range of a node holds `data`.
  void reads(String last, long offset, byte[] data, String told) {
    Answer answer = ask(Call.read(name(last), offset, data.length));
    screen.check(told, answer.status() == 200 && Arrays.equals(answer.bytes(), data));
  }

  /// Two disks compared by qemu-img, where it is installed.
  void compare(String told, QemuImg.Disk first, QemuImg.Disk second, int exitCode) {
    if (!QemuImg.isInstalled()) {
      screen.say("not asked, because qemu-img is not installed (package qemu-utils): " + told);
      return;
    }
    QemuImg.Ran ran = QemuImg.compare(first, second);
    screen.command(ran);
    screen.check("qemu-img says: " + told, ran.exitCode() == exitCode);
  }

  /// Bytes that look like data and are the same for the same seed.
  static byte[] pattern(long seed, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }
}
