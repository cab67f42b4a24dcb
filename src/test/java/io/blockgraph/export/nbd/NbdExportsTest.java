package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.EventLog;
import io.blockgraph.engine.IoFigures;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec.Access;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.UserId;
import io.blockgraph.nbd.Wire;
import io.blockgraph.strangers.NbdTools;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Exports as users of a living graph.
@Timeout(60)
class NbdExportsTest {
  private static final UserId ID = new UserId("x");
  private static final Ask DRY_RUN = new Ask(OptionalLong.empty(), Ask.Mode.DRY_RUN);

  private final GraphWorld world = new GraphWorld();
  private final NodeName node = world.node("a", "first", Access.READ_WRITE);

  @AfterEach
  void close() {
    world.close();
  }

  private Result<Committed> create(NodeName of, NbdExport.Access access) {
    return world.exports.create(NbdExportRequest.of(ID, of, access), Ask.PLAIN);
  }

  private static Refusal refusal(Result<Committed> result) {
    assertThat(result).isInstanceOf(Result.Rejected.class);
    Rejection reason = ((Result.Rejected<Committed>) result).reason();
    return ((Rejection.RuleBroken) reason).refusal();
  }

  private Edge edge() {
    return world.graph.state().topology().edgesOf(ID).getFirst();
  }

  @Test
  void takesWhatItNeedsAndSharesAllButResize() {
    create(node, NbdExport.Access.READ_ONLY);
    Permissions shared = Permissions.ALL.without(Permission.RESIZE);
    assertThat(edge().grant().taken()).isEqualTo(Permissions.of(Permission.CONSISTENT_READ));
    assertThat(edge().grant().shared()).isEqualTo(shared);
    world.exports.remove(ID, Ask.PLAIN);
    create(node, NbdExport.Access.WRITABLE);
    assertThat(edge().grant().taken())
        .isEqualTo(Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE));
  }

  @Test
  void servesTheNodeAndSaysWhereAndToWhom() {
    create(node, NbdExport.Access.WRITABLE);
    try (RawClient client = world.client("x")) {
      assertThat(client.write(0, 0, new byte[512])).isZero();
      NbdExports.View view = world.exports.find(ID).orElseThrow();
      assertThat(view.export().node()).isEqualTo(node);
      assertThat(view.uris()).containsExactly(world.address.uri(new ExportName("x")));
      assertThat(view.clients()).hasSize(1);
      assertThat(view.clients().getFirst().traffic().writtenBytes()).isEqualTo(512);
    }
  }

  @Test
  void refusesToWriteToAReadOnlyNode() {
    NodeName readOnly = world.node("ro", "first", Access.READ_ONLY);
    assertThat(refusal(create(readOnly, NbdExport.Access.WRITABLE)))
        .isInstanceOf(Refusal.NodeReadOnly.class);
    assertThat(world.server.exports()).isEmpty();
    assertThat(create(readOnly, NbdExport.Access.READ_ONLY)).isInstanceOf(Result.Done.class);
  }

  @Test
  void refusesANodeThatIsNotThereAndNamesInUse() {
    assertThat(refusal(create(new NodeName("none"), NbdExport.Access.READ_ONLY)))
        .isInstanceOf(Refusal.NodeNotFound.class);
    create(node, NbdExport.Access.READ_ONLY);
    assertThat(refusal(create(node, NbdExport.Access.READ_ONLY)))
        .isEqualTo(new Refusal.NameInUse("x", "export"));
    NbdExportRequest sameName =
        new NbdExportRequest(
            new UserId("y"),
            node,
            new ExportName("x"),
            "",
            NbdExport.Access.READ_ONLY,
            1,
            NbdExportRequest.Length.FIXED);
    assertThat(refusal(world.exports.create(sameName, Ask.PLAIN)))
        .isEqualTo(new Refusal.NameInUse("x", "export"));
  }

  @Test
  void touchesNothingOnADryRun() {
    NbdExportRequest request = NbdExportRequest.of(ID, node, NbdExport.Access.WRITABLE);
    assertThat(world.exports.create(request, DRY_RUN)).isInstanceOf(Result.Done.class);
    assertThat(world.exports.all()).isEmpty();
    assertThat(world.server.exports()).isEmpty();
    create(node, NbdExport.Access.WRITABLE);
    assertThat(world.exports.remove(ID, DRY_RUN)).isInstanceOf(Result.Done.class);
    assertThat(world.server.exports()).hasSize(1);
  }

  @Test
  void keepsItsNodeInUseUntilItIsRemoved() {
    create(node, NbdExport.Access.WRITABLE);
    try (RawClient client = world.client("x")) {
      assertThat(client.isServed()).isTrue();
      assertThat(world.exports.remove(ID, Ask.PLAIN)).isInstanceOf(Result.Done.class);
      assertThat(client.isClosed()).isTrue();
    }
    world.change(new GraphEdit.RemoveNode(node));
    assertThat(refusal(world.exports.remove(ID, Ask.PLAIN)))
        .isEqualTo(new Refusal.UserNotFound(ID));
  }

  @Test
  void followsItsNodeWhenAnotherTakesItsPlace() {
    NodeName other = world.node("b", "second", Access.READ_WRITE);
    create(node, NbdExport.Access.WRITABLE);
    try (RawClient client = world.client("x")) {
      client.write(0, 0, new byte[] {1});
      world.change(new GraphEdit.MoveParents(node, other, Set.of()));
      client.write(0, 0, new byte[] {2});
      assertThat(world.disk("first").content(0, 1)).containsExactly(1);
      assertThat(world.disk("second").content(0, 1)).containsExactly(2);
      assertThat(world.exports.find(ID).orElseThrow().export().node()).isEqualTo(other);
    }
  }

  @Test
  void losesNothingWhileItsNodeIsSwappedUnderLoad() throws InterruptedException {
    NodeName twin = world.node("b", "first", Access.READ_WRITE);
    create(node, NbdExport.Access.WRITABLE);
    AtomicBoolean over = new AtomicBoolean();
    Thread swapper = Thread.ofPlatform().start(() -> swap(twin, over));
    NbdTools.fioVerify(world.address.uri(new ExportName("x")).toString(), 8 << 20);
    over.set(true);
    swapper.join();
    assertThat(world.graph.state().revision()).isGreaterThan(20);
  }

  private void swap(NodeName twin, AtomicBoolean over) {
    while (!over.get()) {
      world.change(new GraphEdit.MoveParents(node, twin, Set.of()));
      world.change(new GraphEdit.MoveParents(twin, node, Set.of()));
    }
  }

  @Test
  void comesBackAfterARestart() {
    NbdExportRequest request =
        new NbdExportRequest(
            ID,
            node,
            new ExportName("an odd/name"),
            "text",
            NbdExport.Access.WRITABLE,
            3,
            NbdExportRequest.Length.CHANGEABLE);
    world.exports.create(request, Ask.PLAIN);
    try (RawClient client = world.client("an odd/name")) {
      client.write(Wire.FUA, 0, new byte[] {7});
    }
    world.restart();
    assertThat(world.exports.find(ID).orElseThrow().export()).isEqualTo(request);
    try (RawClient client = world.client("an odd/name")) {
      assertThat(client.error(0, Command.READ, 0, 1)).isZero();
      assertThat(client.read(1)).containsExactly(7);
    }
  }

  @Test
  void insistsOnTheRevisionTheCallerHasSeen() {
    Ask old = new Ask(OptionalLong.of(0), Ask.Mode.DO);
    NbdExportRequest request = NbdExportRequest.of(ID, node, NbdExport.Access.READ_ONLY);
    Result<Committed> result = world.exports.create(request, old);
    assertThat(((Result.Rejected<Committed>) result).reason())
        .isInstanceOf(Rejection.RevisionMismatch.class);
    assertThat(world.server.exports()).isEmpty();
  }

  @Test
  void tellsOfAnErrorAtMostOnceASecond() {
    ExportNews news = new ExportNews(world.events, () -> 0);
    BareDisk broken = new BareDisk(4096);
    broken.fail(io.blockgraph.block.BlockException.Kind.IO, offset -> true);
    long before = world.events.lastSequence();
    try (NbdServer server = new NbdServer(NbdLimits.DEFAULT, java.time.Clock.systemUTC(), news)) {
      NbdAddress.Tcp at = (NbdAddress.Tcp) server.listen(TestServer.loopback());
      server.add(NbdExport.of("broken", broken, NbdExport.Access.WRITABLE));
      try (RawClient client = RawClient.connect(at.address()).greet()) {
        client.go("broken");
        int[] errors = new int[50];
        Arrays.setAll(errors, i -> client.error(0, Command.READ, 0, 512));
        assertThat(errors).containsOnly(NbdError.EIO.number());
      }
    }
    EventLog.Reading.Events told = (EventLog.Reading.Events) world.events.after(before, 1000);
    assertThat(told.events()).hasSize(1);
    assertThat(told.events().getFirst().type()).isEqualTo("export-io-error");
    assertThat(told.events().getFirst().data()).containsAllEntriesOf(Map.of("export", "broken"));
  }

  @Test
  void tellsOfClientsRefusedUnderTlsAtMostOnceASecond() {
    AtomicLong nanos = new AtomicLong();
    ExportNews news = new ExportNews(world.events, nanos::get);
    NbdClient client = client();
    long before = world.events.lastSequence();
    for (int i = 0; i < 50; i++) {
      news.notSecured(client, new SSLException("no certificate"));
      nanos.addAndGet(30_000_000);
    }
    EventLog.Reading.Events told = (EventLog.Reading.Events) world.events.after(before, 1000);
    assertThat(told.events()).hasSize(2);
    assertThat(told.events().getFirst().type()).isEqualTo("export-tls-refused");
    assertThat(told.events().getFirst().data())
        .isEqualTo(Map.of("peer", "192.0.2.7:4711", "message", "no certificate"));
  }

  @Test
  void tellsWhatHelpsClientsThatShowNoCertificate() {
    ExportNews news = new ExportNews(world.events, () -> 0);
    long before = world.events.lastSequence();
    news.notSecured(
        client(), new SSLException("(certificate_required) Empty client certificate chain"));
    EventLog.Reading.Events told = (EventLog.Reading.Events) world.events.after(before, 1000);
    assertThat(told.events().getFirst().data().get("message").toString())
        .startsWith("(certificate_required) Empty client certificate chain; ")
        .contains("blockgraph.nbd.tls.protocols=TLSv1.2");
  }

  private static NbdClient client() {
    NbdClient.Traffic none = new NbdClient.Traffic(0, 0, 0, 0, 0, 0);
    return new NbdClient(
        new NbdClient.Id(1),
        "192.0.2.7:4711",
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        none,
        IoFigures.NONE,
        Optional.empty());
  }
}
