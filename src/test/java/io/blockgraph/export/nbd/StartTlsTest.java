package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.nbd.Wire;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a client comes under TLS, and how it does not (C15 to C17 of the conformance checklist).
@Timeout(120)
class StartTlsTest {
  @TempDir static Path folder;
  private static @Nullable TlsWorld world;

  private @Nullable TestServer server;

  @BeforeAll
  static void makeCertificates() {
    world = new TlsWorld(folder);
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  private RawClient at(Encryption encryption) {
    server = new TestServer(NbdLimits.DEFAULT, encryption);
    return server.greeted();
  }

  private static int only(RawClient client, int option, byte... data) {
    List<RawClient.OptionReply> replies = client.option(option, data).replies();
    assertThat(replies).hasSize(1);
    return replies.getFirst().type();
  }

  @Test
  void answersNothingElseBeforeTlsWhereTlsIsRequired() { // C16
    try (RawClient client = at(world.required())) {
      for (int option : new int[] {3, 6, 7, 8, 9, 10, 11, 99}) {
        assertThat(only(client, option)).as("option %d", option).isEqualTo(Wire.REPLY_TLS_REQUIRED);
      }
      assertThat(only(client, Wire.OPTION_GO, RawClient.infoData("disk")))
          .isEqualTo(Wire.REPLY_TLS_REQUIRED);
      assertThat(only(client, Wire.OPTION_SET_META_CONTEXT, new byte[70_000]))
          .isEqualTo(Wire.REPLY_TLS_REQUIRED);
      assertThat(only(client, Wire.OPTION_ABORT)).isEqualTo(Wire.REPLY_ACK);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void closesOnExportNameBeforeTlsWhereTlsIsRequired() { // C16
    try (RawClient client = at(world.required())) {
      assertThat(client.option(Wire.OPTION_EXPORT_NAME, (byte) 'd').isClosed()).isTrue();
    }
    try (RawClient old = server.connect()) {
      assertThat(old.greet(0).option(Wire.OPTION_STARTTLS).isClosed()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void servesUnderTls(String version) {
    try (RawClient client = at(world.required())) {
      client.startTls(world.stranger(), version);
      assertThat(only(client, Wire.OPTION_STARTTLS)).isEqualTo(Wire.REPLY_INVALID);
      assertThat(client.option(Wire.OPTION_LIST).replies()).hasSize(2);
      client.go("disk");
      assertThat(client.isServed()).isTrue();
      TlsSession tls = server.server.clients().getFirst().tls().orElseThrow();
      assertThat(tls.version()).isEqualTo(version);
      assertThat(tls.subject()).isEmpty();
    }
  }

  @Test
  void leavesTheChoiceWhereTlsIsAllowed() {
    try (RawClient client = at(world.allowed())) {
      assertThat(only(client, Wire.OPTION_STARTTLS, (byte) 1)).isEqualTo(Wire.REPLY_INVALID);
      client.go("disk");
      assertThat(client.isServed()).isTrue();
      assertThat(server.server.clients().getFirst().tls()).isEmpty();
    }
    try (RawClient client = server.greeted()) {
      client.startTls(world.stranger());
      client.go("disk");
      assertThat(client.isServed()).isTrue();
    }
  }

  @Test
  void forgetsWhatWasAgreedOnInPlain() { // CVE-2021-3716
    try (RawClient client = at(world.allowed())) {
      client.structuredWithAllocation("disk");
      client.startTls(world.stranger());
      assertThat(client.go("disk").flags() & Wire.SEND_DF).isZero();
      assertThat(client.isServed()).isTrue();
      assertThat(client.error(0, Command.BLOCK_STATUS, 0, 4096))
          .isEqualTo(NbdError.EINVAL.number());
    }
    try (RawClient client = server.greeted()) {
      only(client, Wire.OPTION_EXTENDED_HEADERS);
      client.startTls(world.stranger());
      client.go("disk");
      assertThat(client.isServed()).isTrue();
    }
  }

  @Test
  void believesNothingThatWasPutInBehindTheWishForTls() { // CVE-2021-3716 and its kin
    try (RawClient client = at(world.allowed())) {
      ByteBuffer together = ByteBuffer.allocate(48);
      together.put(RawClient.optionHeader(Wire.OPTION_STARTTLS, 0));
      together.put(RawClient.optionHeader(Wire.OPTION_STRUCTURED_REPLY, 0));
      together.put(RawClient.optionHeader(Wire.OPTION_LIST, 0));
      client.send(together);
      assertThat(client.reply().type()).isEqualTo(Wire.REPLY_ACK);
      assertThat(client.readToEnd()).as("a TLS alert at most").isLessThan(20);
    }
  }

  @Test
  void servesNobodyInPlainAfterTheWishForTls() {
    try (RawClient client = at(world.allowed())) {
      assertThat(only(client, Wire.OPTION_STARTTLS)).isEqualTo(Wire.REPLY_ACK);
      client.option(Wire.OPTION_GO, RawClient.infoData("disk"));
      assertThat(client.readToEnd()).isLessThan(20);
    }
  }

  @Test
  void refusesOldVersions() {
    try (RawClient client = at(world.required())) {
      assertThat(only(client, Wire.OPTION_STARTTLS)).isEqualTo(Wire.REPLY_ACK);
      ByteBuffer hello = ByteBuffer.allocate(50).put((byte) 22).putShort((short) 0x0301);
      hello.putShort((short) 45).putInt(1 << 24 | 41).putShort((short) 0x0302);
      hello.position(hello.position() + 33).putShort((short) 2).putShort((short) 0xc013);
      client.send(hello.put((byte) 1).put((byte) 0));
      assertThat(client.read(1)[0]).as("alert").isEqualTo((byte) 21);
      assertThat(client.readToEnd()).isLessThan(20);
    }
  }

  @Test
  void refusesToNegotiateTlsAgain() {
    try (RawClient client = at(world.required())) {
      javax.net.ssl.SSLSocket tls = client.startTls(world.stranger(), "TLSv1.2");
      client.go("disk");
      assertThatThrownBy(
              () -> {
                tls.startHandshake();
                client.isServed();
              })
          .isInstanceOfAny(
              java.io.IOException.class, UncheckedIOException.class, RawClient.Closed.class);
    }
  }

  @Test
  void goesOnWithOtherKeys() throws java.io.IOException {
    try (RawClient client = at(world.required())) {
      javax.net.ssl.SSLSocket tls = client.startTls(world.stranger(), "TLSv1.3");
      client.go("disk");
      for (int i = 0; i < 5; i++) {
        tls.startHandshake();
        assertThat(client.isServed()).isTrue();
      }
    }
  }

  @Test
  void closesWhenTlsTakesTooLong() {
    NbdLimits.Negotiation hasty = new NbdLimits.Negotiation(1_500, 64, 64 << 10, 1024, 1024);
    NbdLimits limits = new NbdLimits(hasty, NbdLimits.DEFAULT.transfer(), 1000);
    server = new TestServer(limits, world.required());
    try (RawClient client = server.greeted()) {
      assertThat(only(client, Wire.OPTION_STARTTLS)).isEqualTo(Wire.REPLY_ACK);
      client.send((byte) 22, (byte) 3);
      assertThat(client.isClosed()).isTrue();
    }
  }

  /// In TLS 1.2 one can see from outside that a record is an alert, here close_notify.
  private RawClient secured() {
    RawClient client = server.greeted();
    client.startTls(world.stranger(), "TLSv1.2");
    return client;
  }

  private static void hearsTheEnd(RawClient client) {
    byte[] tail = client.encryptedTail();
    assertThat(tail).isNotEmpty().hasSizeLessThan(100);
    assertThat(tail[0]).isEqualTo((byte) 21);
  }

  @Test
  void takesLeaveUnderTls() { // C29
    server = new TestServer(NbdLimits.DEFAULT, world.required());
    try (RawClient client = secured()) {
      client.go("disk");
      hearsTheEnd(client.send(RawClient.request(0, Command.DISC, 0, 0)));
    }
    try (RawClient client = secured()) {
      assertThat(only(client, Wire.OPTION_ABORT)).isEqualTo(Wire.REPLY_ACK);
      hearsTheEnd(client);
    }
    try (RawClient client = secured()) {
      client.go("disk");
      hearsTheEnd(client.send(new byte[28]));
    }
    try (RawClient client = secured()) {
      client.go("disk");
      server.server.remove(new ExportName("disk"));
      hearsTheEnd(client);
    }
  }

  private void refused(RawClient client, javax.net.ssl.SSLContext context) {
    assertThatThrownBy(
            () -> {
              client.startTls(context);
              client.go("disk");
            })
        .isInstanceOfAny(UncheckedIOException.class, RawClient.Closed.class);
  }

  @Test
  void servesOnlyClientsThatAnAuthorityVouchesFor() {
    try (RawClient client = at(world.verifying())) {
      refused(client, world.stranger());
    }
    try (RawClient client = server.greeted()) {
      client.startTls(world.client("client"));
      client.go("disk");
      // The one that was refused may not have gone yet.
      TlsSession tls = server.server.clients().getLast().tls().orElseThrow();
      assertThat(tls.subject()).contains("CN=operator");
    }
    TlsWorld others = new TlsWorld(folder.resolve("others"));
    try (RawClient client = server.greeted()) {
      refused(client, others.client("client"));
    }
  }

  @Test
  void servesOnlyClientsOnTheList() {
    try (RawClient client = at(world.verifying("O=Elsewhere, CN=operator", "cn=Nobody"))) {
      refused(client, world.client("client"));
    }
    server.close();
    try (RawClient client = at(world.verifying("CN=somebody", "cn=Operator"))) {
      client.startTls(world.client("client"));
      client.go("disk");
      assertThat(client.isServed()).isTrue();
    }
  }
}
