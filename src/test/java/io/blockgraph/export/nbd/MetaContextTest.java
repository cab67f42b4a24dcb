package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.MemoryDisk;
import io.blockgraph.nbd.Wire;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Choosing metadata contexts (C14 of the conformance checklist).
class MetaContextTest {
  private final TestServer server = new TestServer();
  private final RawClient client = server.greeted();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private List<RawClient.OptionReply> set(String export, String... queries) {
    return client
        .option(Wire.OPTION_SET_META_CONTEXT, RawClient.metaData(export, queries))
        .replies();
  }

  private List<RawClient.OptionReply> list(String... queries) {
    return client
        .option(Wire.OPTION_LIST_META_CONTEXT, RawClient.metaData("disk", queries))
        .replies();
  }

  private int statusError() {
    client.go("disk");
    return client.ask(0, Command.BLOCK_STATUS, 0, 4096).chunks().getLast().error();
  }

  @Test
  void refusesContextsBeforeStructuredReplies() {
    assertThat(set("disk", "base:allocation").getLast().type()).isEqualTo(Wire.REPLY_INVALID);
    assertThat(list().getLast().type()).isEqualTo(Wire.REPLY_INVALID);
  }

  @Test
  void selectsAllocationAndIgnoresWhatItDoesNotKnow() {
    client.structured();
    List<RawClient.OptionReply> replies =
        set("disk", "qemu:dirty-bitmap:b", "base:other", "base:", "base:allocation");
    assertThat(replies).hasSize(2);
    assertThat(replies.getFirst().text()).endsWith("base:allocation");
    assertThat(ByteBuffer.wrap(replies.getFirst().data()).getInt()).isEqualTo(1);
    assertThat(statusError()).isZero();
  }

  @Test
  void listsAllForNoQueryAndForTheWildcard() {
    client.structured();
    assertThat(list()).hasSize(2);
    assertThat(list("base:")).hasSize(2);
    assertThat(list("base:allocation")).hasSize(2);
    assertThat(list("qemu:", "base:other")).hasSize(1);
  }

  @Test
  void selectsNothingForNoQueryAndForTheWildcard() {
    client.structured();
    assertThat(set("disk")).hasSize(1);
    assertThat(set("disk", "base:")).hasSize(1);
    assertThat(statusError()).isEqualTo(NbdError.EINVAL.number());
  }

  @Test
  void replacesTheSelectionAlsoWhenItFails() {
    client.structured();
    set("disk", "base:allocation");
    assertThat(set("none", "base:allocation").getLast().type()).isEqualTo(Wire.REPLY_UNKNOWN);
    assertThat(statusError()).isEqualTo(NbdError.EINVAL.number());
  }

  @Test
  void forgetsTheSelectionForAnotherExport() {
    server.with("other", new MemoryDisk(8192));
    client.structured();
    set("other", "base:allocation");
    assertThat(statusError()).isEqualTo(NbdError.EINVAL.number());
  }

  @Test
  void refusesQueriesWithoutNamespaceOrBeyondTheOption() {
    client.structured();
    byte[] tooLong = RawClient.metaData("disk", "base:allocation");
    tooLong[15] = 100;
    byte[] trailing = Arrays.copyOf(tooLong, tooLong.length + 1);
    trailing[15] = 15;
    for (byte[] data : List.of(tooLong, trailing, RawClient.metaData("disk", "allocation"))) {
      client.option(Wire.OPTION_SET_META_CONTEXT, data);
      assertThat(client.replies().getLast().type()).isEqualTo(Wire.REPLY_INVALID);
    }
  }

  @Test
  void findsTooManyQueriesTooBig() {
    client.structured();
    String[] queries = new String[1025];
    Arrays.fill(queries, "x:y");
    assertThat(set("disk", queries).getLast().type()).isEqualTo(Wire.REPLY_TOO_BIG);
    assertThat(set("disk", Arrays.copyOf(queries, 1024)).getLast().type())
        .isEqualTo(Wire.REPLY_ACK);
  }

  @Test
  void findsAHundredThousandQueriesTooBigAndReadsOn() {
    client.structured();
    byte[] data = new byte[4 + 4 + 4 + 100_000 * 4];
    System.arraycopy(RawClient.metaData("disk"), 0, data, 0, 8);
    ByteBuffer.wrap(data).putInt(8, 100_000);
    client.option(Wire.OPTION_SET_META_CONTEXT, data);
    assertThat(client.replies().getLast().type()).isEqualTo(Wire.REPLY_TOO_BIG);
    assertThat(client.go("disk").sizeBytes()).isPositive();
  }
}
