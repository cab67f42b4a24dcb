package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Expects a service to refuse requests, with a problem as it is promised and without a trace: the
/// graph, its revision and all files stay as they were.
final class Refusing {
  private final Service service;
  private final Path images;

  Refusing(Service service) {
    this(service, service.images());
  }

  /// The same, looking at the files of another image root.
  Refusing(Service service, Path images) {
    this.service = service;
    this.images = images;
  }

  /// Makes `request` and expects this refusal of it.
  Answer of(int status, String code, Supplier<Answer> request) {
    return of(List.of(), status, code, request);
  }

  /// The same, also comparing the bytes of `files`.
  Answer of(List<Path> files, int status, String code, Supplier<Answer> request) {
    String graph = service.graph();
    Map<Path, String> listing = listing();
    List<String> hashes = files.stream().map(Refusing::hash).toList();
    Answer answer = isProblem(request.get(), status, code);
    assertThat(service.graph()).isEqualTo(graph);
    assertThat(listing()).isEqualTo(listing);
    assertThat(files.stream().map(Refusing::hash).toList()).isEqualTo(hashes);
    return answer;
  }

  /// Expects `answer` to be this problem, whole, and to tell nothing of how the service is built.
  static Answer isProblem(Answer answer, int status, String code) {
    String text = new String(answer.bytes(), StandardCharsets.UTF_8);
    assertThat(answer.status()).describedAs(text).isEqualTo(status);
    assertThat(answer.type()).describedAs(text).startsWith("application/problem+json");
    assertThat(answer.text("code")).describedAs(text).isEqualTo(code);
    assertThat(answer.body().path("status").asInt()).isEqualTo(status);
    assertThat(answer.text("type"))
        .isEqualTo("/problems/" + code.toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
    assertThat(answer.text("title")).isNotBlank();
    assertThat(answer.text("detail")).isNotBlank();
    assertThat(answer.text("correction")).describedAs(text).isNotBlank();
    assertThat(text).doesNotContainPattern("\\b(io\\.blockgraph|org\\.|java[x]?\\.|tools\\.)");
    assertThat(text).doesNotContain("Exception").doesNotContain("\tat ");
    return answer;
  }

  /// The pointers of the places that are wrong.
  static List<String> pointers(Answer answer) {
    return answer
        .body()
        .path("errors")
        .valueStream()
        .map(e -> e.path("pointer").asString())
        .toList();
  }

  private Map<Path, String> listing() {
    Map<Path, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(images)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        found.put(file, Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static String hash(Path file) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
