package io.blockgraph.driver.http;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One version of one URL, and ranges of it. Any thread.
///
/// Once a server has answered with another version nothing is read any more: bytes of two versions
/// side by side are no disk.
final class Resource {
  /// So many requests are under way for one node.
  private static final int AT_ONCE = 8;

  private static final int STATUS_OK = 200;
  private static final int STATUS_PART = 206;
  private static final int STATUS_CHANGED = 412;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

  private final HttpClient client;
  private final URI url;
  private final long timeoutNanos;
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final Version version;
  private volatile @Nullable BlockException changed;

  /// Asks how long it is.
  ///
  /// @throws BlockException when it is not there, or no disk can be made of it
  Resource(HttpClient client, URI url, long timeoutNanos) {
    this.client = client;
    this.url = url;
    this.timeoutNanos = timeoutNanos;
    HttpRequest head = request().method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
    HttpResponse<byte[]> answer = send(head, 0);
    if (answer.statusCode() != STATUS_OK) {
      throw unexpected(answer);
    }
    long size = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
    if (size < 0) {
      throw trouble(Kind.UNSUPPORTED, "the server does not tell how long it is");
    }
    if (answer.headers().firstValue("Accept-Ranges").orElse("").equals("none")) {
      throw trouble(Kind.UNSUPPORTED, "the server gives no ranges of it");
    }
    this.version = Version.of(size, answer.headers());
  }

  Version version() {
    return version;
  }

  boolean hasChanged() {
    return changed != null;
  }

  /// The bytes of a range that lies within.
  byte[] get(long offset, int length) {
    BlockException before = changed;
    if (before != null) {
      throw new BlockException(before.kind(), String.valueOf(before.getMessage()), before);
    }
    HttpRequest.Builder request =
        request().GET().header("Range", "bytes=" + offset + "-" + (offset + length - 1));
    version.condition().ifPresent(only -> request.header(only.name(), only.value()));
    HttpResponse<byte[]> answer = send(request.build(), length);
    if (answer.statusCode() == STATUS_CHANGED) {
      throw changed();
    }
    if (answer.statusCode() == STATUS_OK) {
      throw trouble(Kind.UNSUPPORTED, "the server gives no ranges of it");
    }
    if (answer.statusCode() != STATUS_PART) {
      throw unexpected(answer);
    }
    requireRange(answer, offset, length);
    return answer.body();
  }

  private void requireRange(HttpResponse<byte[]> answer, long offset, int length) {
    String range = answer.headers().firstValue("Content-Range").orElse("");
    Matcher matcher = CONTENT_RANGE.matcher(range);
    if (!matcher.matches()) {
      throw trouble(Kind.IO, "the server does not tell which range it gives");
    }
    Version now = Version.of(Long.parseLong(matcher.group(3)), answer.headers());
    if (!version.mayBe(now)) {
      throw changed();
    }
    boolean asked =
        Long.parseLong(matcher.group(1)) == offset
            && Long.parseLong(matcher.group(2)) == offset + length - 1
            && answer.body().length == length;
    if (!asked) {
      throw trouble(Kind.IO, "the server gives another range than it was asked for");
    }
  }

  private HttpRequest.Builder request() {
    return HttpRequest.newBuilder(url).header("Accept-Encoding", "identity");
  }

  /// At most `most` bytes of a range come back; a body that is none of one is not received.
  private HttpResponse<byte[]> send(HttpRequest request, int most) {
    BodyHandler<byte[]> body =
        BodyHandlers.limiting(
            info -> info.statusCode() == STATUS_PART ? BodySubscribers.ofByteArray() : new NoBody(),
            most);
    long end = System.nanoTime() + timeoutNanos;
    boolean placed = false;
    try {
      placed = places.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS);
      if (!placed) {
        throw trouble(Kind.TIMEOUT, "others had requests under way all the time");
      }
      return await(client.sendAsync(request, body), end - System.nanoTime());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw trouble(Kind.IO, "the waiting thread was interrupted");
    } finally {
      if (placed) {
        places.release();
      }
    }
  }

  /// Of this future `cancel(true)` gives the exchange up, and interrupts nobody.
  @SuppressWarnings("Interruption")
  private HttpResponse<byte[]> await(CompletableFuture<HttpResponse<byte[]>> answer, long nanos)
      throws InterruptedException {
    try {
      return answer.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw trouble(Kind.TIMEOUT, "the server has not answered in time");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String why =
          cause instanceof IOException && cause.getMessage() != null
              ? cause.getMessage()
              : "the connection is broken";
      throw new BlockException(Kind.IO, "'" + url + "': " + why, cause);
    }
  }

  private BlockException unexpected(HttpResponse<byte[]> answer) {
    int status = answer.statusCode();
    Optional<String> elsewhere = answer.headers().firstValue("Location");
    if (status / 100 == 3) {
      String where =
          elsewhere.map(to -> " to '" + to.replaceAll("[^\\p{Print}]", "?") + "'").orElse("");
      return trouble(
          Kind.UNSUPPORTED, "the server sends elsewhere" + where + ", which is not followed");
    }
    Kind kind =
        switch (status) {
          case 404, 410 -> Kind.NOT_FOUND;
          default -> Kind.IO;
        };
    return trouble(kind, "the server answers " + status);
  }

  private BlockException changed() {
    BlockException now =
        trouble(Kind.CORRUPT, "it is not the same any more as when the node was opened");
    changed = now;
    return now;
  }

  private BlockException trouble(Kind kind, String what) {
    return new BlockException(kind, "'" + url + "': " + what);
  }
}
