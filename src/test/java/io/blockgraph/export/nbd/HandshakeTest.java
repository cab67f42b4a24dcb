package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.MemoryDisk;
import io.blockgraph.nbd.Wire;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The handshake as the protocol's MUSTs want it; C numbers are those of the conformance checklist.
class HandshakeTest {
  private final TestServer server = new TestServer();
  private final RawClient client = server.connect();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private RawClient.OptionReply only(int option, byte... data) {
    List<RawClient.OptionReply> replies = client.option(option, data).replies();
    assertThat(replies).hasSize(1);
    assertThat(replies.getFirst().option()).isEqualTo(option);
    return replies.getFirst();
  }

  @Test
  void greetsWithBothMagicsAndTwoFlags() { // C1
    ByteBuffer greeting = ByteBuffer.wrap(client.read(18));
    assertThat(greeting.getLong()).isEqualTo(Wire.NBD_MAGIC);
    assertThat(greeting.getLong()).isEqualTo(Wire.OPTION_MAGIC);
    assertThat(greeting.getShort()).isEqualTo((short) 3);
  }

  @Test
  void closesOnUnknownClientFlags() { // C2
    assertThat(client.greet(4 | 1).isClosed()).isTrue();
  }

  @Test
  void sendsZeroesAfterExportNameUnlessAgreedOtherwise() { // C3
    client.greet(1).option(Wire.OPTION_EXPORT_NAME, utf8("disk"));
    assertThat(client.read(10 + 124)).endsWith(new byte[124]);
    assertThat(client.isServed()).isTrue();
  }

  @Test
  void sendsNoZeroesWhenAgreed() { // C3
    client.greet(3).option(Wire.OPTION_EXPORT_NAME, utf8("disk"));
    assertThat(ByteBuffer.wrap(client.read(10)).getLong()).isEqualTo(TestServer.SIZE_BYTES);
    assertThat(client.isServed()).isTrue();
  }

  @Test
  void closesOnExportNameOfNoExport() { // C4
    assertThat(client.greet().option(Wire.OPTION_EXPORT_NAME, utf8("none")).isClosed()).isTrue();
  }

  @Test
  void servesExportNameToAnOldClientAndNothingElse() {
    client.greet(0).option(Wire.OPTION_EXPORT_NAME, utf8("disk")).read(134);
    assertThat(client.isServed()).isTrue();
    try (RawClient other = server.connect()) {
      assertThat(other.greet(0).option(Wire.OPTION_LIST).isClosed()).isTrue();
    }
  }

  @Test
  void acknowledgesAbortAndCloses() { // C5
    client.greet();
    assertThat(only(Wire.OPTION_ABORT).type()).isEqualTo(Wire.REPLY_ACK);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void refusesUnknownOptionsAndReadsOn() { // C6, C10
    client.greet();
    assertThat(only(4711, new byte[1000]).type()).isEqualTo(Wire.REPLY_UNSUPPORTED);
    assertThat(only(12).type()).isEqualTo(Wire.REPLY_UNSUPPORTED);
    assertThat(client.go("disk").sizeBytes()).isEqualTo(TestServer.SIZE_BYTES);
  }

  @Test
  void listsItsExportsByName() { // C7
    server.withReadOnly("another", new MemoryDisk(512));
    List<RawClient.OptionReply> replies = client.greet().option(Wire.OPTION_LIST).replies();
    assertThat(replies).hasSize(3);
    assertThat(replies.get(0).data()).isEqualTo(lengthAnd("another"));
    assertThat(replies.get(1).data()).isEqualTo(lengthAnd("disk"));
  }

  @Test
  void refusesListWithData() { // C7
    client.greet();
    assertThat(only(Wire.OPTION_LIST, (byte) 1).type()).isEqualTo(Wire.REPLY_INVALID);
    assertThat(client.option(Wire.OPTION_LIST).replies()).hasSize(2);
  }

  @Test
  void tellsTheSameWithInfoAsWithGo() { // C8
    byte[] data = RawClient.infoData("disk", 1, 2, 3, 999);
    List<RawClient.OptionReply> info = client.greet().option(Wire.OPTION_INFO, data).replies();
    List<RawClient.OptionReply> go = client.option(Wire.OPTION_GO, data).replies();
    assertThat(info).hasSize(4).hasSameSizeAs(go);
    assertThat(info.getFirst().data()).hasSize(12);
    for (int i = 0; i < info.size(); i++) {
      assertThat(info.get(i).data()).isEqualTo(go.get(i).data());
    }
  }

  @Test
  void refusesAnUnknownExportAndReadsOn() { // C9
    client.greet();
    for (String name : List.of("none", "", "DISK")) {
      assertThat(only(Wire.OPTION_INFO, RawClient.infoData(name)).type())
          .isEqualTo(Wire.REPLY_UNKNOWN);
    }
    assertThat(client.go("disk").sizeBytes()).isPositive();
  }

  @Test
  void refusesMalformedNamesAndReadsOn() { // C11
    client.greet();
    for (byte[] name : List.of(new byte[4097], new byte[] {'a', 0}, new byte[] {(byte) 0xff})) {
      ByteBuffer data = ByteBuffer.allocate(6 + name.length).putInt(name.length).put(name);
      assertThat(only(Wire.OPTION_GO, data.array()).type()).isEqualTo(Wire.REPLY_INVALID);
    }
    assertThat(client.go("disk").sizeBytes()).isPositive();
  }

  @Test
  void refusesInfoWhoseNumbersContradictItsLength() {
    client.greet();
    byte[] longName = RawClient.infoData("disk");
    longName[3] = 50;
    byte[] manyInfos = RawClient.infoData("disk");
    manyInfos[9] = 3;
    for (byte[] data : List.of(longName, manyInfos, new byte[0], new byte[5])) {
      assertThat(only(Wire.OPTION_INFO, data).type()).isEqualTo(Wire.REPLY_INVALID);
    }
  }

  @Test
  void tellsBlockSizesThatKeepTheRules() { // C12
    client.greet().option(Wire.OPTION_INFO, RawClient.infoData("disk", Wire.INFO_BLOCK_SIZE));
    ByteBuffer sizes = ByteBuffer.wrap(client.replies().get(1).data());
    assertThat(sizes.remaining()).isEqualTo(14);
    assertThat(sizes.getShort()).isEqualTo((short) Wire.INFO_BLOCK_SIZE);
    assertThat(sizes.getInt()).isEqualTo(1);
    assertThat(sizes.getInt()).isEqualTo(4096);
    assertThat(sizes.getInt()).isEqualTo(32 << 20);
  }

  @Test
  void refusesStructuredRepliesWithData() {
    client.greet();
    assertThat(only(Wire.OPTION_STRUCTURED_REPLY, (byte) 0).type()).isEqualTo(Wire.REPLY_INVALID);
    client.go("disk");
    assertThat(client.isServed()).isTrue();
  }

  @Test
  void refusesTlsByPolicy() { // C15
    client.greet();
    assertThat(only(Wire.OPTION_STARTTLS).type()).isEqualTo(Wire.REPLY_POLICY);
    assertThat(client.go("disk").sizeBytes()).isPositive();
  }

  @Test
  void offersOnlyFlagsThatAreServed() { // C21, C22
    server.withReadOnly("ro", new MemoryDisk(512));
    assertThat(client.greet().go("disk").flags()).isEqualTo(1 | 4 | 8 | 32 | 64 | 256 | 2048);
    try (RawClient reader = server.greeted()) {
      reader.structured();
      assertThat(reader.go("ro").flags()).isEqualTo(1 | 2 | 4 | 128 | 256);
    }
  }

  @Test
  void tellsDescriptionAndNameOnRequest() {
    server.server.add(
        new NbdExport(
            new ExportName("told"), "for the archive", server.disk, NbdExport.Access.READ_ONLY, 1));
    client.greet().option(Wire.OPTION_INFO, RawClient.infoData("told", 2, 1));
    List<RawClient.OptionReply> replies = client.replies();
    assertThat(replies.get(1).text()).endsWith("told");
    assertThat(replies.get(2).text()).endsWith("for the archive");
  }

  private static byte[] lengthAnd(String text) {
    return ByteBuffer.allocate(4 + text.length()).putInt(text.length()).put(utf8(text)).array();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
