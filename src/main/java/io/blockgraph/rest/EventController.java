package io.blockgraph.rest;

import io.blockgraph.engine.Event;
import io.blockgraph.engine.EventLog;
import io.blockgraph.engine.EventLog.Reading;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/// What happens, as server-sent events.
///
/// Each stream is one virtual thread that waits on the log; a slow reader delays nobody and loses
/// nothing that the log still holds. The id of an event is `EPOCH-SEQUENCE`; the epoch is another
/// one after every start of the service.
@RestController
@RequestMapping("/api/v1/events")
@Tag(name = "events", description = "Every graph change, job change and I/O error, in order")
final class EventController {
  private static final long HEARTBEAT_MS = 15_000;

  private final EventLog log;
  private final JsonMapper json;
  private final AtomicBoolean ending = new AtomicBoolean();

  EventController(EventLog log, JsonMapper json) {
    this.log = log;
    this.json = json;
  }

  @Operation(
      operationId = "streamEvents",
      summary = "Events from now on, or from behind Last-Event-ID; a gap is told as 'resync'")
  @GetMapping(produces = "text/event-stream")
  void stream(
      @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastId,
      HttpServletResponse response)
      throws IOException {
    response.setContentType("text/event-stream");
    response.setCharacterEncoding(StandardCharsets.UTF_8);
    response.setHeader("Cache-Control", "no-store");
    Writer out = response.getWriter();
    long at = start(lastId, out);
    out.write(": connected\n\n");
    response.flushBuffer();
    try (EventLog.Seat _ = log.sit()) {
      follow(at, out, response);
    }
  }

  private void follow(long from, Writer out, HttpServletResponse response) throws IOException {
    long at = from;
    long silentMs = 0;
    while (!ending.get()) {
      Reading reading = log.after(at, 500);
      if (reading instanceof Reading.Events(var events) && events.isEmpty()) {
        silentMs += 500;
        if (silentMs >= HEARTBEAT_MS) {
          silentMs = 0;
          out.write(": alive\n\n");
          response.flushBuffer();
        }
        continue;
      }
      silentMs = 0;
      at = send(reading, out);
      response.flushBuffer();
    }
  }

  private long start(@Nullable String lastId, Writer out) throws IOException {
    if (lastId == null || lastId.isBlank()) {
      return log.lastSequence();
    }
    String[] parts = lastId.split("-", 2);
    if (parts.length == 2 && parts[0].equals(log.epoch()) && parts[1].matches("\\d{1,18}")) {
      return Long.parseLong(parts[1]);
    }
    long now = log.lastSequence();
    resync(out, now, "the service was started anew; read the state again");
    return now;
  }

  private long send(Reading reading, Writer out) throws IOException {
    return switch (reading) {
      case Reading.Gap(_, long last) -> {
        resync(out, last, "events were missed; read the state again");
        yield last;
      }
      case Reading.Events(var events) -> {
        for (Event event : events) {
          send(event, out);
        }
        yield events.getLast().sequence();
      }
    };
  }

  private void resync(Writer out, long sequence, String why) throws IOException {
    write(out, sequence, "resync", Map.of("reason", why));
  }

  private void send(Event event, Writer out) throws IOException {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("sequence", event.sequence());
    data.put("at", event.at().toString());
    data.put("type", event.type());
    data.put("revision", event.revision());
    data.putAll(event.data());
    write(out, event.sequence(), event.type(), data);
  }

  private void write(Writer out, long sequence, String type, Map<String, Object> data)
      throws IOException {
    out.write("id: " + log.epoch() + "-" + sequence + "\n");
    out.write("event: " + type + "\n");
    out.write("data: " + json.writeValueAsString(data) + "\n\n");
  }

  /// Ends all streams before the web server waits for requests under way: a stream never ends by
  /// itself.
  @EventListener(ContextClosedEvent.class)
  void end() {
    ending.set(true);
  }
}
