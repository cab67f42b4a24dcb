package io.blockgraph.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/// A connection under TLS: what is written here leaves encrypted, what is read here came so.
///
///     write ──> [record|record|record|record] ──> socket      as many records as fit, then one send
///     read  <── [record|record|rec..        ] <── socket      one receive, then all whole records
///
/// One thread reads and one writes at a moment; they may be two. [#close] may be called by any
/// thread and only closes the socket; [#finish] takes leave of the peer first. The buffers are on
/// the heap: the ciphers of the JDK work on arrays, and would copy out of native memory.
public final class TlsChannel implements ByteChannel {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /// So many records are sent and received together.
  private static final int RECORDS = 4;

  private final SocketChannel channel;
  private final SSLEngine engine;

  /// Encrypted bytes that came, from position to limit.
  private ByteBuffer received;

  /// Decrypted bytes that the reader had no room for, from position to limit.
  private ByteBuffer plain = NOTHING;

  /// Encrypted bytes that are to leave, up to position.
  private ByteBuffer due;

  /// Whoever has not shown yet who it is gets room for one record each way.
  private TlsChannel(SocketChannel channel, SSLEngine engine) {
    this.channel = channel;
    this.engine = engine;
    int record = engine.getSession().getPacketBufferSize();
    this.received = ByteBuffer.allocate(record).flip();
    this.due = ByteBuffer.allocate(record);
  }

  private void widen() {
    int record = engine.getSession().getPacketBufferSize();
    received =
        ByteBuffer.allocate(Math.max(RECORDS * record, received.remaining())).put(received).flip();
    plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()).flip();
    due = ByteBuffer.allocate(RECORDS * record);
  }

  /// Begins TLS, or waits for the client to begin it, as the engine has it, and returns when both
  /// sides are sure of each other.
  ///
  /// Whatever the peer has sent before is taken for TLS and nothing else, so nothing that was put
  /// in plain behind its wish for TLS is ever believed.
  ///
  /// @throws SSLException when it came to nothing; the peer has been told why
  public static TlsChannel begin(SocketChannel channel, SSLEngine engine) throws IOException {
    TlsChannel tls = new TlsChannel(channel, engine);
    try {
      tls.shakeHands();
      tls.widen();
      return tls;
    } catch (SSLException e) {
      tls.finish();
      throw e;
    }
  }

  /// What was agreed on.
  public SSLEngine engine() {
    return engine;
  }

  private void shakeHands() throws IOException {
    engine.beginHandshake();
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> engine.getDelegatedTask().run();
        case NEED_WRAP -> {
          wrap(NOTHING);
          flush();
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> takeOne();
        case FINISHED, NOT_HANDSHAKING -> {
          return;
        }
      }
    }
  }

  private void takeOne() throws IOException {
    boolean ended =
        switch (engine.unwrap(received, NOTHING).getStatus()) {
          case BUFFER_UNDERFLOW -> fill() < 0;
          case CLOSED -> true;
          case OK -> false;
          case BUFFER_OVERFLOW -> throw new ProtocolBroken("a record that is too large");
        };
    if (ended) {
      throw new EOFException();
    }
  }

  /// At least one byte, unless `into` is full or the peer has ended; more where whole records are
  /// there.
  @Override
  public int read(ByteBuffer into) throws IOException {
    if (plain.hasRemaining()) {
      return takePlain(into);
    }
    int start = into.position();
    while (into.hasRemaining()) {
      SSLEngineResult.Status status = unwrap(into);
      int got = into.position() - start;
      switch (status) {
        case OK -> {}
        case BUFFER_OVERFLOW -> {
          if (got > 0) {
            return got;
          }
          return fillPlain() ? takePlain(into) : -1;
        }
        case BUFFER_UNDERFLOW -> {
          if (got > 0) {
            return got;
          }
          if (fill() < 0) {
            return -1;
          }
        }
        case CLOSED -> {
          return got > 0 ? got : -1;
        }
      }
    }
    return into.position() - start;
  }

  /// Decrypts the next record that is larger than what the reader wants of it; false at the end.
  private boolean fillPlain() throws IOException {
    plain.clear();
    try {
      while (plain.position() == 0) {
        boolean ended =
            switch (unwrap(plain)) {
              case OK -> false;
              case BUFFER_UNDERFLOW -> fill() < 0;
              case CLOSED -> true;
              case BUFFER_OVERFLOW -> throw new ProtocolBroken("a record that is too large");
            };
        if (ended) {
          return false;
        }
      }
      return true;
    } finally {
      plain.flip();
    }
  }

  private int takePlain(ByteBuffer into) {
    int bytes = Math.min(plain.remaining(), into.remaining());
    into.put(plain.slice(plain.position(), bytes));
    plain.position(plain.position() + bytes);
    return bytes;
  }

  private SSLEngineResult.Status unwrap(ByteBuffer into) throws IOException {
    SSLEngineResult result = engine.unwrap(received, into);
    boolean ok = result.getStatus() == SSLEngineResult.Status.OK;
    if (ok && result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_TASK) {
      throw new ProtocolBroken("the peer wants to negotiate TLS again");
    }
    assert !ok || result.bytesConsumed() > 0 : result;
    return result.getStatus();
  }

  /// One receive; less than nothing when the peer has ended.
  private int fill() throws IOException {
    received.compact();
    try {
      return channel.read(received);
    } finally {
      received.flip();
    }
  }

  /// All of `from`; returns when the system has taken it.
  @Override
  public int write(ByteBuffer from) throws IOException {
    int start = from.position();
    while (from.hasRemaining()) {
      wrap(from);
    }
    flush();
    return from.position() - start;
  }

  private void wrap(ByteBuffer from) throws IOException {
    switch (engine.wrap(from, due).getStatus()) {
      case OK -> {}
      case BUFFER_OVERFLOW -> flush();
      case CLOSED -> throw new ClosedChannelException();
      case BUFFER_UNDERFLOW ->
          throw new IllegalStateException("nothing to be wrapped is too little");
    }
  }

  private void flush() throws IOException {
    due.flip();
    while (due.hasRemaining()) {
      channel.write(due);
    }
    due.clear();
  }

  /// Tells the peer that this is the end, or what it did wrong, if it can be told at once. Nobody
  /// writes here any more.
  public void finish() {
    engine.closeOutbound();
    try {
      channel.configureBlocking(false);
      due.clear();
      engine.wrap(NOTHING, due);
      channel.write(due.flip());
    } catch (IOException e) {
      // The peer is gone, or somebody here closed the channel: there is nobody to tell.
      assert engine.isOutboundDone() || !channel.isOpen();
    }
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
