package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients generated from the API document compile and can talk to the service.
///
/// Maven generates them into target/clients before the tests; what uses them is in
/// src/test/clients.
class ClientsTest {
  private static final Path CLIENTS = Path.of("target/clients").toAbsolutePath();
  private static final Path CALLERS = Path.of("src/test/clients").toAbsolutePath();
  private static final long MOST_SECONDS = 300;

  @TempDir static Path directory;

  @Test
  void inJavaCompilesAndTalksToTheService() throws Exception {
    Path classes = Files.createDirectories(CLIENTS.resolve("java/classes"));

    assertThat(javac(classes)).isEmpty();

    String java = ProcessHandle.current().info().command().orElseThrow();
    String classPath = classes + File.pathSeparator + libraries();
    assertThat(
            run(
                directory,
                java,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                "UseClient",
                Service.shared().address()))
        .isEqualTo(told("java"));
  }

  @Test
  void inTypeScriptCompilesAndTalksToTheService() throws Exception {
    Path client = CLIENTS.resolve("typescript");
    for (String file :
        List.of("package.json", "package-lock.json", ".npmrc", "tsconfig.json", "use-client.ts")) {
      Files.copy(CALLERS.resolve(file), client.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    if (!Files.exists(client.resolve("node_modules/typescript/bin/tsc"))) {
      run(client, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
    }

    assertThat(run(client, "node", "node_modules/typescript/bin/tsc", "-p", ".")).isEmpty();
    assertThat(run(client, "node", "out/use-client.js", Service.shared().address()))
        .isEqualTo(told("ts"));
  }

  private static String told(String who) {
    return """
    added votes-WHO of 1048576 bytes
    changed votes-WHO
    edge to first-WHO
    refused: NODE_IN_USE
    """
        .replace("WHO", who);
  }

  private static String javac(Path classes) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of(
            "-proc:none", "-nowarn", "-Xlint:none", "-d", classes.toString(), "-cp", libraries());
    StringWriter said = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        Stream<Path> generated = Files.walk(CLIENTS.resolve("java/src/main/java"))) {
      List<Path> sources =
          new ArrayList<>(generated.filter(p -> p.toString().endsWith(".java")).toList());
      sources.add(CALLERS.resolve("UseClient.java"));
      boolean compiled =
          compiler
              .getTask(said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
              .call();
      return compiled ? "" : said.toString();
    }
  }

  /// What a generated client stands on; the service has it through springdoc.
  private static String libraries() {
    return Stream.of(
            com.fasterxml.jackson.databind.ObjectMapper.class,
            com.fasterxml.jackson.core.JsonParser.class,
            com.fasterxml.jackson.annotation.JsonProperty.class,
            com.fasterxml.jackson.datatype.jsr310.JavaTimeModule.class,
            jakarta.annotation.Nullable.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
        .map(location -> Path.of(location.getPath()).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String run(Path in, String... command) throws Exception {
    Path said = Files.createTempFile(directory, "said", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(in.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    String output = Files.readString(said);
    assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + output).isZero();
    return output;
  }
}
