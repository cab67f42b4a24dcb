package io.blockgraph.rest;

import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.bitmap.BitmapUsers;
import io.blockgraph.export.nbd.ExportName;
import io.blockgraph.export.nbd.NbdClient;
import io.blockgraph.export.nbd.NbdExport;
import io.blockgraph.export.nbd.NbdExportRequest;
import io.blockgraph.export.nbd.NbdExports;
import io.blockgraph.export.nbd.TlsSession;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.UserId;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Exports: nodes that clients reach over NBD.
@RestController
@RequestMapping("/api/v1/exports")
@Tag(name = "exports", description = "Nodes that clients reach over NBD")
final class ExportController {
  private static final String HARD = "hard";
  private static final String SAFE = "safe";

  private final NbdExports exports;
  private final StrictJson json;

  ExportController(NbdExports exports, StrictJson json) {
    this.exports = exports;
    this.json = json;
  }

  /// An export as it is shown.
  ///
  /// @param nodeName the node it serves now; it follows swaps
  /// @param bitmaps the dirty bitmaps that clients can ask for, with the nodes that have them
  /// @param allocationDepth whether clients can ask which layer holds what
  /// @param uris where clients reach it
  /// @param clients who uses it
  @Schema(name = "Export")
  record ExportView(
      String id,
      String type,
      String nodeName,
      boolean writable,
      String name,
      String description,
      int maxConnections,
      boolean allowResize,
      List<ShownBitmapView> bitmaps,
      boolean allocationDepth,
      List<URI> uris,
      List<ClientView> clients) {
    static ExportView of(NbdExports.View view) {
      NbdExportRequest export = view.export();
      return new ExportView(
          export.id().value(),
          "nbd",
          export.node().value(),
          export.access() == NbdExport.Access.WRITABLE,
          export.name().value(),
          export.description(),
          export.maxConnections(),
          export.length() == NbdExportRequest.Length.CHANGEABLE,
          export.shown().bitmaps().stream().map(ShownBitmapView::of).toList(),
          export.shown().depth() == NbdExportRequest.Depth.SHOWN,
          view.uris(),
          view.clients().stream().map(ClientView::of).toList());
    }
  }

  /// A bitmap that clients can ask for.
  @Schema(name = "ShownBitmap")
  record ShownBitmapView(String node, String name) {
    static ShownBitmapView of(String text) {
      var bitmap = BitmapUsers.bitmap(text);
      return new ShownBitmapView(bitmap.node().value(), bitmap.bitmap().value());
    }
  }

  /// TLS as a client uses it.
  ///
  /// @param subject the distinguished name of its certificate; null when it had to show none
  @Schema(name = "ClientTls")
  record TlsView(String version, String cipherSuite, @Nullable String subject) {
    static TlsView of(TlsSession session) {
      return new TlsView(session.version(), session.cipherSuite(), session.subject().orElse(null));
    }
  }

  /// A client as it is shown.
  ///
  /// @param tls null in plain
  /// @param operations the same by kind, with times
  @Schema(name = "Client")
  record ClientView(
      long id,
      String peer,
      Instant connectedSince,
      @Nullable TlsView tls,
      long reads,
      long readBytes,
      long writes,
      long writtenBytes,
      long otherRequests,
      long failures,
      @Nullable String lastError,
      List<FigureView> operations) {
    static ClientView of(NbdClient client) {
      NbdClient.Traffic traffic = client.traffic();
      return new ClientView(
          client.id().value(),
          client.peer(),
          client.connectedSince(),
          client.tls().map(TlsView::of).orElse(null),
          traffic.reads(),
          traffic.readBytes(),
          traffic.writes(),
          traffic.writtenBytes(),
          traffic.others(),
          traffic.failures(),
          client.lastError().orElse(null),
          FigureView.of(client.figures()));
    }
  }

  /// All exports.
  @Schema(name = "Exports")
  record ExportsView(List<ExportView> exports) {}

  /// The clients of an export.
  @Schema(name = "Clients")
  record ClientsView(List<ClientView> clients) {}

  @Operation(operationId = "listExports", summary = "All exports")
  @GetMapping
  ExportsView list() {
    return new ExportsView(exports.all().stream().map(ExportView::of).toList());
  }

  @Operation(operationId = "getExport", summary = "One export")
  @GetMapping("/{export}")
  ExportView get(@PathVariable String export) {
    return ExportView.of(find(export));
  }

  @Operation(operationId = "listClients", summary = "Who uses an export")
  @GetMapping("/{export}/clients")
  ClientsView clients(@PathVariable String export) {
    return new ClientsView(find(export).clients().stream().map(ClientView::of).toList());
  }

  @Operation(operationId = "addExport", summary = "Let clients use a node over NBD")
  @PostMapping
  ResponseEntity<?> add(@RequestBody byte[] body, Ask ask) {
    NbdExportRequest request = request(json.read(body));
    Committed change = Answers.of(exports.create(request, ask));
    return ask.mode() == Ask.Mode.DRY_RUN
        ? ResponseEntity.ok(DiffView.planned(change))
        : ResponseEntity.created(URI.create("/api/v1/exports/" + request.id()))
            .body(ExportView.of(find(request.id().value())));
  }

  /// @param mode `hard` sends clients away, `safe` refuses as long as there are any
  @Operation(operationId = "removeExport", summary = "End an export and send its clients away")
  @DeleteMapping("/{export}")
  DiffView remove(
      @PathVariable String export,
      @Schema(allowableValues = {HARD, SAFE}) @RequestParam(defaultValue = HARD) String mode,
      Ask ask) {
    NbdExports.View found = find(export);
    UserId id = found.export().id();
    switch (mode) {
      case HARD -> {}
      case SAFE -> requireNoClients(id, found.clients().size());
      default -> throw badMode(mode);
    }
    Committed change = Answers.of(exports.remove(id, ask));
    return ask.mode() == Ask.Mode.DRY_RUN ? DiffView.planned(change) : DiffView.made(change);
  }

  private static void requireNoClients(UserId export, int clients) {
    if (clients > 0) {
      throw new ProblemException(
          ProblemKind.EXPORT_IN_USE,
          "export '%s' is in use, number of clients: %d".formatted(export, clients));
    }
  }

  private static ProblemException badMode(String mode) {
    String detail = "parameter 'mode' is hard or safe, not '" + mode + "'";
    return new ProblemException(
        Problem.of(ProblemKind.INVALID_PARAMETER, detail)
            .with(List.of(new Problem.FieldError("mode", detail))));
  }

  private NbdExports.View find(String export) {
    UserId id = Answers.user(export, ProblemKind.EXPORT_NOT_FOUND);
    return exports.find(id).orElseThrow(() -> notFound(id));
  }

  static ProblemException notFound(UserId id) {
    return new ProblemException(ProblemKind.EXPORT_NOT_FOUND, "there is no export '" + id + "'");
  }

  /// An export as the request that makes it.
  static Map<String, @Nullable Object> body(NbdExportRequest export) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("id", export.id().value());
    body.put("type", "nbd");
    body.put("nodeName", export.node().value());
    body.put("name", export.name().value());
    if (!export.description().isEmpty()) {
      body.put("description", export.description());
    }
    body.put("writable", export.access() == NbdExport.Access.WRITABLE);
    body.put("maxConnections", (long) export.maxConnections());
    body.put("allowResize", export.length() == NbdExportRequest.Length.CHANGEABLE);
    body.put("allocationDepth", export.shown().depth() == NbdExportRequest.Depth.SHOWN);
    body.put(
        "bitmaps",
        export.shown().bitmaps().stream()
            .map(text -> Map.of("name", BitmapUsers.bitmap(text).bitmap().value()))
            .toList());
    return body;
  }

  /// The export that a body asks for.
  static NbdExportRequest request(@Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, Bodies.EXPORT, ""));
    String id = Answers.nodeField("/id", options.text("id").orElseThrow()).value();
    String name = options.text("name").orElse(id);
    if (name.isEmpty()
        || name.indexOf('\0') >= 0
        || name.getBytes(StandardCharsets.UTF_8).length > 4096) {
      throw Answers.field("/name", "a name for clients is not empty and has no NUL");
    }
    return new NbdExportRequest(
        new UserId(id),
        Answers.nodeField("/nodeName", options.text("nodeName").orElseThrow()),
        new ExportName(name),
        options.text("description").orElse(""),
        options.flag("writable", false) ? NbdExport.Access.WRITABLE : NbdExport.Access.READ_ONLY,
        Math.toIntExact(options.number("maxConnections").orElse(100L)),
        options.flag("allowResize", false)
            ? NbdExportRequest.Length.CHANGEABLE
            : NbdExportRequest.Length.FIXED,
        shown(options));
  }

  private static NbdExportRequest.Shown shown(Options options) {
    List<String> bitmaps = new ArrayList<>();
    for (Object item : options.list("bitmaps")) {
      String name = String.valueOf(((Map<?, ?>) item).get("name"));
      if (!BitmapName.isWellFormed(name) || bitmaps.contains(name)) {
        throw Answers.field(
            "/bitmaps/" + bitmaps.size() + "/name",
            "a bitmap's name has 1 to 1023 bytes and is given once");
      }
      bitmaps.add(name);
    }
    return new NbdExportRequest.Shown(
        bitmaps,
        options.flag("allocationDepth", false)
            ? NbdExportRequest.Depth.SHOWN
            : NbdExportRequest.Depth.HIDDEN);
  }
}
