package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFileDisk;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.ImageFormat;
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
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

  /// Makes an image in a new file.
  ///
  /// @return what the image says of itself
  public Result<Map<String, Object>> create(String path, DriverName driver, Options options) {
    return format(driver)
        .then(
            format ->
                guarded(
                    () -> {
                      createFile(path, disk -> format.create(disk, options));
                      return new Result.Done<>(describe(path, format));
                    }));
  }

  /// How a new image is filled, for a change that makes one.
  static FileCreation creation(String path, ImageFormat format, Options options) {
    return new FileCreation(path, file -> format.create(new HostFileDisk(file), options));
  }

  private void createFile(String path, Consumer<BlockIo> content) {
    HostFiles files = graph.services().files();
    HostFile file = files.create(path);
    boolean complete = false;
    try (file) {
      content.accept(new HostFileDisk(file));
      file.sync();
      complete = true;
    } finally {
      if (!complete) {
        files.delete(path);
      }
    }
  }

  /// What an image says of itself; the image may be in use.
  public Result<Map<String, Object>> info(String path, DriverName driver) {
    return format(driver).then(format -> guarded(() -> new Result.Done<>(describe(path, format))));
  }

  private Map<String, Object> describe(String path, ImageFormat format) {
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
    return format(driver).then(format -> locked(path, format::check));
  }

  /// Checks the image under a node, with everybody who uses it held back.
  public Result<ImageFormat.CheckReport> check(NodeName node) {
    var spec = graph.state().topology().node(node);
    if (spec.isEmpty()) {
      return new Result.Rejected<>(new Rejection.RuleBroken(new Refusal.NodeNotFound(node)));
    }
    return format(spec.get().driver())
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
                            disks.apply(node).flush();
                            report[0] = format.check(disks.apply(file));
                            return Optional.empty();
                          });
              return graph.commit(look).then(_ -> new Result.Done<>(report[0]));
            });
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

  private Result<ImageFormat> format(DriverName name) {
    Optional<Driver> driver = graph.drivers().find(name);
    return driver.isPresent() && driver.get() instanceof ImageFormat format
        ? new Result.Done<>(format)
        : new Result.Rejected<>(new Rejection.NoImageFormat(name));
  }

  private interface Work<T> {
    Result<T> run();
  }

  private static <T> Result<T> guarded(Work<T> work) {
    try {
      return work.run();
    } catch (BlockException e) {
      return new Result.Rejected<>(new Rejection.WorldBroke(Optional.empty(), e));
    }
  }
}
