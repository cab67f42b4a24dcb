package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;

/// A server on a free port of loopback with one writable export `disk` of memory, 4 MiB unless told
/// otherwise.
final class TestServer implements AutoCloseable {
  static final int SIZE_BYTES = 4 << 20;

  final MemoryDisk disk = new MemoryDisk(SIZE_BYTES);
  final NbdServer server;
  final NbdAddress.Tcp address;

  TestServer() {
    this(NbdLimits.DEFAULT);
  }

  TestServer(NbdLimits limits) {
    this(limits, new Encryption.Off());
  }

  TestServer(NbdLimits limits, Encryption encryption) {
    server = new NbdServer(limits, Clock.systemUTC(), NbdEvents.NONE);
    address = (NbdAddress.Tcp) server.listen(loopback(), encryption);
    server.add(NbdExport.of("disk", disk, NbdExport.Access.WRITABLE));
  }

  static NbdAddress loopback() {
    return new NbdAddress.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /// Offers one more disk for writing.
  TestServer with(String name, BlockIo more) {
    server.add(NbdExport.of(name, more, NbdExport.Access.WRITABLE));
    return this;
  }

  /// Offers one more disk for reading only.
  TestServer withReadOnly(String name, BlockIo more) {
    server.add(NbdExport.of(name, more, NbdExport.Access.READ_ONLY));
    return this;
  }

  /// A client that has sent nothing.
  RawClient connect() {
    return RawClient.connect(address.address());
  }

  /// A client that has greeted the server.
  RawClient greeted() {
    return connect().greet();
  }

  /// A client in transmission with an export, simple replies.
  RawClient simple(String name) {
    RawClient client = greeted();
    client.go(name);
    return client;
  }

  /// A client in transmission with an export, structured replies and base:allocation.
  RawClient structured(String name) {
    RawClient client = greeted();
    client.structuredWithAllocation(name);
    client.go(name);
    return client;
  }

  /// A client in transmission with an export, extended headers and base:allocation.
  RawClient extended(String name) {
    return greeted().extended(name);
  }

  String uri(String name) {
    return address.uri(new ExportName(name)).toString();
  }

  @Override
  public void close() {
    server.close();
  }
}
