package io.blockgraph.driver.file;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A block device of the host as a disk.
public final class HostDeviceDriver implements Driver {
  private final Optional<HostFiles> devices;

  /// A driver that opens `devices` and nothing else; none at all when empty.
  public HostDeviceDriver(Optional<HostFiles> devices) {
    this.devices = devices;
  }

  @Override
  public DriverName name() {
    return new DriverName("host-device");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new Field(
                "filename",
                new OptionSpec.Type.Text(FileDriver.MAX_PATH),
                Need.REQUIRED,
                "The device: a path relative to a device root, or absolute beneath one."),
            FileDriver.LOCKING));
  }

  @Override
  public Set<String> changeableOptions() {
    return Set.of("locking");
  }

  @Override
  public DriverRules rules() {
    return ProtocolRules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    HostFiles roots =
        devices.orElseThrow(
            () ->
                new BlockException(
                    BlockException.Kind.FORBIDDEN,
                    "no block device may be opened: the setting blockgraph.device-roots names no"
                        + " directory"));
    return FileNode.open(opening, roots, OpenBytes::new);
  }
}
