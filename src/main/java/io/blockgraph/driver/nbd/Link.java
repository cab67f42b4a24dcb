package io.blockgraph.driver.nbd;

import io.blockgraph.nbd.TlsChannel;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// One connection in the transmission phase. Whoever has a request sends it; one thread receives.
final class Link {
  final ExportInfo info;
  final Pending pending = new Pending();

  /// Under the lock of the [Line]: whether somebody looks at what waits too long.
  boolean watched;

  /// Under the lock of the [Line]: a request was not answered in time.
  boolean overdue;

  private final ByteChannel channel;
  private final Inlet in;
  private final ReentrantLock sending = new ReentrantLock();
  private final ByteBuffer header = ByteBuffer.allocateDirect(Wire.REQUEST_BYTES);

  Link(ByteChannel channel, Inlet in, ExportInfo info) {
    this.channel = channel;
    this.in = in;
    this.info = info;
  }

  /// Sends a request that is pending. When that fails the connection is broken off, and the caller
  /// hears of it like everybody who waits.
  void send(long cookie, Exchange exchange) {
    sending.lock();
    try {
      put(exchange.command, cookie, exchange.range.offset(), exchange.range.length());
      if (exchange.command.number() == Wire.COMMAND_WRITE) {
        all(exchange.memory.asByteBuffer());
      }
    } catch (IOException e) {
      breakOff();
    } finally {
      sending.unlock();
    }
  }

  private void put(Exchange.Command command, long cookie, long offset, long length)
      throws IOException {
    header.clear().putInt(Wire.REQUEST_MAGIC).putShort((short) command.flags());
    header.putShort((short) command.number()).putLong(cookie);
    header.putLong(offset).putInt((int) length);
    all(header.flip());
  }

  private void all(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /// Receives until the connection is over; answers why it is.
  IOException receive(Receiver.Answered answered) {
    Receiver receiver = new Receiver(in, this, answered);
    try {
      while (true) {
        receiver.receiveOne();
      }
    } catch (IOException e) {
      breakOff();
      return e;
    }
  }

  /// Ends the connection at once. Any thread.
  void breakOff() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed all the same: the system only tells that what was sent may not have arrived.
      assert !channel.isOpen() : e;
    }
  }

  /// Takes leave of the server, which nobody has anything to ask any more.
  void farewell(ScheduledExecutorService deadlines) {
    var late = deadlines.schedule(this::breakOff, Limits.FAREWELL_NANOS, TimeUnit.NANOSECONDS);
    sending.lock();
    try {
      put(new Exchange.Command(Wire.COMMAND_DISC, 0), 0, 0, 0);
      if (channel instanceof TlsChannel tls) {
        tls.finish();
      }
    } catch (IOException e) {
      // The server has gone first.
      assert e != null;
    } finally {
      sending.unlock();
      late.cancel(false);
      breakOff();
    }
  }
}
