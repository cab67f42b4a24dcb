package io.blockgraph.rest;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.DiskAccess;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.GraphState;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// The bytes of nodes.
@RestController
@RequestMapping("/api/v1/nodes/{node}")
@Tag(name = "data", description = "The bytes of any node, with the permissions that takes")
final class DataController {
  /// One request moves at most so many bytes.
  static final long MOST_BYTES = 64L << 20;

  private static final int CHUNK_BYTES = 1 << 20;
  static final int MOST_EXTENTS = 10_000;

  private final BlockGraph graph;
  private final DiskAccess disks;
  private final StrictJson json;
  private final ScratchBuffers buffers = new ScratchBuffers(CHUNK_BYTES, 8);

  DataController(BlockGraph graph, DiskAccess disks, StrictJson json) {
    this.graph = graph;
    this.disks = disks;
    this.json = json;
  }

  /// What was written or changed.
  @Schema(name = "DataChange")
  record DataView(String node, long offset, long length, long revision) implements Revisioned {}

  /// The extents of a node.
  @Schema(name = "NodeMap")
  record MapView(String node, List<ExtentView> extents, long end, long revision)
      implements Revisioned {}

  /// A range in one state.
  ///
  /// @param depth the layer of the chain that decides, -1 when none has it
  @Schema(name = "Extent")
  record ExtentView(
      long offset, long length, String kind, boolean zero, int depth, @Nullable Long hostOffset) {
    static ExtentView of(Extent extent) {
      return new ExtentView(
          extent.range().offset(),
          extent.range().length(),
          extent.kind().name().toLowerCase(Locale.ROOT),
          extent.kind().readsAsZero(),
          extent.depth(),
          extent.hostOffset().isPresent() ? extent.hostOffset().getAsLong() : null);
    }
  }

  @Operation(operationId = "readData", summary = "Read bytes of a node")
  @GetMapping(value = "/data", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
  void read(
      @PathVariable String node,
      @RequestParam long offset,
      @RequestParam long length,
      HttpServletResponse response) {
    ByteRange range = range(offset, length);
    Answers.of(disks.reading(Answers.node(node), disk -> send(disk, range, response)));
  }

  private void send(GatedDisk disk, ByteRange range, HttpServletResponse response) {
    range.within(disk.sizeBytes());
    byte[] bytes = new byte[(int) Math.min(CHUNK_BYTES, range.length())];
    try (var lease = buffers.borrow()) {
      long at = range.offset();
      while (at < range.end()) {
        int length = (int) Math.min(CHUNK_BYTES, range.end() - at);
        disk.read(at, lease.first(length));
        if (at == range.offset()) {
          response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
          response.setContentLengthLong(range.length());
        }
        MemorySegment.copy(lease.segment(), ValueLayout.JAVA_BYTE, 0, bytes, 0, length);
        response.getOutputStream().write(bytes, 0, length);
        at += length;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the client went away", e);
    }
  }

  @Operation(operationId = "writeData", summary = "Write bytes to a node; durable after a flush")
  @PutMapping(value = "/data", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
  DataView write(
      @PathVariable String node,
      @RequestParam long offset,
      @RequestParam(defaultValue = "false") boolean flush,
      HttpServletRequest request) {
    long length = request.getContentLengthLong();
    if (length < 0) {
      throw Answers.parameter("Content-Length", "the length of the data must be told beforehand");
    }
    ByteRange range = range(offset, length);
    GraphState state =
        Answers.of(
            disks.writing(
                Answers.node(node),
                disk -> {
                  receive(disk, range, request);
                  if (flush) {
                    disk.flush();
                  }
                }));
    return new DataView(node, offset, length, state.revision());
  }

  private void receive(GatedDisk disk, ByteRange range, HttpServletRequest request) {
    range.within(disk.sizeBytes());
    try (var lease = buffers.borrow();
        InputStream body = request.getInputStream()) {
      long at = range.offset();
      while (at < range.end()) {
        byte[] bytes = body.readNBytes((int) Math.min(CHUNK_BYTES, range.end() - at));
        if (bytes.length == 0) {
          throw Answers.parameter(
              "Content-Length", "the data ended after " + (at - range.offset()) + " bytes");
        }
        MemorySegment.copy(bytes, 0, lease.segment(), ValueLayout.JAVA_BYTE, 0, bytes.length);
        disk.write(at, lease.first(bytes.length));
        at += bytes.length;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the client went away", e);
    }
  }

  @Operation(operationId = "zeroData", summary = "Make a range of a node read as zeroes")
  @PostMapping("/zero")
  DataView zero(@PathVariable String node, @RequestBody byte[] body) {
    Options options = Answers.of(RequestValidator.options(json.read(body), Bodies.ZERO, ""));
    ByteRange range = wanted(options);
    var mode =
        options.flag("mayUnmap", true) ? Zeroable.Mode.MAY_UNMAP : Zeroable.Mode.KEEP_ALLOCATED;
    GraphState state = Answers.of(disks.zero(Answers.node(node), range, mode));
    return new DataView(node, range.offset(), range.length(), state.revision());
  }

  @Operation(operationId = "discardData", summary = "Tell a node that a range is no longer needed")
  @PostMapping("/discard")
  DataView discard(@PathVariable String node, @RequestBody byte[] body) {
    Options options = Answers.of(RequestValidator.options(json.read(body), Bodies.RANGE, ""));
    ByteRange range = wanted(options);
    GraphState state = Answers.of(disks.discard(Answers.node(node), range));
    return new DataView(node, range.offset(), range.length(), state.revision());
  }

  @Operation(operationId = "flushData", summary = "Make durable what was written to a node")
  @PostMapping("/flush")
  DataView flush(@PathVariable String node) {
    GraphState state = Answers.of(disks.flush(Answers.node(node)));
    return new DataView(node, 0, 0, state.revision());
  }

  @Operation(operationId = "mapNode", summary = "Which ranges of a node hold data")
  @GetMapping("/map")
  MapView map(
      @PathVariable String node,
      @RequestParam(defaultValue = "0") long offset,
      @RequestParam(required = false) @Nullable Long length) {
    NodeName name = Answers.node(node);
    if (graph.state().topology().node(name).isEmpty()) {
      throw NodeController.notFound(name);
    }
    long size = graph.inspect(view -> view.disk(name).sizeBytes());
    ByteRange range = free(offset, length == null ? Math.max(0, size - offset) : length);
    range.within(size);
    List<Extent> extents = Answers.of(disks.map(name, range, MOST_EXTENTS));
    long end = extents.isEmpty() ? range.offset() : extents.getLast().range().end();
    return new MapView(
        node, extents.stream().map(ExtentView::of).toList(), end, graph.state().revision());
  }

  private static ByteRange wanted(Options options) {
    return free(options.number("offset").orElseThrow(), options.number("length").orElseThrow());
  }

  private static ByteRange range(long offset, long length) {
    if (length > MOST_BYTES) {
      throw Answers.parameter(
          "length", "one request moves at most " + MOST_BYTES + " bytes, not " + length);
    }
    return free(offset, length);
  }

  private static ByteRange free(long offset, long length) {
    if (offset < 0 || length < 0 || offset > Bodies.MOST_BYTES || length > Bodies.MOST_BYTES) {
      throw Answers.parameter(
          "offset", "there is no range with offset " + offset + " and length " + length);
    }
    return new ByteRange(offset, length);
  }
}
