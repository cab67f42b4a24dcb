package io.blockgraph.rest;

import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.driver.Secrets;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
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
import org.springframework.web.bind.annotation.RestController;

/// Secrets by name. They go in and never come out: no answer, and no problem, holds a part of one.
@RestController
@RequestMapping("/api/v1/secrets")
@Tag(name = "secrets", description = "Passwords of encrypted disks, by name; never shown")
final class SecretController {
  static final OptionSpec ADD =
      new OptionSpec(
          List.of(
              Bodies.required("id", Bodies.name(), "The name that options use."),
              Bodies.required(
                  "data",
                  new OptionSpec.Type.Text(Secrets.MOST_BYTES),
                  "The secret itself; kept in memory, gone with the service, never shown."),
              Bodies.optional(
                  "format",
                  new OptionSpec.Type.Choice(List.of("raw", "base64"), "raw"),
                  "Whether data is the secret, in UTF-8, or Base64 of it.")));

  private final Secrets secrets;
  private final StrictJson json;

  SecretController(Secrets secrets, StrictJson json) {
    this.secrets = secrets;
    this.json = json;
  }

  /// A secret, without what it says.
  ///
  /// @param id its name
  /// @param kept `memory` until the service ends, or `file` where the settings name one
  @Schema(name = "Secret")
  record SecretView(String id, String kept) {}

  /// The names of all secrets.
  @Schema(name = "Secrets")
  record SecretsView(List<SecretView> secrets) {}

  @Operation(operationId = "listSecrets", summary = "The names of all secrets")
  @GetMapping
  SecretsView list() {
    return new SecretsView(secrets.ids().stream().map(this::view).toList());
  }

  private SecretView view(String id) {
    return new SecretView(id, secrets.isFile(id) ? "file" : "memory");
  }

  @Operation(operationId = "addSecret", summary = "Keep a secret under a name")
  @PostMapping
  ResponseEntity<SecretView> add(@RequestBody byte[] body) {
    Addition addition = addition(members(body));
    return switch (secrets.put(addition.id(), addition.secret())) {
      case DONE ->
          ResponseEntity.created(URI.create("/api/v1/secrets/" + addition.id()))
              .body(view(addition.id()));
      case TAKEN ->
          throw new ProblemException(
              ProblemKind.SECRET_ID_IN_USE, "there is a secret '" + addition.id() + "' already");
      case FULL -> throw new ProblemException(ProblemKind.BUSY, "there are too many secrets");
    };
  }

  /// What a parser says of a text it cannot read shows a piece of it.
  private @Nullable Object members(byte[] body) {
    try {
      return json.read(body);
    } catch (ProblemException e) {
      throw new ProblemException(
          ProblemKind.UNREADABLE_REQUEST, "the body is no JSON; it is not shown, for it is secret");
    }
  }

  private record Addition(String id, byte[] secret) {}

  /// The data is taken out before anything is looked at that could be told.
  private static Addition addition(@Nullable Object body) {
    Object data = null;
    Object rest = body;
    if (body instanceof Map<?, ?> members && members.get("data") instanceof String text) {
      Map<Object, Object> hidden = new LinkedHashMap<>(members);
      hidden.put("data", "hidden");
      data = text;
      rest = hidden;
    }
    Options options = Answers.of(RequestValidator.options(rest, ADD, ""));
    NodeName id = Answers.nodeField("/id", options.text("id").orElseThrow());
    byte[] secret = bytes(String.valueOf(data), options.text("format").orElse("raw"));
    if (secret.length == 0 || secret.length > Secrets.MOST_BYTES) {
      throw Answers.field("/data", "wants 1 to " + Secrets.MOST_BYTES + " bytes");
    }
    return new Addition(id.value(), secret);
  }

  private static byte[] bytes(String data, String format) {
    try {
      return format.equals("base64")
          ? Base64.getDecoder().decode(data)
          : data.getBytes(StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Answers.field("/data", "is no Base64");
    }
  }

  @Operation(operationId = "removeSecret", summary = "Forget a secret; open disks stay open")
  @DeleteMapping("/{secret}")
  SecretView remove(@PathVariable String secret) {
    if (secrets.isFile(secret)) {
      throw new ProblemException(
          ProblemKind.OPERATION_UNSUPPORTED,
          "the secret '" + secret + "' is in a file that the settings name");
    }
    if (!secrets.remove(secret)) {
      throw new ProblemException(
          ProblemKind.SECRET_NOT_FOUND, "there is no secret '" + secret + "'");
    }
    return new SecretView(secret, "memory");
  }
}
