package io.blockgraph.strangers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Independent NBD clients: libnbd's `nbdinfo` and `nbdcopy`, and fio's nbd engine.
public final class NbdTools {
  private static final Duration FIO_DEADLINE = Duration.ofSeconds(120);

  private NbdTools() {}

  /// `nbdinfo --json` of one export.
  public static JsonNode info(String uri) {
    return Tool.NBDINFO.run(List.of("--json", uri)).ok().json();
  }

  /// The same, which may fail.
  public static Ran tryInfo(String uri) {
    return Tool.NBDINFO.run(List.of("--json", uri));
  }

  /// `nbdinfo --list --json`: all exports of a server.
  public static JsonNode list(String uri) {
    return Tool.NBDINFO.run(List.of("--list", "--json", uri)).ok().json();
  }

  /// `qemu-nbd --list` under TLS with the certificates of a folder: all exports at a port of
  /// loopback.
  public static String listUnderTls(int port, Path certificates) {
    String credentials = "tls-creds-x509,id=tls,dir=" + certificates + ",endpoint=client";
    return Tool.QEMU_NBD
        .run(
            List.of(
                "--list",
                "--object",
                credentials,
                "--tls-creds=tls",
                "--bind=127.0.0.1",
                "--port=" + port))
        .ok()
        .out();
  }

  /// `nbdinfo --map=CONTEXT --json`: the extents of a metadata context.
  public static JsonNode map(String uri, String context) {
    return Tool.NBDINFO.run(List.of("--map=" + context, "--json", uri)).ok().json();
  }

  /// The extents of a dirty bitmap that an image keeps, as `qemu-nbd` shows them.
  public static JsonNode bitmap(Path image, String bitmap) {
    return Tool.NBDINFO
        .run(
            List.of(
                "--map=qemu:dirty-bitmap:" + bitmap,
                "--json",
                "--",
                "[",
                "qemu-nbd",
                "-r",
                "-f",
                "qcow2",
                "-B",
                bitmap,
                image.toString(),
                "]"))
        .ok()
        .json();
  }

  /// `nbdcopy` from one URI or file to another.
  public static void copy(String from, String to) {
    Tool.NBDCOPY.run(List.of("--", from, to)).ok();
  }

  /// A short random read/write job of fio that verifies with crc32c what it wrote.
  public static Ran fioVerify(String uri, long sizeBytes) {
    return fio(
        "--name=verify",
        "--ioengine=nbd",
        "--uri=" + uri,
        "--rw=randrw",
        "--bsrange=512-65536",
        "--blockalign=512",
        "--iodepth=16",
        "--size=" + sizeBytes,
        "--verify=crc32c",
        "--verify_fatal=1",
        "--do_verify=1",
        "--verify_state_save=0");
  }

  /// Any fio job; fails when fio does.
  public static Ran fio(String... arguments) {
    return Tool.FIO.run(List.of(arguments), FIO_DEADLINE).ok();
  }
}
