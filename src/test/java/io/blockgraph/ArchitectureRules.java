package io.blockgraph;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/// The law of the tree, for the packages below one root. Every rule passes on a tree that does not
/// have all packages yet. [ArchitectureTest] applies it to the service and to a fixture that breaks
/// it.
record ArchitectureRules(String root) {

  private static final List<String> HTTP =
      List.of("graph..", "engine..", "job..", "export..", "block..", "driver");

  /// Who may use whom; every package may use itself. `x` is the package alone, `x..` with all
  /// below. Why this table reads as it does stands in docs/design/arrows.md.
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          Map.entry("block..", List.of()),
          Map.entry("graph..", List.of()),
          Map.entry("nbd..", List.of()),
          Map.entry("os..", List.of("block..")),
          Map.entry("driver", List.of("block..", "graph..")),
          Map.entry("driver.*..", List.of("block..", "graph..", "driver", "nbd..")),
          Map.entry("engine..", List.of("block..", "graph..", "driver")),
          Map.entry("job", List.of("block..", "graph..", "engine..", "driver")),
          Map.entry("job.copy..", List.of("block..", "graph..", "engine..", "driver", "job")),
          Map.entry(
              "job.*..", List.of("block..", "graph..", "engine..", "driver", "job", "job.copy..")),
          Map.entry("export..", List.of("block..", "graph..", "engine..", "nbd..")),
          Map.entry(
              "store..", List.of("engine..", "graph..", "job..", "block..", "driver", "os..")),
          Map.entry("rest..", HTTP),
          Map.entry("actuate..", HTTP),
          Map.entry("console..", HTTP),
          Map.entry("demo..", List.of()),
          Map.entry("app..", List.of("..")));

  private static final String[] FRAMEWORKS = {
    "org.springframework..",
    "tools.jackson..",
    "com.fasterxml.jackson..",
    "io.micrometer..",
    "io.prometheus..",
    "org.slf4j..",
    "ch.qos.logback..",
    "org.springdoc..",
    "io.swagger..",
    "jakarta.servlet..",
    "org.flywaydb..",
    "java.sql..",
    "javax.sql.."
  };

  List<ArchRule> all() {
    Stream<ArchRule> arrows = ARROWS.keySet().stream().sorted().map(this::arrow);
    Stream<ArchRule> others =
        Stream.of(
            everyPackageIsInTheTable(),
            noDriverUsesAnother(),
            noJobKindUsesAnother(),
            noCycles(),
            frameworksStayAtTheEdge(),
            noVagueClassName(),
            noVaguePackageName(),
            noFileChannelLock(),
            noInterrupt(),
            noShutdownNow(),
            everyPackageIsNullMarked());
    return Stream.concat(arrows, others).map(rule -> rule.allowEmptyShould(true)).toList();
  }

  ArchRule arrow(String from) {
    Stream<String> allowed = Stream.concat(Stream.of(from), ARROWS.get(from).stream());
    String[] targets = allowed.map(this::at).toArray(String[]::new);
    return noClasses()
        .that(resideInAPackage(at(from)))
        .should()
        .dependOnClassesThat(
            resideInAPackage(root + "..")
                .and(not(resideInAnyPackage(targets)))
                .as("are not in %s", List.of(targets)));
  }

  ArchRule everyPackageIsInTheTable() {
    return classes()
        .should()
        .resideInAnyPackage(ARROWS.keySet().stream().map(this::at).toArray(String[]::new));
  }

  ArchRule noDriverUsesAnother() {
    return slices().matching(root + ".driver.(*)..").should().notDependOnEachOther();
  }

  ArchRule noJobKindUsesAnother() {
    return slices()
        .matching(root + ".job.(*)..")
        .should()
        .notDependOnEachOther()
        .ignoreDependency(alwaysTrue(), resideInAPackage(at("job.copy..")));
  }

  ArchRule noCycles() {
    return slices().matching(root + ".(**)").should().beFreeOfCycles();
  }

  ArchRule frameworksStayAtTheEdge() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(
            at("store.."),
            at("rest.."),
            at("actuate.."),
            at("console.."),
            at("demo.."),
            at("app.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(FRAMEWORKS);
  }

  ArchRule noVagueClassName() {
    return noClasses()
        .should()
        .haveNameMatching(".*(Utils?|Helpers?|Manager|Common|Impl|Base|Misc)");
  }

  ArchRule noVaguePackageName() {
    return noClasses()
        .should()
        .resideInAnyPackage(
            "..util..",
            "..helper..",
            "..manager..",
            "..common..",
            "..impl..",
            "..base..",
            "..misc..");
  }

  ArchRule noFileChannelLock() {
    return never(List.of(FileChannel.class, AsynchronousFileChannel.class), "lock", "tryLock")
        .because("its locks belong to the process, QEMU's to the open file: use os");
  }

  ArchRule noInterrupt() {
    DescribedPredicate<JavaAccess<?>> forbidden =
        describe(
            "interrupt another thread",
            access ->
                calls(access, List.of(Thread.class), List.of("interrupt"))
                    && !givesItsOwnFlagBack(access));
    return noClasses()
        .should()
        .accessTargetWhere(forbidden)
        .because("an interrupt closes a FileChannel for everybody: cancellation is a flag");
  }

  ArchRule noShutdownNow() {
    return never(List.of(ExecutorService.class), "shutdownNow")
        .because("it interrupts the threads of the pool");
  }

  ArchRule everyPackageIsNullMarked() {
    return classes().should(beInANullMarkedPackage());
  }

  private static ArchRule never(Collection<Class<?>> owners, String... methods) {
    List<String> names = List.of(methods);
    DescribedPredicate<JavaAccess<?>> forbidden =
        describe("it is one of " + names + " of " + owners, access -> calls(access, owners, names));
    return noClasses().should().accessTargetWhere(forbidden);
  }

  private static boolean calls(
      JavaAccess<?> access, Collection<Class<?>> owners, Collection<String> names) {
    return names.contains(access.getTarget().getName())
        && owners.stream().anyMatch(access.getTargetOwner()::isAssignableTo);
  }

  /// `Thread.currentThread().interrupt()`, as after a caught InterruptedException.
  private static boolean givesItsOwnFlagBack(JavaAccess<?> access) {
    return access.getOrigin().getMethodCallsFromSelf().stream()
        .filter(call -> call.getLineNumber() == access.getLineNumber())
        .anyMatch(
            call -> call.getTarget().getFullName().equals("java.lang.Thread.currentThread()"));
  }

  private static ArchCondition<JavaClass> beInANullMarkedPackage() {
    return new ArchCondition<>("be in a @NullMarked package") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
        String message = type.getName() + " is in a package without a @NullMarked package-info";
        events.add(new SimpleConditionEvent(type, marked, message));
      }
    };
  }

  private String at(String pattern) {
    return pattern.equals("..") ? root + ".." : root + "." + pattern;
  }
}
