package io.blockgraph.rest;

import io.blockgraph.block.StackSize;
import io.blockgraph.engine.Author;
import io.blockgraph.engine.EngineLimits;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/// Serves requests that may ask a disk on platform threads, while the virtual thread they came on
/// waits.
///
/// A call into a file holds the carrier of a virtual thread, and there are as many carriers as
/// processors: two requests to a disk that hangs would silence all of HTTP, health included. Here
/// they take two of [#MOST] threads, and what asks no disk (health, metrics, events, pages) keeps
/// its virtual threads.
@Component
@Order(Ordered.LOWEST_PRECEDENCE - 1)
final class DiskThreads extends OncePerRequestFilter {
  /// So many requests may be under way; the next ones are answered with BUSY.
  static final int MOST = 512;

  private static final String API = "/api/v1/";
  private static final String CLIENT = "client";
  private static final int MOST_WHO = 200;
  private static final String EVENTS = "/api/v1/events";

  private final JsonMapper json;
  private final ThreadPoolExecutor threads;

  DiskThreads(JsonMapper json, EngineLimits limits) {
    this.json = json;
    this.threads =
        new ThreadPoolExecutor(
            0,
            MOST,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            work -> thread(work, limits.stack()));
  }

  /// With our own class loader: Tomcat warns of threads that have its own when it stops.
  private static Thread thread(Runnable work, StackSize stack) {
    Thread thread = stack.thread().name("http-disk").unstarted(work);
    thread.setContextClassLoader(DiskThreads.class.getClassLoader());
    return thread;
  }

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    String path = request.getServletPath();
    return !path.startsWith(API) || path.equals(EVENTS);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String who = who(request);
    if (who.length() > MOST_WHO) {
      Problem.of(
              ProblemKind.INVALID_PARAMETER,
              "the header From has at most " + MOST_WHO + " characters")
          .writeTo(response, json);
      return;
    }
    Callable<Boolean> rest =
        () ->
            Author.as(
                who,
                () -> {
                  chain.doFilter(request, response);
                  return true;
                });
    Future<Boolean> served;
    try {
      served = threads.submit(rest);
    } catch (RejectedExecutionException e) {
      Problem.of(ProblemKind.BUSY, MOST + " requests are under way, as many as may be")
          .writeTo(response, json);
      return;
    }
    await(served);
  }

  /// Who a client says it is. Nobody checks that.
  private static String who(HttpServletRequest request) {
    String from = request.getHeader(HttpHeaders.FROM);
    return from == null || from.isBlank() ? CLIENT : CLIENT + " " + from.strip();
  }

  private static void await(Future<Boolean> served) throws ServletException, IOException {
    try {
      boolean done = served.get();
      assert done;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a request", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case ServletException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void destroy() {
    threads.shutdown();
  }
}
