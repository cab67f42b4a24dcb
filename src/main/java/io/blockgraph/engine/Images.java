package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Settleable;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFileDisk;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.ImageFormat;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Prepared;
import io.blockgraph.driver.ReadableFormat;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Roles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Makes, describes and checks image files, with and without a node over them. Any thread.
///
/// The format is always named by the caller. Nothing found in an image is followed.
public final class Images {
  private final BlockGraph graph;

  /// Images within the image roots of `graph`.
  public Images(BlockGraph graph) {
    this.graph = graph;
  }

  /// An image that is asked for.
  public record Request(String path, DriverName driver, Options options) {}

  /// Makes an image in a new file.
  ///
  /// @return what the image says of itself; for a dry run nothing
  public Result<Map<String, Object>> create(Request request, Ask ask) {
    Optional<Rejection> mismatch = graph.inspect(view -> ask.mismatch(view.state()));
    return mismatch.isPresent()
        ? new Result.Rejected<>(mismatch.get())
        : format(request.driver())
            .then(
                format ->
                    guarded(
                        () ->
                            switch (ask.mode()) {
                              case DO -> create(request, format);
                              case DRY_RUN -> rehearse(request, format);
                            }));
  }

  private Result<Map<String, Object>> create(Request request, ImageFormat format) {
    createFile(creation(request.path(), format, request.options()));
    return new Result.Done<>(describe(request.path(), format));
  }

  private Result<Map<String, Object>> rehearse(Request request, ImageFormat format) {
    requireMakeable(request, format);
    return new Result.Done<>(Map.of());
  }

  private void requireMakeable(Request request, ImageFormat format) {
    HostFiles files = graph.services().files();
    files.requireAbsent(files.canonical(request.path()));
    format.requirePossible(request.options());
  }

  /// An image that somebody makes in his own time; nothing is done yet but to look whether it could
  /// be.
  public Result<NewImageFile> begin(Request request) {
    return format(request.driver())
        .then(
            format ->
                guarded(
                    () -> {
                      requireMakeable(request, format);
                      return new Result.Done<>(new NewImageFile(graph.newFiles(), request, format));
                    }));
  }

  /// How a new image is filled, for a change that makes one.
  static FileCreation creation(String path, ImageFormat format, Options options) {
    return new FileCreation(path, file -> format.create(new HostFileDisk(file), options));
  }

  /// Announced like the files of a change, so that a crash leaves nothing half made.
  private void createFile(FileCreation creation) {
    NewFiles files = graph.newFiles();
    boolean complete = false;
    try {
      files.make(
          Change.of("make image '" + creation.path() + "'", List.of()).making(List.of(creation)));
      complete = true;
    } finally {
      if (!complete) {
        files.remove();
      }
    }
    files.keep();
  }

  /// Making an image, as an operation: a change of nothing but a file.
  public Operation creating(Request request) {
    return _ ->
        format(request.driver())
            .then(
                format ->
                    guarded(
                        () -> {
                          format.requirePossible(request.options());
                          Change change =
                              Change.of("make image '" + request.path() + "'", List.of());
                          return new Result.Done<>(
                              change.making(
                                  List.of(creation(request.path(), format, request.options()))));
                        }));
  }

  /// What an image says of itself; the image may be in use.
  public Result<Map<String, Object>> info(String path, DriverName driver) {
    return readable(driver)
        .then(format -> guarded(() -> new Result.Done<>(describe(path, format))));
  }

  private Map<String, Object> describe(String path, ReadableFormat format) {
    HostFiles files = graph.services().files();
    try (HostFile file = files.open(path, HostFiles.Mode.READ_ONLY)) {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("filename", path);
      facts.put("fileBytes", file.sizeBytes());
      facts.putAll(format.describe(new HostFileDisk(file)));
      return facts;
    }
  }

  /// Checks an image that nobody writes to; a writer's lock refuses it.
  public Result<ImageFormat.CheckReport> check(String path, DriverName driver) {
    return readable(driver).then(format -> locked(path, format::check));
  }

  /// Checks the image under a node, with everybody who uses it held back. What the node has not yet
  /// written to the image is written before: the image is judged as it would be left.
  public Result<ImageFormat.CheckReport> check(NodeName node) {
    var spec = graph.state().topology().node(node);
    if (spec.isEmpty()) {
      return new Result.Rejected<>(new Rejection.RuleBroken(new Refusal.NodeNotFound(node)));
    }
    return readable(spec.get().driver())
        .then(
            format -> {
              ImageFormat.CheckReport[] report = new ImageFormat.CheckReport[1];
              NodeName file = spec.get().children().getFirst().node();
              Change look =
                  Change.of("check", List.of())
                      .passing()
                      .holding(Set.of(node))
                      .whileHeld(
                          (_, _, disks) -> {
                            if (disks.apply(node) instanceof Settleable disk) {
                              disk.settle();
                            }
                            disks.apply(node).flush();
                            report[0] = format.check(disks.apply(file));
                            return Optional.empty();
                          });
              return graph.commit(look).then(_ -> new Result.Done<>(report[0]));
            });
  }

  /// Which ranges of an image nobody writes to hold data, without what it may be backed by; at most
  /// `most` extents.
  public Result<List<Extent>> map(String path, DriverName name, int most) {
    return readable(name)
        .then(
            _ ->
                locked(
                    path,
                    file -> {
                      Children children = new Children(Map.of(ChildName.FILE, file));
                      Driver driver = graph.drivers().find(name).orElseThrow();
                      Node node = driver.open(alone(name, children));
                      try {
                        return extents(node.bind(children), most);
                      } finally {
                        node.close(children);
                      }
                    }));
  }

  /// A read-only node over nothing but its file.
  private Opening alone(DriverName driver, Children children) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("backing", null);
    NodeSpec spec =
        new NodeSpec(
            new NodeName("image"),
            driver,
            NodeSpec.Access.READ_ONLY,
            NodeSpec.Origin.NAMED,
            new Options(options),
            List.of(new ChildSpec(ChildName.FILE, Roles.IMAGE, new NodeName("file"))));
    Grant reading = new Grant(Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL);
    return new Opening(spec, reading, children, graph.services());
  }

  private static List<Extent> extents(BlockIo disk, int most) {
    List<Extent> found = new ArrayList<>();
    long at = 0;
    while (at < disk.sizeBytes() && found.size() < most) {
      found.addAll(Extents.of(disk, ByteRange.between(at, disk.sizeBytes())));
      at = found.getLast().range().end();
    }
    return found.size() > most ? List.copyOf(found.subList(0, most)) : found;
  }

  private <T> Result<T> locked(String path, Function<BlockIo, T> work) {
    return guarded(
        () -> {
          HostFiles files = graph.services().files();
          try (HostFile file = files.open(path, HostFiles.Mode.READ_ONLY)) {
            Prepared locks =
                file.prepareLocks(
                    Permissions.of(Permission.CONSISTENT_READ).bits(),
                    Permissions.of(Permission.WRITE, Permission.RESIZE).bits());
            locks.commit();
            return new Result.Done<>(work.apply(new HostFileDisk(file)));
          }
        });
  }

  private Result<ReadableFormat> readable(DriverName name) {
    Optional<Driver> driver = graph.drivers().find(name);
    return driver.isPresent() && driver.get() instanceof ReadableFormat format
        ? new Result.Done<>(format)
        : new Result.Rejected<>(new Rejection.NoImageFormat(name));
  }

  private Result<ImageFormat> format(DriverName name) {
    return readable(name)
        .then(
            format ->
                format instanceof ImageFormat creatable
                    ? new Result.Done<>(creatable)
                    : new Result.Rejected<>(
                        new Rejection.WorldBroke(Optional.empty(), only(name))));
  }

  private static BlockException only(DriverName name) {
    return new BlockException(
        BlockException.Kind.UNSUPPORTED,
        "driver '" + name + "' reads images and makes none; make one of qcow2 or raw");
  }

  private interface Work<T> {
    Result<T> run();
  }

  private static <T> Result<T> guarded(Work<T> work) {
    try {
      return work.run();
    } catch (BlockException e) {
      return new Result.Rejected<>(new Rejection.WorldBroke(Optional.empty(), e));
    } catch (GraphStore.StoreException e) {
      return new Result.Rejected<>(new Rejection.NotRemembered(String.valueOf(e.getMessage())));
    }
  }
}
