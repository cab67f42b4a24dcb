package io.blockgraph;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.blockgraph.app.BlockgraphApplication;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The packages and arrows of the design hold, and each rule catches a fixture that breaks it.
class ArchitectureTest {
  private static final ArchitectureRules LAW = new ArchitectureRules("io.blockgraph");
  private static final ArchitectureRules FIXTURE_LAW =
      new ArchitectureRules("io.blockgraph.fixture");

  private static final JavaClasses SERVICE =
      new ClassFileImporter()
          .importUrl(
              BlockgraphApplication.class.getProtectionDomain().getCodeSource().getLocation());
  private static final JavaClasses FIXTURE =
      new ClassFileImporter().importPackages("io.blockgraph.fixture");

  static Stream<ArchRule> rules() {
    return LAW.all().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void theServiceKeepsTheLaw(ArchRule rule) {
    assertThatCode(() -> rule.check(SERVICE)).doesNotThrowAnyException();
  }

  @Test
  void theServiceIsNotEmpty() {
    assertThatCode(() -> SERVICE.get(BlockgraphApplication.class)).doesNotThrowAnyException();
  }

  static Stream<Arguments> offences() {
    return Stream.of(
        Arguments.of(FIXTURE_LAW.noDriverUsesAnother(), "FirstDriver.getOrder()"),
        Arguments.of(FIXTURE_LAW.noCycles(), "Cycle detected"),
        Arguments.of(
            FIXTURE_LAW.frameworksStayAtTheEdge(),
            "FirstDriver> implements interface <org.springframework"),
        Arguments.of(FIXTURE_LAW.noVagueClassName(), "GraphManager"),
        Arguments.of(FIXTURE_LAW.noFileChannelLock(), "Stopping.lock("),
        Arguments.of(FIXTURE_LAW.noInterrupt(), "Stopping.interrupting("),
        Arguments.of(FIXTURE_LAW.noShutdownNow(), "Stopping.stop("),
        Arguments.of(FIXTURE_LAW.everyPackageIsInTheTable(), "NotInTheTable"),
        Arguments.of(FIXTURE_LAW.everyPackageIsNullMarked(), "NotInTheTable is in a package"),
        Arguments.of(FIXTURE_LAW.arrow("graph.."), "GraphManager.driver()"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("offences")
  void theRuleCatchesTheFixture(ArchRule rule, String offender) {
    assertThatThrownBy(() -> rule.check(FIXTURE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(offender)
        .hasMessageNotContaining("Stopping.allowed(");
  }
}
