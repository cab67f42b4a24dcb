package io.blockgraph.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.blkdebug.BlkdebugDriver;
import io.blockgraph.driver.blkverify.BlkverifyDriver;
import io.blockgraph.driver.compress.CompressDriver;
import io.blockgraph.driver.copybeforewrite.CopyBeforeWriteDriver;
import io.blockgraph.driver.copyonread.CopyOnReadDriver;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.file.HostDeviceDriver;
import io.blockgraph.driver.http.AllowedUrls;
import io.blockgraph.driver.http.HttpDriver;
import io.blockgraph.driver.imports.VdiDriver;
import io.blockgraph.driver.imports.VhdxDriver;
import io.blockgraph.driver.imports.VmdkDriver;
import io.blockgraph.driver.imports.VpcDriver;
import io.blockgraph.driver.internalsnapshot.InternalSnapshotDriver;
import io.blockgraph.driver.luks.LuksDriver;
import io.blockgraph.driver.nbd.AllowedServers;
import io.blockgraph.driver.nbd.NbdDriver;
import io.blockgraph.driver.nulldisk.NullDriver;
import io.blockgraph.driver.preallocate.PreallocateDriver;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.driver.raw.RawDriver;
import io.blockgraph.driver.snapshotaccess.SnapshotAccessDriver;
import io.blockgraph.driver.throttle.ThrottleDriver;
import io.blockgraph.job.replication.ReplicationDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/// Each driver has a page that names all it takes, with examples that are all right, and a line in
/// the changelog.
class DriverPagesTest {
  private static final Pattern EXAMPLE = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
  private static final List<Driver> DRIVERS =
      List.of(
          new FileDriver(),
          new HostDeviceDriver(Optional.empty()),
          new RawDriver(),
          new Qcow2Driver(),
          new NullDriver(),
          new InternalSnapshotDriver(),
          new QuorumDriver(),
          new CopyOnReadDriver(),
          new CompressDriver(),
          new CopyBeforeWriteDriver(),
          new SnapshotAccessDriver(),
          new ThrottleDriver(),
          new PreallocateDriver(),
          new BlkdebugDriver(),
          new NbdDriver(AllowedServers.of(List.of()), Map.of()),
          new HttpDriver(AllowedUrls.of(List.of())),
          new LuksDriver(new Secrets(Map.of())),
          new ReplicationDriver(),
          new BlkverifyDriver(),
          new VdiDriver(),
          new VpcDriver(),
          new VhdxDriver(),
          new VmdkDriver());

  static Stream<Arguments> drivers() {
    return DRIVERS.stream().map(driver -> Arguments.argumentSet(driver.name().value(), driver));
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void thePageNamesEveryOption(Driver driver) throws IOException {
    assertThat(page(driver))
        .contains(names(driver.options()).map(name -> "`" + name + "`").toList());
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void thePageSaysWhatItDoesInTheGraphAndWhatItCannot(Driver driver) throws IOException {
    assertThat(page(driver))
        .startsWith("# " + driver.name())
        .contains("## In the graph", "## Limits");
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void theExamplesOfThePageAreAllRight(Driver driver) throws IOException {
    RequestValidator validator = new RequestValidator(new DriverRegistry(DRIVERS));
    Matcher example = EXAMPLE.matcher(page(driver));
    int count = 0;
    while (example.find()) {
      Object given = new JsonMapper().readValue(example.group(1), Map.class);
      assertThat(validator.node(given)).isInstanceOf(Checked.Valid.class);
      count++;
    }
    assertThat(count).isPositive();
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void theChangelogKnowsThePage(Driver driver) throws IOException {
    assertThat(Files.readString(Path.of("CHANGELOG.md")))
        .contains("docs/drivers/" + driver.name() + ".md");
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void everyOptionIsDescribedInASentence(Driver driver) {
    assertThat(driver.options().fields()).allMatch(field -> field.doc().endsWith("."));
  }

  private static String page(Driver driver) throws IOException {
    return Files.readString(Path.of("docs", "drivers", driver.name() + ".md"));
  }

  private static Stream<String> names(OptionSpec spec) {
    return spec.fields().stream()
        .flatMap(
            field ->
                field.type() instanceof OptionSpec.Type.Objects(OptionSpec item)
                    ? Stream.concat(Stream.of(field.name()), names(item))
                    : Stream.of(field.name()));
  }
}
