package io.blockgraph.bench.nbd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/// Another server: a process for each image, started in the way that is fastest.
///
/// @param command the program and its options for an image and an address
/// @param formats what it can serve
record Peer(String name, List<Format> formats, BiFunction<Image, Address, List<String>> command)
    implements Server {
  private static final long PATIENCE_MS = 10_000;

  /// Where to listen: a socket of its own, or a free port.
  record Address(Path socket, int port, Transport transport) {}

  static List<Peer> all() {
    return List.of(
        new Peer(
            "qemu-nbd",
            List.of(Format.RAW, Format.QCOW2),
            (image, at) -> qemuNbd(image, at, "threads")),
        new Peer(
            "qemu-nbd io_uring",
            List.of(Format.RAW, Format.QCOW2),
            (image, at) -> qemuNbd(image, at, "io_uring")),
        new Peer("nbdkit file", List.of(Format.RAW), Peer::nbdkit),
        new Peer("storage daemon", List.of(Format.values()), Peer::daemon));
  }

  private static List<String> qemuNbd(Image image, Address at, String aio) {
    List<String> command =
        words("qemu-nbd -t -e 64 --discard=unmap --cache=writeback --aio=" + aio);
    command.addAll(List.of("-f", image.fileFormat(), "-x", "disk"));
    command.addAll(
        at.transport() == Transport.UNIX
            ? List.of("-k", at.socket().toString())
            : List.of("-b", "127.0.0.1", "-p", "" + at.port()));
    command.add(image.file().toString());
    return command;
  }

  private static List<String> nbdkit(Image image, Address at) {
    List<String> command = words("nbdkit -f --exit-with-parent");
    command.addAll(
        at.transport() == Transport.UNIX
            ? List.of("-U", at.socket().toString())
            : List.of("-i", "127.0.0.1", "-p", "" + at.port()));
    command.addAll(List.of("file", image.file().toString()));
    return command;
  }

  private static List<String> daemon(Image image, Address at) {
    List<String> command = words("qemu-storage-daemon");
    for (int i = 0; i < image.files().size(); i++) {
      String file = "driver=file,node-name=file%d,discard=unmap,filename=%s";
      String disk = "driver=%s,node-name=disk%d,file=file%d";
      command.addAll(List.of("--blockdev", file.formatted(i, image.files().get(i))));
      command.addAll(List.of("--blockdev", disk.formatted(image.fileFormat(), i, i)));
    }
    if (image.format() == Format.QUORUM) {
      String children = "children.0=disk0,children.1=disk1,children.2=disk2";
      command.addAll(
          List.of("--blockdev", "driver=quorum,node-name=quorum,vote-threshold=2," + children));
    }
    String exported = image.format() == Format.QUORUM ? "quorum" : "disk0";
    command.addAll(
        List.of(
            "--nbd-server",
            at.transport() == Transport.UNIX
                ? "addr.type=unix,addr.path=" + at.socket() + ",max-connections=64"
                : "addr.type=inet,addr.host=127.0.0.1,addr.port=" + at.port(),
            "--export",
            "type=nbd,id=disk,node-name=" + exported + ",name=disk,writable=on"));
    return command;
  }

  private static List<String> words(String line) {
    return new ArrayList<>(List.of(line.split(" ")));
  }

  @Override
  public boolean can(Format format) {
    return formats.contains(format);
  }

  @Override
  public Serving serve(Image image, Transport transport) throws IOException, InterruptedException {
    Address address = new Address(Files.createTempDirectory("nbd").resolve("s"), port(), transport);
    Path log = Files.createTempFile("nbd", ".log");
    Process process =
        new ProcessBuilder(command.apply(image, address))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await(process, address, log);
    return new Running(process, address);
  }

  private static int port() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static void await(Process process, Address at, Path log)
      throws IOException, InterruptedException {
    for (int waited = 0; waited < PATIENCE_MS && process.isAlive(); waited += 20) {
      try (SocketChannel channel =
          at.transport() == Transport.UNIX
              ? SocketChannel.open(StandardProtocolFamily.UNIX)
              : SocketChannel.open()) {
        channel.connect(
            at.transport() == Transport.UNIX
                ? UnixDomainSocketAddress.of(at.socket())
                : new InetSocketAddress("127.0.0.1", at.port()));
        return;
      } catch (IOException e) {
        Thread.sleep(20);
      }
    }
    process.destroyForcibly();
    throw new IllegalStateException("no server: " + Files.readString(log));
  }

  private record Running(Process process, Address at) implements Serving {
    @Override
    public String address() {
      return at.transport() == Transport.UNIX ? "unix:" + at.socket() : "tcp:" + at.port();
    }

    @Override
    public String export() {
      return "disk";
    }

    @Override
    public long pid() {
      return process.pid();
    }

    @Override
    public void close() throws IOException, InterruptedException {
      process.destroy();
      if (!process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
      Files.deleteIfExists(at.socket());
      Files.deleteIfExists(at.socket().getParent());
    }
  }
}
