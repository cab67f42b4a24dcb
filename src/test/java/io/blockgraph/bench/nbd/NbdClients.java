package io.blockgraph.bench.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// NBD clients that keep a number of requests under way: a program of its own, so that what it
/// costs is nobody else's. A thread for each connection, simple replies, whatever answers came with
/// one receive are followed by as many requests in one send.
///
/// Prints how many requests were answered and in how many nanoseconds: `12345 1000000000`.
final class NbdClients {
  private static final byte PATTERN = 0x5a;
  private static final int REQUEST_BYTES = 28;
  private static final int REPLY_BYTES = 16;
  private static final int OPTION_EXPORT_NAME = 1;
  private static final int CLUSTER = 64 << 10;

  private final NbdLoad load;
  private final int number;
  private final long seconds;
  private final SocketChannel channel;
  private final ByteBuffer in;
  private final ByteBuffer out;
  private final long places;
  private long next;
  private long asked;
  private int taken;
  private long answered;

  private NbdClients(NbdLoad load, int number, long seconds, SocketChannel channel) {
    this.load = load;
    this.number = number;
    this.seconds = seconds;
    this.channel = channel;
    this.in = ByteBuffer.allocateDirect(Math.max(1 << 20, 2 * (REPLY_BYTES + load.sizeBytes())));
    int payload = load.kind().writes() ? load.sizeBytes() : 0;
    this.out = ByteBuffer.allocateDirect(load.depth() * (REQUEST_BYTES + payload));
    int unit = load.kind() == NbdLoad.Kind.ALLOCATING_WRITE ? CLUSTER : load.sizeBytes();
    this.places = load.diskBytes() / unit;
    this.next = places / load.connections() * number;
  }

  /// Starts the program.
  ///
  /// @param address `unix:PATH` or `tcp:PORT`
  /// @param exports one name or more, with commas between: connections take them in turns
  /// @param before seconds before it counts
  /// @param counted seconds while it counts
  static Process start(String address, String exports, double before, double counted, NbdLoad load)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=4", "-Xshare:auto"));
    command.addAll(List.of("-XX:MaxDirectMemorySize=2g"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(NbdClients.class.getName());
    command.addAll(List.of(address, exports, "" + before, "" + counted));
    command.addAll(List.of(load.arguments()));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /// What the program has counted.
  ///
  /// @param requests how many were answered
  /// @param nanos in how long
  record Counted(double requests, double nanos) {
    double perSecond() {
      return requests / (nanos / 1e9);
    }
  }

  /// What a program that was started says in the end.
  static Counted counted(Process clients) throws IOException, InterruptedException {
    String said = new String(clients.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!clients.waitFor(60, TimeUnit.SECONDS) || clients.exitValue() != 0) {
      throw new IllegalStateException("NBD clients: " + said);
    }
    String[] numbers = said.trim().split(" ");
    return new Counted(Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]));
  }

  /// @param args as [#start] gives them
  public static void main(String[] args) throws Exception {
    SocketAddress address =
        args[0].startsWith("unix:")
            ? UnixDomainSocketAddress.of(Path.of(args[0].substring(5)))
            : new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0].substring(4)));
    double before = Double.parseDouble(args[2]);
    double counted = Double.parseDouble(args[3]);
    NbdLoad load = NbdLoad.of(Arrays.copyOfRange(args, 4, args.length));
    String[] exports = args[1].split(",");
    CyclicBarrier start = new CyclicBarrier(load.connections());
    List<Callable<double[]>> clients = new ArrayList<>();
    for (int i = 0; i < load.connections(); i++) {
      SocketChannel channel = connect(address, exports[i % exports.length]);
      NbdClients client = new NbdClients(load, i, (long) ((before + counted) * 1e9), channel);
      clients.add(
          () -> {
            start.await();
            return client.run((long) (before * 1e9));
          });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(load.connections())) {
      double requests = 0;
      double nanos = 0;
      for (Future<double[]> client : threads.invokeAll(clients)) {
        requests += client.get()[0];
        nanos = Math.max(nanos, client.get()[1]);
      }
      System.out.printf("%.0f %.0f%n", requests, nanos);
    }
  }

  private static SocketChannel connect(SocketAddress address, String export) throws IOException {
    SocketChannel channel =
        address instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    channel.connect(address);
    if (address instanceof InetSocketAddress) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    receive(channel, 18);
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    ByteBuffer option = ByteBuffer.allocate(4 + 16 + name.length);
    // Fixed newstyle, no zeroes after the answer.
    option.putInt(3).put("IHAVEOPT".getBytes(StandardCharsets.US_ASCII));
    option.putInt(OPTION_EXPORT_NAME).putInt(name.length).put(name).flip();
    send(channel, option);
    receive(channel, 10);
    return channel;
  }

  private static void receive(SocketChannel channel, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("the server has hung up");
      }
    }
  }

  private static void send(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /// Keeps asking, and counts from `before` nanoseconds on.
  ///
  /// @return requests answered while it counted, and how long that was
  private double[] run(long before) throws IOException {
    long begun = System.nanoTime();
    long counting = before == 0 ? begun : 0;
    long counted = 0;
    ask(load.depth());
    while (true) {
      int answers = answers();
      long now = System.nanoTime();
      if (counting != 0) {
        counted += answers;
      } else if (now - begun >= before) {
        counting = now;
      }
      boolean over = now - begun >= seconds || asked == most();
      if (!over) {
        ask((int) Math.min(answers, most() - asked));
      } else if (answered == asked) {
        return new double[] {counted, System.nanoTime() - counting};
      } else if (asked < most()) {
        // What is still under way when the time is over does not count.
        finish();
        return new double[] {counted, now - counting};
      }
    }
  }

  private long most() {
    return load.kind() == NbdLoad.Kind.ALLOCATING_WRITE
        ? places / load.connections()
        : Long.MAX_VALUE;
  }

  private void finish() throws IOException {
    while (answered < asked) {
      answers();
    }
    channel.close();
  }

  private void ask(int requests) throws IOException {
    out.clear();
    for (int i = 0; i < requests; i++) {
      out.putInt(0x25609513).putShort((short) 0);
      out.putShort((short) (load.kind().writes() ? 1 : 0));
      out.putLong(asked++).putLong(place()).putInt(load.sizeBytes());
      if (load.kind().writes()) {
        // The buffer holds the pattern once it was sent the first time; a client that only sends
        // does not look at it again.
        for (int at = 0; asked <= load.depth() && at < load.sizeBytes(); at++) {
          out.put(out.position() + at, PATTERN);
        }
        out.position(out.position() + load.sizeBytes());
      }
    }
    send(channel, out.flip());
  }

  /// Neighbours in time lie far apart: the step is near the golden part of the places.
  private long place() {
    long index = next++;
    long unit = load.kind() == NbdLoad.Kind.ALLOCATING_WRITE ? CLUSTER : load.sizeBytes();
    boolean inOrder =
        load.kind() == NbdLoad.Kind.SEQUENTIAL_READ || load.kind() == NbdLoad.Kind.SEQUENTIAL_WRITE;
    long step = inOrder ? 1 : (long) (places * 0.6180339887) | 1;
    return index * step % places * unit;
  }

  /// Waits for answers.
  private int answers() throws IOException {
    int found = 0;
    int reply = REPLY_BYTES + (load.kind().writes() ? 0 : load.sizeBytes());
    do {
      makeRoom(reply);
      if (channel.read(in) < 0) {
        throw new EOFException("the server has hung up");
      }
      while (in.position() - taken >= reply) {
        check(taken);
        taken += reply;
        found++;
      }
    } while (found == 0);
    answered += found;
    return found;
  }

  /// What was received and not looked at is moved only when the rest of an answer would not fit.
  private void makeRoom(int reply) {
    if (taken == in.position()) {
      taken = 0;
      in.clear();
    } else if (in.capacity() - taken < reply) {
      in.flip().position(taken);
      in.compact();
      taken = 0;
    }
  }

  private void check(int at) {
    if (in.getInt(at) != 0x67446698 || in.getInt(at + 4) != 0) {
      throw new IllegalStateException(
          "connection %d was answered %08x, error %d"
              .formatted(number, in.getInt(at), in.getInt(at + 4)));
    }
    if (!load.kind().writes() && in.get(at + REPLY_BYTES + load.sizeBytes() - 1) != PATTERN) {
      throw new IllegalStateException("connection " + number + " has read something else");
    }
  }
}
