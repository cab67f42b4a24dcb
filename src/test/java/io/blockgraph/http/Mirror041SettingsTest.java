package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The classes of QEMU's test 041 about what is copied and how (requirements 1.9): speed,
/// granularity, sources without a backing disk, with one of another length, and targets that cannot
/// have one.
class Mirror041SettingsTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private JsonNode details(String job) {
    return service.get("/jobs/" + job).expect(200).body().path("details");
  }

  @Test
  void theSpeedIsWhatWasAskedForAtTheStartAndLater() {
    String source = bench.disk(0x71);
    String job = Service.fresh("job");
    bench.ask(job, source, service.qcow2(MIB), "'speed':4096,'bufSize':65536").expect(202);
    assertThat(details(job).path("speed").asLong()).isEqualTo(4096);
    service.patch("/jobs/" + job, "{'speed':8388608}").expect(200);
    assertThat(details(job).path("speed").asLong()).isEqualTo(8_388_608);
    assertThat(service.get("/jobs/" + job + "?wait=30").text("status")).isEqualTo("ready");
    bench.succeeds(job);
  }

  @Test
  void aNegativeSpeedIsRefused() {
    String source = bench.disk(0x72);
    String target = service.qcow2(MIB);
    Answer refused =
        refusing.of(
            400,
            "INVALID_REQUEST",
            () -> bench.ask(Service.fresh("job"), source, target, "'speed':-1"));
    assertThat(Refusing.pointers(refused)).containsExactly("/speed");
    String job = bench.ready(source, target, "");
    refusing.of(400, "INVALID_REQUEST", () -> service.patch("/jobs/" + job, "{'speed':-1}"));
    assertThat(details(job).path("speed").asLong()).isZero();
    service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
  }

  @Test
  void aSpeedHoldsTheJobBack() {
    String job = Service.fresh("job");
    long begun = System.nanoTime();
    bench
        .ask(job, bench.disk(0x73), service.qcow2(MIB), "'speed':1048576,'bufSize':65536")
        .expect(202);
    service.get("/jobs/" + job + "?wait=30").expect(200);
    assertThat(System.nanoTime() - begun).isGreaterThan(700_000_000L);
    service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
  }

  /// 0 is what the job chooses: here the target's clusters.
  @ParameterizedTest
  @CsvSource({"0, 65536", "512, 512", "8192, 8192", "67108864, 67108864"})
  void theGranularityIsWhatWasAskedFor(long wished, long taken) {
    String source = bench.disk(0x74);
    String above = bench.filter(source);
    String job = bench.ready(source, service.qcow2(MIB), "'granularity':" + wished);
    assertThat(details(job).path("granularity").asLong()).isEqualTo(taken);
    service.putData(above, 1_000, new byte[] {5}).expect(200);
    bench.succeeds(job);
    assertThat(service.data(above, 999, 3)).isEqualTo(new byte[] {0x74, 5, 0x74});
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 300, 3000, 256, 134_217_728})
  void anOddGranularityIsRefused(long granularity) {
    String source = bench.disk(0x75);
    String target = service.qcow2(MIB);
    String code = granularity > 64 << 20 ? "INVALID_REQUEST" : "INVALID_PARAMETER";
    Answer refused =
        refusing.of(
            400,
            code,
            () -> bench.ask(Service.fresh("job"), source, target, "'granularity':" + granularity));
    assertThat(Refusing.pointers(refused)).containsExactly("/granularity");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 65_536, 1 << 30})
  void theBufferIsRoundedUpToWholeGrains(long wished) {
    String more = "'granularity':65536,'bufSize':" + wished;
    String job = bench.ready(bench.disk(0x76), service.qcow2(MIB), more);
    long taken = details(job).path("bufSize").asLong();
    assertThat(taken).isGreaterThanOrEqualTo(Math.max(wished, 65_536));
    assertThat(taken % 65_536).isZero();
    bench.succeeds(job);
  }

  @Test
  void aBufferOfMoreThanAGibibyteIsRefused() {
    String source = bench.disk(0x77);
    String target = service.qcow2(MIB);
    String more = "'bufSize':" + ((1L << 30) + 1);
    Answer refused =
        refusing.of(
            400, "INVALID_PARAMETER", () -> bench.ask(Service.fresh("job"), source, target, more));
    assertThat(Refusing.pointers(refused)).containsExactly("/bufSize");
  }

  /// A source that nothing backs: its top is all of it, and of nothing else than later writes
  /// nothing is there.
  @ParameterizedTest
  @CsvSource({"full, full", "top, full", "none, none"})
  void aSourceWithoutABackingDiskIsCopied(String sync, String effective) {
    String source = bench.disk(0x78);
    String above = bench.filter(source);
    String target = Service.fresh("target");
    String job =
        bench.readyWith(
            "'source':'%s','sync':'%s','targetFile':{'filename':'%s.qcow2','nodeName':'%s'}"
                .formatted(source, sync, target, target));
    assertThat(details(job).path("sync").asString()).isEqualTo(effective);
    service.putData(above, 70_000, new byte[] {1, 2, 3}).expect(200);
    byte[] wanted = bench.content(above);
    bench.succeeds(job);
    assertThat(bench.content(above)).isEqualTo(wanted);
    assertThat(service.pathFrom(above, "/file")).isEqualTo(target);
  }

  /// The backing disk is half as long as the source: behind its end there are zeroes, also in the
  /// copy.
  @ParameterizedTest
  @ValueSource(strings = {"full", "top", "none"})
  void aBackingDiskThatIsShorterShowsNothingBehindItsEnd(String sync) {
    String base = service.qcow2(MIB / 2);
    byte[] half = new byte[(int) MIB / 2];
    java.util.Arrays.fill(half, (byte) 0x79);
    service.putData(base, 0, half).expect(200);
    String source = service.qcow2(MIB, ",'backing':'" + base + "'");
    String above = bench.filter(source);
    service.putData(above, 10, new byte[] {7}).expect(200);
    service.putData(above, MIB - 10, new byte[] {8}).expect(200);
    String target = Service.fresh("target");
    String job =
        bench.readyWith(
            "'source':'%s','sync':'%s','targetFile':{'filename':'%s.qcow2','nodeName':'%s'}"
                .formatted(source, sync, target, target));
    service.putData(above, MIB / 2 + 5, new byte[] {9}).expect(200);
    byte[] wanted = bench.content(above);
    bench.succeeds(job);
    assertThat(service.pathFrom(above, "/file")).isEqualTo(target);
    assertThat(bench.content(above)).isEqualTo(wanted);
  }

  /// A disk that never has a backing disk: the plain file, which holds zeroes before.
  @ParameterizedTest
  @CsvSource({"full, false", "full, true", "top, false"})
  void aTargetThatCannotHaveABackingDiskHoldsEverything(String sync, boolean zero) {
    MirrorChain chain = new MirrorChain(service);
    String target = Service.fresh("plain");
    service
        .post("/images", "{'driver':'raw','filename':'%s','size':%d}".formatted(target, MIB))
        .expect(201);
    service.added("{'nodeName':'%s','driver':'file','filename':'%s'}".formatted(target, target));
    String more =
        "'sync':'%s','targetIsZero':%s,'acceptPartialData':%s"
            .formatted(sync, zero, !sync.equals("full"));
    String job = bench.ready(chain.source, target, more);
    chain.change();
    bench.succeeds(job);
    assertThat(service.pathFrom(chain.above, "/file")).isEqualTo(target);
    if (sync.equals("full")) {
      chain.isServedBy(target);
    } else {
      assertThat(service.data(target, 70_000, 101))
          .startsWith((byte) 0x22, (byte) 0x22)
          .endsWith((byte) 0x22, (byte) 0x11);
    }
  }

  @Test
  void aTargetThatHoldsSomethingIsOverwrittenAlsoWithZeroes() {
    String source = service.qcow2(MIB);
    service.putData(source, 500_000, new byte[] {1}).expect(200);
    String target = bench.disk(0x7a);
    bench.succeeds(bench.ready(source, target, "'verify':true"));
    byte[] content = bench.content(target);
    assertThat(content[500_000]).isEqualTo((byte) 1);
    content[500_000] = 0;
    assertThat(content).containsOnly((byte) 0);
  }

  @Test
  void aTargetThatIsSaidToBeZeroAndIsNotIsFoundOutByVerifying() {
    String source = service.qcow2(MIB);
    String target = bench.disk(0x7b);
    String job = bench.ready(source, target, "'targetIsZero':true,'verify':true");
    JsonNode error = bench.complete(job).body().path("error");
    assertThat(error.path("code").asString()).isEqualTo("VERIFY_MISMATCH");
    assertThat(error.path("detail").asString()).contains("'" + source + "'", "'" + target + "'");
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, true"})
  void zeroesBecomeHolesOfTheTargetUnlessTheyMayNot(boolean unmap, boolean stored) {
    String source = bench.disk(0x7c);
    String target = service.qcow2(MIB);
    bench.fill(target, 1);
    service
        .post("/nodes/" + source + "/zero", "{'offset':0,'length':%d}".formatted(MIB))
        .expect(200);
    String job = bench.ready(source, target, "'unmap':" + unmap);
    bench.succeeds(job);
    assertThat(bench.content(target)).containsOnly((byte) 0);
    service.delete("/nodes/" + target).expect(200);
    long used = QemuImg.check(service.image(target + ".qcow2")).count("allocated-clusters");
    assertThat(used > 0).isEqualTo(stored);
  }

  @Test
  void theFilterHasTheNameThatWasAskedFor() {
    String source = bench.disk(0x7d);
    String above = bench.filter(source);
    String filter = Service.fresh("filter");
    String job = bench.ready(source, service.qcow2(MIB), "'filterNodeName':'" + filter + "'");
    assertThat(service.pathFrom(above, "/file")).isEqualTo(filter);
    String other = bench.disk(0x7e);
    String target = service.qcow2(MIB);
    refusing.of(
        409,
        "NODE_NAME_IN_USE",
        () -> bench.ask(Service.fresh("job"), other, target, "'filterNodeName':'" + filter + "'"));
    bench.succeeds(job);
  }
}
