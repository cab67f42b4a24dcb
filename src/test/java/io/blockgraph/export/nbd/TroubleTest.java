package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException;
import io.blockgraph.nbd.Wire;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What clients see when the disk fails.
class TroubleTest {
  private final BareDisk bare = new BareDisk(8 << 20);
  private final TestServer server = new TestServer().with("bare", bare);
  private final RawClient simple = server.simple("bare");
  private final RawClient structured = server.structured("bare");

  @AfterEach
  void close() {
    simple.close();
    structured.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource(BlockException.Kind.class)
  void answersEveryKindOfTroubleAndGoesOn(BlockException.Kind kind) {
    bare.fail(kind, offset -> true);
    List<Integer> known = List.of(1, 5, 22, 28, 108);
    assertThat(simple.error(0, Command.READ, 0, 512)).isIn(known);
    assertThat(simple.write(0, 0, new byte[512])).isIn(known);
    assertThat(simple.write(0, 0, new byte[3 << 20])).isIn(known);
    assertThat(simple.error(0, Command.FLUSH, 0, 0)).isIn(known);
    assertThat(simple.error(0, Command.WRITE_ZEROES, 0, 512)).isIn(known);
    bare.fail(kind, offset -> false);
    assertThat(simple.isServed()).isTrue();
  }

  @Test
  void saysNoSpaceWhenThereIsNone() {
    bare.fail(BlockException.Kind.NO_SPACE, offset -> true);
    assertThat(simple.write(0, 0, new byte[512])).isEqualTo(NbdError.ENOSPC.number());
  }

  @Test
  void failsAWriteWithFuaWhoseFlushFails() {
    bare.fail(BlockException.Kind.FLUSH_FAILED, offset -> offset == -1);
    assertThat(simple.write(Wire.FUA, 0, new byte[512])).isEqualTo(NbdError.EIO.number());
    assertThat(simple.write(0, 0, new byte[512])).isZero();
  }

  @Test
  void hangsUpWhenASimpleReadFailsBehindItsHeader() { // C23
    bare.fail(BlockException.Kind.IO, offset -> offset >= 2 << 20);
    simple.ask(0, Command.READ, 0, 4 << 20);
    assertThat(simple.simple().error()).isZero();
    assertThat(simple.readToEnd()).isLessThanOrEqualTo(2 << 20);
  }

  @Test
  void endsAStructuredReadWithAnErrorChunk() { // C24
    bare.fail(BlockException.Kind.IO, offset -> offset >= 2 << 20);
    List<RawClient.Chunk> chunks = structured.ask(0, Command.READ, 0, 4 << 20).chunks();
    assertThat(chunks).hasSize(3);
    assertThat(chunks.getLast().error()).isEqualTo(NbdError.EIO.number());
    assertThat(structured.ask(0, Command.READ, 0, 1).chunks()).hasSize(1);
  }

  @Test
  void tellsClientsNothingAboutTheHost() {
    bare.fail(BlockException.Kind.IO, offset -> true);
    RawClient.Chunk chunk = structured.ask(0, Command.READ, 0, 512).chunk();
    String text = new String(chunk.payload(), StandardCharsets.UTF_8);
    assertThat(text).contains("READ of 512 bytes").doesNotContain("secret");
    assertThat(server.server.clients().getLast().lastError())
        .hasValueSatisfying(error -> assertThat(error).contains("/secret/path"));
  }

  @Test
  void countsWhatWasServedAndWhatFailed() {
    simple.write(0, 0, new byte[4096]);
    simple.error(0, Command.FLUSH, 0, 0);
    simple.isServed();
    bare.fail(BlockException.Kind.IO, offset -> true);
    simple.error(0, Command.READ, 0, 512);
    NbdClient client = server.server.clients().getFirst();
    assertThat(client.traffic()).isEqualTo(new NbdClient.Traffic(1, 1, 1, 4096, 1, 1));
    assertThat(client.export()).contains(new ExportName("bare"));
  }
}
